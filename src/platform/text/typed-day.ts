import { dayFrom } from './names/days.ts'
import { readWrittenDay, type PartialDate } from './written-day.ts'

/**
 * A date in the ways people type it: 1983-11-14, 14.11.1983, 14/11/1983, 14-11-1983, 14 11 1983, in words or Roman months, or
 * known in part (see readWrittenDay). Null where it is none.
 */
export const readDay = (typed: string): PartialDate | null => readNumbers(typed) ?? readWrittenDay(typed)

const readNumbers = (typed: string): string | null => {
  const parts = typed.trim().split(/\s*[-./\s]\s*/)
  if (parts.length !== 3 || !parts.every(part => /^\d{1,4}$/.test(part))) return null
  const [first, second, third] = parts as [string, string, string]
  if (first.length === 4) return dayFrom(Number(first), Number(second), Number(third))
  return third.length === 4 ? dayFrom(Number(third), Number(second), Number(first)) : null
}
