import { dayFrom } from './days.ts'
import { monthOf } from './months.ts'
import type { Words } from './name-words.ts'

/** Days ('1940-10-20'), months ('1940-10') and years ('1940') that a text names, and the text without them. */
export type WrittenDates = { dates: string[]; rest: string }

const separator = String.raw`(?:\s?[-./]\s?|\s)`
const separators = String.raw`[\s.\-/,]*`
const ordinal = '(?:st|nd|rd|th)?'
const yearMark = String.raw`\s?(?:r(?:oku|ok|\.|(?!\p{L}))|р(?:оку|ік|\.|(?!\p{L})))`
const ofTheYear = `(?:${yearMark})?`
const anywhere = (source: string) => new RegExp(`(?<!\\d)${source}(?!\\d)${ofTheYear}`, 'giu')

const introducers = String.raw`ur|urodz|urodzon[ya]|urodzeni|born|b|dob|нар|ok|około|circa|ca?|about|abt|approx|w|in|roku?|rocznik|year`
/** What stands in front of a date: `ur.`, `ok.`, `born in`, `~`. */
const introduction = String.raw`(?:(?<![\p{L}\d])(?:[~*(]|(?:${introducers})(?!\p{L})[.:]?)\s*)`
const spoken = (source: string) => anywhere(`${introduction}{0,3}${source}`)
const year = String.raw`((?:1[89]|20)\d{2})`
const month = String.raw`(\p{L}{3,}|[ivx]{1,4})`

const digits = {
  day: String.raw`(?:(\d{4})[-./](\d{1,2})[-./](\d{1,2})|(\d{1,2})${separator}(\d{1,2})${separator}(\d{4}))`,
  month: String.raw`(?:(\d{4})[-./](\d{1,2})|(\d{1,2})[-./](\d{4}))`,
  spacedMonth: String.raw`(?:(\d{4})[-./](\d{1,2})|(?<!\d[\s.]*)(\d{1,2})(?:[-./]|\s+)(\d{4}))`,
}
const written = { day: anywhere(digits.day), month: anywhere(digits.month) }
const patterns = {
  day: spoken(digits.day),
  month: spoken(digits.spacedMonth),
  dayFirst: spoken(String.raw`(?<!\p{L})(\d{1,2})${ordinal}(?:\s+of)?${separators}(\p{L}+)${separators}(\d{4})`),
  dayAfter: spoken(String.raw`(?<!\p{L})(\p{L}+)\.?\s+(\d{1,2})${ordinal},?\s+(\d{4})`),
  monthFirst: spoken(String.raw`(?<!\p{L}|\d[\s.]*)${month}(?:[.,/-]\s*|\s+)(?:of\s+|roku?\s+)?(\d{4})`),
  monthAfter: spoken(String.raw`${year}[\s,]+${month}(?!\p{L})`),
  year: new RegExp(String.raw`(?<!\d)${introduction}{1,3}${year}(?!\d|[-./]\d)${ofTheYear}\)?`, 'giu'),
  markedYear: new RegExp(String.raw`(?<!\d)${year}${yearMark}`, 'giu'),
}

/**
 * The dates in a text, in digits and as pages show them: 1940-10-20, 20.10.1940, 10/1940; 20 Oct 1940, 20 października 1940,
 * October 20, 1940, 20 X 1940; with what people put around them: ur. 1940, ok. 10.1940, 1940 r. Months are known in Polish,
 * English and Ukrainian, from three letters on. Since Jan is a name as well as a month, such a text is also read without them.
 */
export const writtenDates = (text: string, words: Words): WrittenDates[] => {
  const plain = text.normalize('NFKC')
  if (!/\d{4}/.test(plain)) return [{ dates: [], rest: plain }]
  const inWords = takeDates(plain, words, true)
  const inDigits = takeDates(plain, words, false)
  return inWords.rest.trim() === inDigits.rest.trim() ? [inDigits] : [inWords, inDigits]
}

const takeDates = (text: string, words: Words, inWords: boolean): WrittenDates => {
  const dates: string[] = []
  const take = (whole: string, date: string | null | undefined) => {
    if (!date) return whole
    dates.push(date)
    return ' '
  }
  const dayOf = (year: string, monthText: string, dayText: string) =>
    dayFrom(Number(year), monthOf(monthText, words) ?? 0, Number(dayText))
  const takeMonth = (whole: string, m: string, y: string) => take(whole, dayOf(y, m, '1')?.slice(0, 7))
  const { day, month } = inWords ? patterns : written
  let rest = text
  if (inWords)
    rest = rest
      .replace(patterns.dayFirst, (whole, d: string, m: string, y: string) => take(whole, dayOf(y, m, d)))
      .replace(patterns.dayAfter, (whole, m: string, d: string, y: string) => take(whole, dayOf(y, m, d)))
      .replace(patterns.monthFirst, (whole, m: string, y: string) => takeMonth(whole, m, y))
      .replace(patterns.monthAfter, (whole, y: string, m: string) => takeMonth(whole, m, y))
  rest = rest
    .replace(day, (whole, y1?: string, m1?: string, d1?: string, d2?: string, m2?: string, y2?: string) =>
      take(whole, dayFrom(Number(y1 ?? y2), Number(m1 ?? m2), Number(d1 ?? d2))),
    )
    .replace(month, (whole, y1?: string, m1?: string, m2?: string, y2?: string) =>
      take(whole, dayFrom(Number(y1 ?? y2), Number(m1 ?? m2), 1)?.slice(0, 7)),
    )
  if (inWords)
    for (const pattern of [patterns.year, patterns.markedYear])
      rest = rest.replace(pattern, (whole, year: string) => take(whole, year))
  return { dates, rest }
}
