import { z } from 'zod'
import { uuidField } from '../../platform/web/ids.ts'
import { outcomes } from './call.ts'

export const uuid = uuidField()
const mostSigns = 1000
const control = /[^\P{Cc}\n\r\t]/u

/** A call as its form sends it: whom ('client', or the id of a contact), which number, how it ended and a note. */
export const callForm = z.object({
  who: z.union([z.literal('client'), uuidField('problems:choose')], { error: 'problems:choose' }),
  number: z.string({ error: 'emergency-cards:problem.number' }).min(1, 'emergency-cards:problem.number'),
  outcome: z.enum(outcomes, { error: 'emergency-cards:problem.outcome' }),
  note: z
    .string()
    .default('')
    .transform(typed => typed.normalize('NFC').replaceAll('\r\n', '\n').trim())
    .refine(typed => Array.from(typed).length <= mostSigns, 'problems:too-long')
    .refine(typed => !control.test(typed), 'problems:invalid')
    .transform(typed => typed || null),
})
export type CallForm = z.output<typeof callForm>

/** What was typed, field by field and nothing else. */
export type TypedCall = Record<'who' | 'number' | 'outcome' | 'note', string>
export const typedCall = (body: unknown): TypedCall => {
  const sent = (body ?? {}) as Record<string, unknown>
  const text = (name: string) => (typeof sent[name] === 'string' ? sent[name] : '')
  return { who: text('who'), number: text('number'), outcome: text('outcome'), note: text('note') }
}
