import { z } from 'zod'
import { normalPassphrase } from './file/wrap-key.ts'
import { isStrongEnough } from './passphrase/strength.ts'

const LONGEST = 1000

const passphrase = z
  .string({ error: 'problems:required' })
  .max(LONGEST, 'problems:too-long')
  .transform(normalPassphrase)
  .pipe(z.string().min(1, 'problems:required'))

export const exportForm = z
  .object({
    passphrase: passphrase.refine(isStrongEnough, 'exports:problem.weak'),
    repeated: z.string({ error: 'problems:required' }).max(LONGEST, 'problems:too-long').transform(normalPassphrase),
  })
  .refine(form => form.passphrase === form.repeated, {
    error: 'exports:problem.notTheSame',
    path: ['repeated'],
    // Judged beside the strength, so that both are mended in one go.
    when: ({ value }) => typeof (value as { passphrase?: unknown }).passphrase === 'string',
  })

export const exportId = z.uuid()
