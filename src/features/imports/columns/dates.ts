import { readWrittenDay } from '../../../platform/text/written-day.ts'
import { dayIn } from '../../../platform/time/wall-clock.ts'

export const dayOrders = ['day-first', 'month-first'] as const
/** Which of the first two numbers of `03/04/1985` is the day. */
export type DayOrder = (typeof dayOrders)[number]

export type DateFault = 'date-unreadable' | 'date-short-year' | 'date-not-whole' | 'date-impossible'
/** `date` may be known in part: a year, or a year and month. */
export type ReadDate = { date: string } | { fault: DateFault }

const parted = /^(\d{1,2})[./\- ](\d{1,2})[./\- ](\d{4})$/
const yearFirst = /^(\d{4})[./\- ](\d{1,2})[./\- ](\d{1,2})$/
/** No notation of a day, with its time and the blanks people put in, takes more characters. */
const longest = 60
const timeOfDay = /[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?$/
/** Excel's own count of days; 25569 is 1 January 1970. Smaller ones look like years, larger ones lie past 2100. */
const serial = { unixEpoch: 25_569, least: 2200, most: 73_050 }
const dayMs = 86_400_000

/**
 * Which order dates of this column are written in, by evidence: a first number above 12 can only be a day, a second
 * one only shows the month first. Without evidence the day comes first, as in Poland.
 */
export const dayOrderOf = (values: readonly string[]): DayOrder => {
  let dayFirst = 0
  let monthFirst = 0
  for (const value of values) {
    if (value.length > longest) continue
    const [, first, second] = parted.exec(bare(value)) ?? []
    if (Number(first) > 12) dayFirst++
    if (Number(second) > 12) monthFirst++
  }
  return monthFirst > dayFirst ? 'month-first' : 'day-first'
}

/**
 * Reads a date in the notations spreadsheets use: 1985-04-03, 3.04.1985, 03/04/1985 (by `order`), 19850403, Excel's day count.
 * With full stops the day comes first, whatever the order. A time of day and the Polish "r." are passed over. Dates in words and
 * those known in part are read as everywhere (`readWrittenDay`).
 * @returns the day as YYYY-MM-DD, YYYY-MM or YYYY, or why it is none
 */
export const readDate = (text: string, order: DayOrder): ReadDate => {
  if (text.length > longest) return { fault: 'date-unreadable' }
  const value = bare(text)
  const isoParts = yearFirst.exec(value) ?? /^(\d{4})(\d{2})(\d{2})$/.exec(value)
  if (isoParts) return dayOf(isoParts[1], isoParts[2], isoParts[3])

  const parts = parted.exec(value)
  if (parts) {
    const monthFirst = order === 'month-first' && !value.includes('.')
    return monthFirst ? dayOf(parts[3], parts[1], parts[2]) : dayOf(parts[3], parts[2], parts[1])
  }
  if (/^\d{1,2}[./\- ]\d{1,2}[./\- ]\d{2}$/.test(value)) return { fault: 'date-short-year' }
  const written = readWrittenDay(value)
  if (written) return { date: written }
  return /^\d{4,5}$/.test(value) ? fromSerial(Number(value)) : { fault: 'date-unreadable' }
}

const bare = (text: string) =>
  text
    .trim()
    .replace(timeOfDay, '')
    .replace(/\s*r(oku|\.)?$/i, '')
    .replace(/\s*([./-])\s*/g, '$1')

const dayOf = (year = '', month = '', day = ''): ReadDate => {
  const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  const moment = new Date(`${date}T00:00:00Z`)
  const real = !Number.isNaN(moment.getTime()) && moment.toISOString().startsWith(date) && Number(year) >= 1890
  return real ? { date } : { fault: 'date-impossible' }
}

const fromSerial = (days: number): ReadDate =>
  days >= serial.least && days <= serial.most
    ? { date: dayIn(new Date((days - serial.unixEpoch) * dayMs), 'UTC') }
    : { fault: 'date-unreadable' }
