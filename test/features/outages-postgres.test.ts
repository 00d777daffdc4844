import { describeOutages } from '../support/outages.ts'

describeOutages('postgres')
