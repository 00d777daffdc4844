import { words } from './fold.ts'
import { dayFrom } from './names/days.ts'
import { monthOf } from './names/months.ts'

/** A day, a month or a year that is known of a date: `1947-05-03`, `1947-05` or `1947`, as FHIR writes it. */
export type PartialDate = string

/** Whether the whole day is known. */
export const isWholeDay = (date: PartialDate): boolean => date.length === 10

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
  if (year) return dateOf(year)

  const [, day, month = '', wordYear = ''] = wordParts.exec(value) ?? []
  if (wordYear) return dateOf(wordYear, monthOf(month, words), day ? Number(day) : undefined)
  const [, name = '', americanDay, americanYear] = americanParts.exec(value) ?? []
  if (americanYear) return dateOf(americanYear, monthOf(name, words), Number(americanDay))

  const [, first, second] = monthAndYear.exec(value) ?? []
  if (first && second) return dateOf(second, Number(first))
  const [, firstYear, lastMonth] = yearAndMonth.exec(value) ?? []
  return firstYear && lastMonth ? dateOf(firstYear, Number(lastMonth)) : null
}

/** A month that is not known, `null`, makes a date nobody can read; `undefined` one of which it is not said. */
const dateOf = (year: string, month?: number | null, day?: number): PartialDate | null => {
  if (Number(year) < earliestYear || Number(year) > 2100 || month === null) return null
  if (month === undefined) return year
  const date = dayFrom(Number(year), month, day ?? 1)
  return date && day === undefined ? date.slice(0, 7) : date
}
