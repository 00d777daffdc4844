import { anyTime, availabilityOf, completeRules, weekdays, type AvailableTime, type RecordedRules } from './rules.ts'
import { suggestTimes } from './suggested-times.ts'

export type TypedRange = { from: string; to: string }
/** Rules as they stand in a form. */
export type TypedRules = {
  voicemail: string
  text: string
  knownBy: string
  doNotCallBetween: TypedRange[]
  /** 'not-stated', 'any-time' or 'hours'; 'note-changed' where the suggestion of an earlier note was chosen. */
  availability: string
  reachable: (TypedRange & { daysOfWeek: string[] })[]
  wrongSince: string
  /** The number found to be wrong, as the form first showed it; empty where none was. */
  wrongNumber: string
}

/** More would be a timetable. */
export const mostRanges = 7

/** What was typed of rules, field by field and nothing else. Whether a wrong number was corrected is for `rulesToKeep` to say. */
export const typedRules = (row: unknown): TypedRules => {
  const { voicemail, text, knownBy, doNotCallBetween, wrongSince, wrongNumber } = asRecord(row)
  return {
    voicemail: asText(voicemail) || 'unknown',
    text: asText(text) || 'unknown',
    knownBy: asText(knownBy),
    doNotCallBetween: asRows(doNotCallBetween).map(asRange),
    ...typedAvailability(asRecord(row)),
    wrongSince: asText(wrongSince),
    wrongNumber: asText(wrongNumber),
  }
}

/**
 * What was chosen and typed of hours. A suggestion that was chosen becomes hours that can be changed, unless the note was changed
 * after it was shown: `suggestedFrom` tells which note it was of. A row sent without a choice, as by a form of before, chooses by its hours.
 */
const typedAvailability = ({ availability, suggestedFrom, hours, reachable }: Record<string, unknown>) => {
  const rows = asRows(reachable).map(time => ({
    ...asRange(time),
    daysOfWeek: asRows(asRecord(time).daysOfWeek).map(asText),
  }))
  const chosen = asText(availability)
  if (chosen === 'suggested' && asText(suggestedFrom) !== asText(hours))
    return { availability: 'note-changed', reachable: rows }
  const suggestion = chosen === 'suggested' ? suggestTimes(asText(hours)) : null
  if (suggestion)
    return { availability: availabilityOf({ reachable: suggestion }), reachable: suggestion.map(typedTime) }
  if (chosen === 'any-time') return { availability: chosen, reachable: anyTime.map(typedTime) }
  const isTyped = rows.some(row => !emptyRange(row) || row.daysOfWeek.length > 0)
  return { availability: chosen || (isTyped ? 'hours' : 'not-stated'), reachable: rows }
}

/** Whole days as a form shows them: days without hours. The same time twice is not taken from a form. */
const typedTime = ({ daysOfWeek, from, to }: AvailableTime) =>
  from === to
    ? { daysOfWeek: [...(daysOfWeek.length > 0 ? daysOfWeek : weekdays)], from: '', to: '' }
    : { daysOfWeek, from, to }

/** Recorded rules as a form shows them. @param number as the form shows it */
export const typedFromRules = (recorded: RecordedRules, number: string): TypedRules => {
  const { knownBy, wrongSince, reachable, ...rules } = completeRules(recorded)
  return {
    ...rules,
    availability: availabilityOf(recorded),
    reachable: reachable.map(typedTime),
    knownBy: knownBy ?? '',
    wrongSince: wrongSince ?? '',
    wrongNumber: wrongSince ? number : '',
  }
}

/**
 * Whether nothing was said in a row of a form: then the row says nothing of whether there is a number in it. A flag goes with the recorded
 * number that it is of.
 */
export const saysNothingTyped = (rules: TypedRules): boolean =>
  rules.voicemail === 'unknown' &&
  rules.text === 'unknown' &&
  rules.knownBy === '' &&
  (rules.wrongSince === '' || rules.wrongNumber !== '') &&
  rules.doNotCallBetween.every(emptyRange) &&
  rules.availability === 'not-stated' &&
  rules.reachable.every(row => emptyRange(row) && row.daysOfWeek.length === 0)

export const emptyRange = ({ from, to }: TypedRange): boolean => !from && !to

const asRecord = (value: unknown) =>
  (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>
const asRows = (value: unknown): unknown[] =>
  typeof value === 'string' ? [value] : typeof value === 'object' && value !== null ? Object.values(value) : []
const asText = (value: unknown): string => (typeof value === 'string' ? value.normalize('NFC').trim() : '')
const asRange = (value: unknown): TypedRange => ({ from: asText(asRecord(value).from), to: asText(asRecord(value).to) })
