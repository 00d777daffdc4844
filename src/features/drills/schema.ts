import { z } from 'zod'
import { uuidField } from '../../platform/web/ids.ts'
import { troubles } from './queries.ts'

export const drillId = uuidField()

export const resultForm = z.object({
  code: z
    .string({ error: 'problems:required' })
    .max(40, 'problems:too-long')
    .transform(typed => typed.toUpperCase().replaceAll(/[\s-]/g, '')),
  trouble: z.enum(troubles, { error: 'problems:choose' }),
  answers: z.record(uuidField(), z.string().max(40, 'problems:too-long')).default({}),
})
