import { z } from 'zod'
import {
  availabilities,
  permissions,
  recordedRules,
  weekdays,
  type Availability,
  type PhoneRules,
  type RecordedRules,
} from './rules.ts'
import { emptyRange, mostRanges, type TypedRange } from './typed.ts'

const choose = 'problems:choose'
const mostSigns = 200

const asTime = (typed: string): string | null => {
  const [, hours, minutes = '00'] = /^(\d{1,2})(?:[:.](\d{2}))?$/.exec(typed) ?? []
  return hours && Number(hours) < 24 && Number(minutes) < 60 ? `${hours.padStart(2, '0')}:${minutes}` : null
}

const time = z.string().transform((typed, context) => {
  const read = typed ? asTime(typed) : ''
  if (read === null) context.addIssue({ code: 'custom', message: 'safe-to-contact:problem.time' })
  return read ?? ''
})

const isHalf = ({ from, to }: TypedRange) => Boolean(from) !== Boolean(to)
const needsBoth = (missing: 'from' | 'to') => ({
  check: (range: TypedRange) => !isHalf(range) || Boolean(range[missing]),
  problem: { error: 'problems:required', path: [missing] },
})
const [needsFrom, needsTo] = [needsBoth('from'), needsBoth('to')]

const range = z
  .object({ from: time, to: time })
  .refine(needsFrom.check, needsFrom.problem)
  .refine(needsTo.check, needsTo.problem)

/** Days without hours are whole days; the same time twice is a mistake more likely than the whole day. */
const available = z
  .object({ from: time, to: time, daysOfWeek: z.array(z.enum(weekdays, choose)) })
  .refine(needsFrom.check, needsFrom.problem)
  .refine(needsTo.check, needsTo.problem)
  .refine(row => emptyRange(row) || row.from !== row.to, { error: 'safe-to-contact:problem.same-time', path: ['to'] })
  .transform(row => (row.daysOfWeek.length > 0 && emptyRange(row) ? { ...row, from: '00:00', to: '00:00' } : row))
  .transform(({ daysOfWeek, ...hours }) => ({
    daysOfWeek: weekdays.filter(day => daysOfWeek.length < weekdays.length && daysOfWeek.includes(day)),
    ...hours,
  }))

/** The fields of one number's rules, as `typedRules` gives them; what they read is kept through `rulesToKeep`. */
export const ruleFields = {
  voicemail: z.enum(permissions, choose),
  text: z.enum(permissions, choose),
  knownBy: z
    .string()
    .refine(typed => Array.from(typed).length <= mostSigns, 'problems:too-long')
    .refine(typed => !/\p{Cc}/u.test(typed), 'problems:invalid')
    .transform(typed => typed || null),
  doNotCallBetween: z
    .array(range)
    .max(mostRanges, 'problems:too-many')
    .transform(rows => rows.filter(row => !emptyRange(row))),
  availability: z.enum(availabilities, {
    error: ({ input }) => (input === 'note-changed' ? 'safe-to-contact:problem.note-changed' : choose),
  }),
  reachable: z
    .array(available)
    .max(mostRanges, 'problems:too-many')
    .transform(rows => rows.filter(row => !emptyRange(row))),
  wrongSince: z.string().transform(typed => (z.iso.date().safeParse(typed).success ? typed : null)),
  wrongNumber: z.string(),
}

/**
 * What is to be kept of the fields of a number; a choice that contradicts the hours is told beside it.
 * @param isSameNumber whether the number, as it stands in the form now, is still the one that was found to be wrong
 */
export const rulesToKeep = (
  { availability, wrongNumber, ...rules }: PhoneRules & { availability: Availability; wrongNumber: string },
  isSameNumber: (wrongNumber: string) => boolean,
  context: z.RefinementCtx,
): RecordedRules => {
  const hasHours = rules.reachable.length > 0
  const problem =
    availability === 'hours' && !hasHours
      ? 'hours-missing'
      : availability === 'not-stated' && hasHours
        ? 'hours-unchosen'
        : null
  if (problem)
    context.addIssue({ code: 'custom', path: ['availability'], message: `safe-to-contact:problem.${problem}` })
  const isCorrected = wrongNumber !== '' && !isSameNumber(wrongNumber)
  return recordedRules(isCorrected ? { ...rules, wrongSince: null } : rules)
}
