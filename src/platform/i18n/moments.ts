import { dateFormat } from './date-format.ts'
import type { Language } from './translations.ts'

/** Moments as an organisation's clocks show them. @param timeZone IANA name */
export const sayMoments = (language: Language, timeZone: string) => {
  const precise = dateFormat(language, { ...dayAndTime, second: '2-digit', timeZone })
  const short = dateFormat(language, { dateStyle: 'medium', timeStyle: 'short', timeZone })
  const time = dateFormat(language, { timeStyle: 'short', timeZone })
  const day = dateFormat(language, { dateStyle: 'long', timeZone })
  const zoned = dateFormat(language, { ...dayAndTime, timeZone })
  return {
    /** With seconds and the zone: `1 Dec 2026, 00:15:03 CET`. */
    precise: (at: Date) => precise.format(at),
    short: (at: Date) => short.format(at),
    /** With the zone, for what leaves the program or serves as evidence: `1 Dec 2026, 00:15 CET`. */
    zoned: (at: Date) => zoned.format(at),
    time: (at: Date) => time.format(at),
    day: (at: Date) => day.format(at),
    /** What the zone is called at that moment: `CET`, `GMT+13`. */
    zone: (at: Date) => zoned.formatToParts(at).find(({ type }) => type === 'timeZoneName')!.value,
    /** `14:03–15:10`, or one time where both are in one minute. */
    span: (first: Date, last: Date) =>
      time.format(first) === time.format(last) ? time.format(first) : `${time.format(first)}–${time.format(last)}`,
  }
}

/** Like the medium date and the short time; the zone has no style of its own beside those. */
const dayAndTime = {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  timeZoneName: 'short',
} as const
