import { z } from 'zod'

const required = 'problems:required'

export const signInForm = z.object({
  login: z.string({ error: required }).trim().min(1, required).max(200, 'problems:too-long'),
  password: z.string({ error: required }).min(1, required).max(1000, 'problems:too-long'),
  rememberMe: z
    .literal('on')
    .optional()
    .transform(ticked => ticked === 'on'),
})

/** Why a session was ended, of the words that there are sentences for; null for anything else. */
export const whySignedOut = (word: unknown): WhySignedOut | null => z.enum(whys).safeParse(word).data ?? null

const whys = [
  'idle',
  'limit',
  'closed',
  'lost',
  'elsewhere',
  'administrator',
  'password',
  'guessed',
  'deactivated',
  'suspended',
  'signed-out',
] as const
export type WhySignedOut = (typeof whys)[number]
