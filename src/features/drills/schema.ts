import { z } from 'zod'
import { troubles } from './queries.ts'

export const drillId = z.uuid()

export const resultForm = z.object({
  code: z
    .string({ error: 'problems:required' })
    .max(40, 'problems:too-long')
    .transform(typed => typed.toUpperCase().replaceAll(/[\s-]/g, '')),
  trouble: z.enum(troubles, { error: 'problems:choose' }),
  answers: z.record(z.uuid(), z.string().max(40, 'problems:too-long')).default({}),
})
