import type { Language } from './translations.ts'

/** Which conventions each language is written by (BCP 47). */
export const locales = { pl: 'pl-PL', en: 'en-GB' } as const satisfies Record<Language, string>

const made = new Map<string, Intl.DateTimeFormat>()

/** A date without a time of day is the same day everywhere: it is written in 'UTC'. */
type InZone = Intl.DateTimeFormatOptions & { timeZone: string }

/** A formatter of dates and times, made once for each language and way of writing: making one takes longer than a page. */
export const dateFormat = (language: Language, options: InZone): Intl.DateTimeFormat => {
  const key = `${language} ${JSON.stringify(options)}`
  // eslint-disable-next-line no-restricted-syntax -- the options name the zone
  const format = made.get(key) ?? new Intl.DateTimeFormat(locales[language], options)
  made.set(key, format)
  return format
}
