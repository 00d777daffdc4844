import { z } from 'zod'
import { ticked } from '../../platform/web/forms.ts'
import { isFitForPdf } from '../../platform/pdf/protection.ts'
import { uuidField } from '../../platform/web/ids.ts'
import { normalPassphrase } from './file/wrap-key.ts'
import { formatNames } from './formats/formats.ts'
import { looksLikeCode, normalCode } from './opening-code.ts'
import { isStrongEnough } from './passphrase/strength.ts'

const LONGEST = 1000

const passphrase = z
  .string({ error: 'problems:required' })
  .max(LONGEST, 'problems:too-long')
  .transform(normalPassphrase)

const forWhom = {
  passphrase,
  repeated: passphrase,
  keyIds: z.array(uuidField('problems:choose')).max(100, 'problems:too-many').default([]),
}
type ForWhom = z.output<z.ZodObject<typeof forWhom>>
const judgeForWhom = (form: ForWhom, context: z.RefinementCtx) => {
  if (!form.passphrase && form.keyIds.length === 0) blame(context, 'passphrase', 'exports:problem.nobody')
  judgePassphrase(form, context, 'age')
}
/** One that was typed at all, for a file of this kind. */
const judgePassphrase = (
  { passphrase, repeated }: Pick<ForWhom, 'passphrase' | 'repeated'>,
  context: z.RefinementCtx,
  file: 'age' | 'pdf',
) => {
  if (passphrase && file === 'pdf' && !isFitForPdf(passphrase))
    blame(context, 'passphrase', 'sealed-file:problem.unfit')
  else if (passphrase && !isStrongEnough(passphrase, file)) blame(context, 'passphrase', 'exports:problem.weak')
  if (passphrase !== repeated) blame(context, 'repeated', 'exports:problem.notTheSame')
}
const blame = (context: z.RefinementCtx, path: string, message: string) =>
  context.addIssue({ code: 'custom', path: [path], message })

/** For whom a file is sealed, as every form asks that makes one (views/exports/for-whom.ejs). */
export const forWhomForm = z.object(forWhom).superRefine(judgeForWhom)

/** The passphrase of a file that only a passphrase opens, as every form asks that makes one (views/sealed-file/form.ejs). */
const passphraseFormOf = (file: 'age' | 'pdf') =>
  z.object({ passphrase, repeated: passphrase }).superRefine((form, context) => {
    if (!form.passphrase) blame(context, 'passphrase', 'problems:required')
    judgePassphrase(form, context, file)
  })
export const pdfPassphraseForm = passphraseFormOf('pdf')
export const agePassphraseForm = passphraseFormOf('age')

export const exportForm = z
  .object({
    format: z.enum(formatNames, { error: 'problems:choose' }).default('viewer'),
    ...forWhom,
    withHidden: ticked,
    groupIds: z.array(uuidField('problems:choose')).max(500, 'problems:too-many').default([]),
  })
  .superRefine((form, context) => {
    judgeForWhom(form, context)
    if (form.format !== 'viewer' && form.passphrase && form.keyIds.length > 0)
      blame(context, 'keyIds', 'exports:problem.either')
  })

export const exportId = uuidField()

export const proofForm = z.object({
  code: z
    .string({ error: 'problems:required' })
    .max(100, 'problems:too-long')
    .transform(normalCode)
    .refine(looksLikeCode, 'exports:problem.code'),
})
