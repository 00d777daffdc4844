import { z } from 'zod'
import { uuidField } from '../../platform/web/ids.ts'

const mostSigns = 80

/** A group as its form sends it; a new one brings its id, so that a form sent twice makes one group. */
export const groupForm = z.object({
  name: z
    .string({ error: 'problems:required' })
    .transform(typed => typed.normalize('NFC').replaceAll(/\s+/g, ' ').trim())
    .refine(typed => typed !== '', 'problems:required')
    .refine(typed => Array.from(typed).length <= mostSigns, 'problems:too-long')
    .refine(typed => !/\p{Cc}/u.test(typed), 'problems:invalid'),
})
export const uuid = uuidField()
export const pageQuery = z.object({ page: z.coerce.number().int().min(1).max(10_000).catch(1) })
