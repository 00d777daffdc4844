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
