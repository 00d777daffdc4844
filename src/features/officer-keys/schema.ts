import { z } from 'zod'
import { uuidField } from '../../platform/web/ids.ts'
import { faultOfPublicKey, publicKeyIn } from './public-key.ts'

const longestName = 100

export const keyForm = z.object({
  name: z
    .string({ error: 'problems:required' })
    .trim()
    .min(1, 'problems:required')
    .max(longestName, 'problems:too-long'),
  publicKey: z
    .string({ error: 'problems:required' })
    .max(1000, 'officer-keys:problem.invalid')
    .transform(publicKeyIn)
    .pipe(z.string().min(1, 'problems:required'))
    .superRefine(async (text, context) => {
      const fault = text ? await faultOfPublicKey(text) : null
      if (fault) context.addIssue({ code: 'custom', message: `officer-keys:problem.${fault}` })
    }),
})
export type KeyForm = z.output<typeof keyForm>

export const keyId = uuidField()
