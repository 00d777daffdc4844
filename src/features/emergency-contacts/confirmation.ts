import { dayIn } from '../../platform/time/wall-clock.ts'

const dayMs = 24 * 60 * 60_000

/**
 * Whether the last confirmation is older than is trusted, or there was none. Both are ISO dates.
 * @param trustedMonths how long a confirmation is trusted
 */
export const isOverdue = (lastConfirmedOn: string | null, today: string, trustedMonths: number): boolean =>
  lastConfirmedOn === null || lastConfirmedOn < monthsBefore(today, trustedMonths)

/** How long before today a day was, in the unit people would say it in. */
export const agoFrom = (day: string, today: string) => {
  const days = Math.round((Date.parse(today) - Date.parse(day)) / dayMs)
  if (days < 14) return { value: -days, unit: 'day' } as const
  const months = monthsBetween(day, today)
  if (months < 2) return { value: -Math.floor(days / 7), unit: 'week' } as const
  return months < 24
    ? ({ value: -months, unit: 'month' } as const)
    : ({ value: -Math.floor(months / 12), unit: 'year' } as const)
}

/** The same day so many months earlier; the last day of a shorter month. */
export const monthsBefore = (day: string, months: number): string => {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number)
  const lastDate = new Date(Date.UTC(year, month - months, 0)).getUTCDate()
  return dayIn(new Date(Date.UTC(year, month - 1 - months, Math.min(date, lastDate))), 'UTC')
}

/** Whole months from one day to another. */
const monthsBetween = (from: string, to: string): number => {
  const [fromYear = 0, fromMonth = 0, fromDate = 0] = from.split('-').map(Number)
  const [toYear = 0, toMonth = 0, toDate = 0] = to.split('-').map(Number)
  return (toYear - fromYear) * 12 + toMonth - fromMonth - (toDate < fromDate ? 1 : 0)
}
