import { dateFormat } from '../../platform/i18n/date-format.ts'
import type { Language } from '../../platform/i18n/translations.ts'

/** Moments as an organisation's clocks show them. @param timeZone IANA name */
export const sayMoments = (language: Language, timeZone: string) => {
  const precise = dateFormat(language, { dateStyle: 'medium', timeStyle: 'medium', timeZone })
  const short = dateFormat(language, { dateStyle: 'medium', timeStyle: 'short', timeZone })
  const time = dateFormat(language, { timeStyle: 'short', timeZone })
  const day = dateFormat(language, { dateStyle: 'long', timeZone })
  return {
    /** With seconds. */
    precise: (at: Date) => precise.format(at),
    short: (at: Date) => short.format(at),
    time: (at: Date) => time.format(at),
    day: (at: Date) => day.format(at),
    /** `14:03–15:10`, or one time where both are in one minute. */
    span: (first: Date, last: Date) =>
      time.format(first) === time.format(last) ? time.format(first) : `${time.format(first)}–${time.format(last)}`,
  }
}
