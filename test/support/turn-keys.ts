// A process of its own that turns keys when it is told to, for tests that kill it: node test/support/turn-keys.ts '{"config":…,"pace":…}'
import { createInterface } from 'node:readline'
import { createFeatures, createPlatform, type Replaced } from '../../src/composition.ts'
import type { Config } from '../../src/config.ts'
import { turnsOf, type Kind } from './turns.ts'

const { config, pace } = JSON.parse(process.argv[2]!) as { config: Config } & Required<Pick<Replaced, 'pace'>>
const turns = turnsOf(createFeatures(await createPlatform(config, { pace })))

process.stdout.write('ready\n')
for await (const line of createInterface({ input: process.stdin })) {
  const [what, tenantId = ''] = line.split(' ')
  await turns[what as Kind](tenantId)
  process.stdout.write('done\n')
}
