import type { Language } from './translations.ts'

/** Which conventions each language is written by (BCP 47). */
export const locales = { pl: 'pl-PL', en: 'en-GB' } as const satisfies Record<Language, string>

const made = new Map<string, Intl.DateTimeFormat>()

/** A formatter of dates and times, made once for each language and way of writing: making one takes longer than a page. */
export const dateFormat = (language: Language, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat => {
  const key = `${language} ${JSON.stringify(options)}`
  const format = made.get(key) ?? new Intl.DateTimeFormat(locales[language], options)
  made.set(key, format)
  return format
}
