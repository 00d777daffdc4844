import { completeRules, type RecordedRules } from './rules.ts'

export type TypedRange = { from: string; to: string }
/** Rules as they stand in a form. */
export type TypedRules = {
  voicemail: string
  text: string
  knownBy: string
  doNotCallBetween: TypedRange[]
  reachable: (TypedRange & { daysOfWeek: string[] })[]
  wrongSince: string
}

/** More would be a timetable. */
export const mostRanges = 7

/** What was typed of rules, field by field and nothing else. A number other than the one found to be wrong is not a wrong one. */
export const typedRules = (row: unknown): TypedRules => {
  const { voicemail, text, knownBy, doNotCallBetween, reachable, wrongSince, wrongNumber, number } = asRecord(row)
  const mended = asText(wrongNumber) !== '' && digits(asText(wrongNumber)) !== digits(asText(number))
  return {
    voicemail: asText(voicemail) || 'unknown',
    text: asText(text) || 'unknown',
    knownBy: asText(knownBy),
    doNotCallBetween: asRows(doNotCallBetween).map(asRange),
    reachable: asRows(reachable).map(time => ({
      ...asRange(time),
      daysOfWeek: asRows(asRecord(time).daysOfWeek).map(asText),
    })),
    wrongSince: mended ? '' : asText(wrongSince),
  }
}

/** Recorded rules as a form shows them. */
export const typedFromRules = (recorded: RecordedRules): TypedRules => {
  const { knownBy, wrongSince, ...rules } = completeRules(recorded)
  return { ...rules, knownBy: knownBy ?? '', wrongSince: wrongSince ?? '' }
}

/** Whether nothing was said in a row of a form: then the row says nothing of whether there is a number in it. */
export const saysNothingTyped = (rules: TypedRules): boolean =>
  rules.voicemail === 'unknown' &&
  rules.text === 'unknown' &&
  rules.knownBy === '' &&
  rules.wrongSince === '' &&
  rules.doNotCallBetween.every(emptyRange) &&
  rules.reachable.every(row => emptyRange(row) && row.daysOfWeek.length === 0)

export const emptyRange = ({ from, to }: TypedRange): boolean => !from && !to

const asRecord = (value: unknown) =>
  (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>
const asRows = (value: unknown): unknown[] =>
  typeof value === 'string' ? [value] : typeof value === 'object' && value !== null ? Object.values(value) : []
const asText = (value: unknown): string => (typeof value === 'string' ? value.normalize('NFC').trim() : '')
const asRange = (value: unknown): TypedRange => ({ from: asText(asRecord(value).from), to: asText(asRecord(value).to) })
const digits = (text: string) => text.replaceAll(/\D/g, '')
