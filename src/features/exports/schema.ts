import { z } from 'zod'
import { normalPassphrase } from './file/wrap-key.ts'
import { formatNames } from './formats/formats.ts'
import { looksLikeCode, normalCode } from './opening-code.ts'
import { isStrongEnough } from './passphrase/strength.ts'

const LONGEST = 1000

const passphrase = z
  .string({ error: 'problems:required' })
  .max(LONGEST, 'problems:too-long')
  .transform(normalPassphrase)

export const exportForm = z
  .object({
    format: z.enum(formatNames, { error: 'problems:choose' }).default('viewer'),
    passphrase,
    repeated: passphrase,
    withHidden: z
      .literal('on')
      .optional()
      .transform(ticked => ticked === 'on'),
    groupIds: z.array(z.uuid('problems:choose')).max(500, 'problems:too-many').default([]),
    keyIds: z.array(z.uuid('problems:choose')).max(100, 'problems:too-many').default([]),
  })
  .superRefine((form, context) => {
    const blame = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message })
    if (!form.passphrase && form.keyIds.length === 0) blame('passphrase', 'exports:problem.nobody')
    if (form.passphrase && !isStrongEnough(form.passphrase)) blame('passphrase', 'exports:problem.weak')
    if (form.passphrase !== form.repeated) blame('repeated', 'exports:problem.notTheSame')
    if (form.format !== 'viewer' && form.passphrase && form.keyIds.length > 0) blame('keyIds', 'exports:problem.either')
  })

export const exportId = z.uuid()

export const proofForm = z.object({
  code: z
    .string({ error: 'problems:required' })
    .max(100, 'problems:too-long')
    .transform(normalCode)
    .refine(looksLikeCode, 'exports:problem.code'),
})
