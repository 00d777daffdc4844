import { readDate } from './dates.ts'

export const telltales = ['phones', 'emails', 'dates'] as const
export type Telltale = (typeof telltales)[number]

/** Whatever tells what a cell is tells so at once. */
const judged = 100
/** Whoever uploads chooses what meets a pattern: each reads a text once, however it is made. */
const email = /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/
const digitRuns = /\d[\d ()./-]{5,20}\d/g
const decimal = /^[-+]?\d+[.,]\d+$/
const fewest = { digits: 9, grouped: 7 }

/** What a cell looks like, whatever its column is called; null where it looks like nothing in particular. */
export const telltaleOf = (cell: string): Telltale | null => {
  const value = cell.slice(0, judged).trim()
  if (value.split(/[\s,;]+/).some(part => email.test(part))) return 'emails'
  if (/[./-]/.test(value) && 'date' in readDate(value, 'day-first')) return 'dates'
  if (decimal.test(value) || /[a-z]\d|\d[a-z]/i.test(value)) return null
  const isPhone = (run: string) => {
    const { length } = run.replace(/\D/g, '')
    return length <= 15 && (length >= fewest.digits || (length >= fewest.grouped && length < run.length))
  }
  return (value.match(digitRuns) ?? []).some(isPhone) ? 'phones' : null
}

/** Counts what the cells of a column look like. */
export type Tally = { filled: number } & Record<Telltale, number>
export const noTally = (): Tally => ({ filled: 0, phones: 0, emails: 0, dates: 0 })
export const tallyCell = (tally: Tally, cell: string): void => {
  if (cell.trim() === '') return
  tally.filled++
  const telltale = telltaleOf(cell)
  if (telltale) tally[telltale]++
}

/** What most cells of a column look like. */
export const mostlyLooksLike = (tally: Tally): Telltale | null =>
  telltales.find(telltale => tally[telltale] > tally.filled / 2) ?? null
