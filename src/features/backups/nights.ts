import { dateFormat } from '../../platform/i18n/date-format.ts'

/** The parts of a moment as the clocks on the walls of a time zone show it. */
const localParts = (at: Date, timeZone: string) => {
  const format = dateFormat('en', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]))
  return { date: `${parts.year}-${parts.month}-${parts.day}`, time: `${parts.hour}:${parts.minute}` }
}

const dayBefore = (date: string): string => {
  const day = new Date(`${date}T00:00:00Z`)
  day.setUTCDate(day.getUTCDate() - 1)
  return day.toISOString().slice(0, 10)
}

/**
 * The night whose backup is due now: the date on which `time` was last passed. Where clocks skip that time in spring, it is
 * due right after; where they show it twice in autumn, it is the same night.
 * @param time HH:MM
 * @returns 'YYYY-MM-DD'
 */
export const nightDue = (now: Date, time: string, timeZone: string): string => {
  const local = localParts(now, timeZone)
  return local.time >= time ? local.date : dayBefore(local.date)
}

/** The date on the wall. */
export const localDate = (at: Date, timeZone: string): string => localParts(at, timeZone).date
