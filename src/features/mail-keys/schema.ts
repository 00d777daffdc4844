import { z } from 'zod'
import { holdsPrivateKey, readKey } from './reading.ts'

const required = 'problems:required'
/** Letters of a key; one with many signatures of others has a hundred kilobytes and more, and is to be exported without them. */
const longestKey = 60_000
const password = z.string({ error: required }).min(1, required).max(1024, 'problems:too-long')

/** @param now when the key is to be good */
export const keyForm = (now: Date) =>
  z.object({
    key: z
      .string({ error: required })
      .trim()
      .min(1, required)
      .max(longestKey, 'mail-keys:problem.tooLarge')
      .transform(async (text, context) => {
        const read = await readKey(text, now)
        if (read.ok) return read.key
        context.addIssue({ code: 'custom', message: `mail-keys:problem.${read.fault}` })
        return z.NEVER
      }),
    password,
  })

export const removalForm = z.object({ removalPassword: password })

export const kindParam = z.enum(['openpgp', 'smime'])

/** What was typed, for the form that comes back; never a private key, in whatever else it stands. */
export const typedIn = (body: unknown): { key: string } => {
  const { key } = (body ?? {}) as Record<string, unknown>
  return { key: typeof key === 'string' && !holdsPrivateKey(key) ? key.slice(0, longestKey) : '' }
}
