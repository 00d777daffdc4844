import { z } from 'zod'
import { dayField } from '../../platform/web/day-field.ts'
import { uuidField } from '../../platform/web/ids.ts'
import { judgements } from './queries.ts'
import { reasons } from './sealing.ts'

const longest = 1000
const text = z
  .string({ error: 'problems:required' })
  .transform(typed => typed.trim())
  .pipe(z.string().max(longest, 'restricted-records:problem.long'))
const said = text.pipe(z.string().min(1, 'problems:required'))

export const uuid = uuidField()

/** People are boxes that were ticked: what no box stands for is passed over. */
const people = z
  .union([z.array(z.unknown()), z.record(z.string(), z.unknown())])
  .optional()
  .transform(sent => Object.values(sent ?? {}).map(Number))
  .pipe(z.array(z.number().int().positive()).max(500))
  .transform(ids => [...new Set(ids)])

export const restrictionForm = z.object({ people, note: said })
export const liftForm = z.object({ liftNote: said })

const why = { reason: z.enum(reasons, { error: 'problems:choose' }), details: text.optional().default('') }
const saidWhy = ({ reason, details }: { reason: string; details: string }) => reason !== 'other' || details.length > 0
const mustSay = { path: ['details'], error: 'restricted-records:problem.details' }

export const breakForm = z.object(why).refine(saidWhy, mustSay)
export const findForm = z
  .object({
    sought: said,
    birthDate: dayField({ whole: false }),
    ...why,
  })
  .refine(saidWhy, mustSay)
export const judgementForm = z.object({
  judgement: z.enum(judgements, { error: 'problems:choose' }),
  note: said,
})

export type RestrictionForm = z.output<typeof restrictionForm>
export type BreakForm = z.output<typeof breakForm>
export type FindForm = z.output<typeof findForm>
export type JudgementForm = z.output<typeof judgementForm>
