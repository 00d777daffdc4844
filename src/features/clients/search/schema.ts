import { z } from 'zod'
import { readings } from './terms.ts'

/** What is searched for: cut rather than refused when it is long; it must hold at least one letter or digit. */
export const searchForm = z.object({
  query: z
    .string({ error: 'clients:search.problem.empty' })
    .transform(typed =>
      typed
        .replace(/[\p{Cc}\p{Cs}]/gu, ' ')
        .normalize('NFC')
        .trim()
        .slice(0, 200),
    )
    .refine(typed => readings(typed).length > 0, 'clients:search.problem.empty'),
})

export const searchIdParam = z.string().regex(/^[\w-]{22}$/)
