import { z } from 'zod'
import { uuidField } from '../../platform/web/ids.ts'

export const clientId = uuidField()

const text = z.string({ error: 'problems:required' }).trim().min(1, 'problems:required')

export const findForm = z.object({ fileNumber: text.max(100, 'problems:too-long') })

/** `fileNumber` is typed once more: a click alone erases nobody. */
export const eraseForm = (fileNumber: string) =>
  z.object({
    reason: text.min(3, 'erasure:problem.reason-short').max(500, 'problems:too-long'),
    fileNumber: text.refine(typed => sameNumber(typed) === sameNumber(fileNumber), {
      error: 'erasure:problem.other-number',
    }),
  })

const sameNumber = (number: string) => number.normalize('NFKC').toUpperCase().replace(/\s+/g, ' ').trim()
