import { dayAfter, localStamp } from '../../platform/time/wall-clock.ts'

/**
 * The night whose backup is due now: the date on which `time` was last passed. Where clocks skip that time in spring, it is
 * due right after; where they show it twice in autumn, it is the same night.
 * @param time HH:MM
 * @returns 'YYYY-MM-DD'
 */
export const nightDue = (now: Date, time: string, timeZone: string): string => {
  const [day = '', clock = ''] = localStamp(now, timeZone).split(' ')
  return clock.slice(0, 5) >= time ? day : dayAfter(day, -1)
}
