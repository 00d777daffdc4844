import { fold } from './fold.ts'

/** A day, a month or a year that is known of a date: `1947-05-03`, `1947-05` or `1947`, as FHIR writes it. */
export type PartialDate = string

/** Whether the whole day is known. */
export const isWholeDay = (date: PartialDate): boolean => date.length === 10

/** Whether two dates may be the same day, as far as both are known. */
export const mayBeSameDay = (one: PartialDate, other: PartialDate): boolean =>
  one.startsWith(other) || other.startsWith(one)

const numerals = 'i ii iii iv v vi vii viii ix x xi xii'.split(' ')
const monthNames = [
  'stycznia styczen january',
  'lutego luty february',
  'marca marzec march',
  'kwietnia kwiecien april',
  'maja maj may',
  'czerwca czerwiec june',
  'lipca lipiec july',
  'sierpnia sierpien august',
  'wrzesnia wrzesien september',
  'pazdziernika pazdziernik october',
  'listopada listopad november',
  'grudnia grudzien december',
].map(names => names.split(' '))

/** 1 to 12, from a number, a Roman numeral or a name, whole or its first three letters or more. */
const monthOf = (word: string): number => {
  if (/^\d{1,2}$/.test(word)) return Number(word)
  const name = fold(word)
  const numeral = numerals.indexOf(name)
  if (numeral >= 0) return numeral + 1
  return name.length < 3 ? 0 : monthNames.findIndex(names => names.some(each => each.startsWith(name))) + 1
}

/** Nobody writes a date in more characters. */
const longest = 60
/** What people put around a year that they are not sure of. Its being unsure is not kept. */
const about = /^(około|ok\.?|circa|ca\.?|c\.|about|abt\.?|approx\.?|~)\s*(?=[\p{L}\d])/iu
const earliestYear = 1890

const wordParts = /^(?:(\d{1,2})(?:st|nd|rd|th)?[\s./-]+)?([\p{L}]{1,12})\.?[\s./,-]+(\d{4})$/u
const americanParts = /^(\p{L}{3,12})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})$/u
const monthAndYear = /^(\d{1,2})\s*[./-]\s*(\d{4})$/
const yearAndMonth = /^(\d{4})\s*[./-]\s*(\d{1,2})$/

/**
 * A date in words, in Roman months, or known in part: `1.II.1990`, `1 lutego 1990`, `Oct 20, 1940`, `5.1947`, `maj 1947`,
 * `1947`, `ok. 1947`, `1947 r.`. Dates of three numbers are not read here: their order depends on where they come from.
 * @returns null where it is none of these, or no real date
 */
export const readWrittenDay = (text: string): PartialDate | null => {
  if (text.length > longest) return null
  const value = text
    .trim()
    .replace(about, '')
    .replace(/\s*(r|rok|roku)\.?$/i, '')
  const year = /^\d{4}$/.exec(value)?.[0]
  if (year) return dateOf(year, null, null)

  const [, day, month = '', wordYear = ''] = wordParts.exec(value) ?? []
  if (wordYear) return dateOf(wordYear, monthOf(month), day ? Number(day) : null)
  const [, name = '', americanDay, americanYear] = americanParts.exec(value) ?? []
  if (americanYear) return dateOf(americanYear, monthOf(name), Number(americanDay))

  const [, first, second] = monthAndYear.exec(value) ?? []
  if (first && second) return dateOf(second, Number(first), null)
  const [, firstYear, lastMonth] = yearAndMonth.exec(value) ?? []
  return firstYear && lastMonth ? dateOf(firstYear, Number(lastMonth), null) : null
}

const dateOf = (year: string, month: number | null, day: number | null): PartialDate | null => {
  if (Number(year) < earliestYear || Number(year) > 2100) return null
  if (month === null) return year
  if (month < 1 || month > 12) return null
  const date = `${year}-${String(month).padStart(2, '0')}`
  if (day === null) return date
  const whole = `${date}-${String(day).padStart(2, '0')}`
  const moment = new Date(`${whole}T00:00:00Z`)
  return !Number.isNaN(moment.getTime()) && moment.toISOString().startsWith(whole) ? whole : null
}
