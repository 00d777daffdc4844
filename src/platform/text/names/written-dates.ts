import { dayFrom } from './days.ts'
import { monthOf } from './months.ts'
import type { Words } from './name-words.ts'

/** Days ('1940-10-20') and months ('1940-10') that a text names, and the text without them. */
export type WrittenDates = { dates: string[]; rest: string }

const separator = String.raw`(?:\s?[-./]\s?|\s)`
const separators = String.raw`[\s.\-/,]*`
const ordinal = '(?:st|nd|rd|th)?'
const ofTheYear = String.raw`(?:\s?r(?:oku|\.|(?!\p{L})))?`
const anywhere = (source: string) => new RegExp(`(?<!\\d)${source}(?!\\d)${ofTheYear}`, 'giu')
const patterns = {
  day: anywhere(String.raw`(?:(\d{4})[-./](\d{1,2})[-./](\d{1,2})|(\d{1,2})${separator}(\d{1,2})${separator}(\d{4}))`),
  month: anywhere(String.raw`(?:(\d{4})[-./](\d{1,2})|(\d{1,2})[-./](\d{4}))`),
  dayFirst: anywhere(String.raw`(?<!\p{L})(\d{1,2})${ordinal}(?:\s+of)?${separators}(\p{L}+)${separators}(\d{4})`),
  dayAfter: anywhere(String.raw`(?<!\p{L})(\p{L}+)\.?\s+(\d{1,2})${ordinal},?\s+(\d{4})`),
  monthInWords: anywhere(String.raw`(?<!\p{L}|\d[\s.]*)(\p{L}{3,})\.?\s+(\d{4})`),
}

/**
 * The dates in a text, in digits and as pages show them: 1940-10-20, 20.10.1940, 10/1940; 20 Oct 1940, 20 października 1940,
 * October 20, 1940, 20 X 1940. Months are known in Polish, English and Ukrainian, from three letters on. Since Jan is a name
 * as well as a month, a text with months in words is also read without them.
 */
export const writtenDates = (text: string, words: Words): WrittenDates[] => {
  const plain = text.normalize('NFKC')
  if (!/\d{4}/.test(plain)) return [{ dates: [], rest: plain }]
  const inWords = takeDates(plain, words, true)
  const inDigits = takeDates(plain, words, false)
  return inWords.dates.length === inDigits.dates.length ? [inDigits] : [inWords, inDigits]
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
  let rest = text
  if (inWords)
    rest = rest
      .replace(patterns.dayFirst, (whole, d: string, m: string, y: string) => take(whole, dayOf(y, m, d)))
      .replace(patterns.dayAfter, (whole, m: string, d: string, y: string) => take(whole, dayOf(y, m, d)))
      .replace(patterns.monthInWords, (whole, m: string, y: string) => take(whole, dayOf(y, m, '1')?.slice(0, 7)))
  rest = rest
    .replace(patterns.day, (whole, y1?: string, m1?: string, d1?: string, d2?: string, m2?: string, y2?: string) =>
      take(whole, dayFrom(Number(y1 ?? y2), Number(m1 ?? m2), Number(d1 ?? d2))),
    )
    .replace(patterns.month, (whole, y1?: string, m1?: string, m2?: string, y2?: string) =>
      take(whole, dayFrom(Number(y1 ?? y2), Number(m1 ?? m2), 1)?.slice(0, 7)),
    )
  return { dates, rest }
}
