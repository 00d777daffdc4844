import { dayIn } from '../../platform/time/wall-clock.ts'

/** A real day as 'YYYY-MM-DD', or null. Months count from 1. */
export const dayFrom = (year: number, month: number, day: number): string | null => {
  const date = new Date(Date.UTC(year, month - 1, day))
  const real =
    year >= 1000 && date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day
  return real ? dayIn(date, 'UTC') : null
}

/** A day in the ways people type it: 1983-11-14, 14.11.1983, 14/11/1983, 14-11-1983, 14 11 1983. Null where it is none. */
export const readDay = (typed: string): string | null => {
  const parts = typed.trim().split(/\s*[-./\s]\s*/)
  if (parts.length !== 3 || !parts.every(part => /^\d{1,4}$/.test(part))) return null
  const [first, second, third] = parts as [string, string, string]
  if (first.length === 4) return dayFrom(Number(first), Number(second), Number(third))
  return third.length === 4 ? dayFrom(Number(third), Number(second), Number(first)) : null
}
