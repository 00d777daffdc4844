/** A real day as 'YYYY-MM-DD', or null. Months count from 1. */
export const dayFrom = (year: number, month: number, day: number): string | null => {
  const date = new Date(Date.UTC(year, month - 1, day))
  const real =
    year >= 1000 && date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day
  return real ? `${year}-${twoDigits(month)}-${twoDigits(day)}` : null
}

/** Whether two dates ('YYYY-MM-DD', 'YYYY-MM' or 'YYYY') may be the same day, as far as both are known. */
export const mayBeSameDay = (one: string, other: string): boolean => one.startsWith(other) || other.startsWith(one)

const twoDigits = (number: number) => String(number).padStart(2, '0')
