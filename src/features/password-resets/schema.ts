import { z } from 'zod'

const required = 'problems:required'

export const askForm = z.object({
  name: z.string({ error: required }).trim().min(1, required).max(254, 'problems:too-long'),
})

/** What is wrong with the password itself the policy says, each fault in a sentence of its own. */
export const choiceForm = z.object({
  password: z.string({ error: required }).min(1, required).max(1024, 'problems:too-long'),
})
