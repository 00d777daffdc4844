import { dateFormat, locales } from '../platform/i18n/date-format.ts'
import { sayMoments } from '../platform/i18n/moments.ts'
import type { Language } from '../platform/i18n/translations.ts'
import { dayIn } from '../platform/time/wall-clock.ts'

/** Dates as people write them; a date without a time of day ('1983-11-14') is the same day everywhere. */
const formatsOf = (language: Language) => {
  const day = dateFormat(language, { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' })
  const month = dateFormat(language, { month: 'long', year: 'numeric', timeZone: 'UTC' })
  const number = new Intl.NumberFormat(locales[language])
  return {
    /** A date known in part shows what is known: `1947`, `May 1947`. */
    formatDate: (date: string | null | undefined) => {
      if (!date) return ''
      if (date.length > 7) return day.format(new Date(date))
      return date.length === 4 ? date : month.format(new Date(date))
    },
    formatNumber: (value: number) => number.format(value),
    formatBytes: (bytes: number) => bytesIn(language, bytes),
  }
}

/** Moments as clocks show them in a zone: for the screen, and with the zone for what is printed or serves as evidence. */
export const momentsIn = (language: Language, timeZone: string) => {
  const moments = sayMoments(language, timeZone)
  const { formatDate } = formats[language]
  return {
    /** Of a moment, the day that clocks in the zone show. */
    formatDate: (date: string | Date | null | undefined) =>
      formatDate(date instanceof Date ? dayIn(date, timeZone) : date),
    formatDateTime: (date: string | Date | null | undefined) => (date ? moments.short(new Date(date)) : ''),
    formatZoned: (date: string | Date | null | undefined) => (date ? moments.zoned(new Date(date)) : ''),
  }
}

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const

const bytesIn = (language: Language, bytes: number): string => {
  const step = Math.min(units.length - 1, bytes < 1000 ? 0 : Math.floor(Math.log10(bytes) / 3))
  const unit = units[step]
  const style = { style: 'unit', unit, unitDisplay: step === 0 ? 'long' : 'short', maximumFractionDigits: 1 } as const
  return new Intl.NumberFormat(locales[language], style).format(bytes / 1000 ** step)
}

/** Made once: a formatter takes longer to make than a page. */
export const formats = { pl: formatsOf('pl'), en: formatsOf('en') } as const
