import english from '../../../locales/en/viewer.json' with { type: 'json' }
import polish from '../../../locales/pl/viewer.json' with { type: 'json' }

export type Language = 'pl' | 'en'
type Values = Record<string, string | number>

const catalogues: Record<Language, unknown> = { pl: polish, en: english }

let language: Language = 'en'

export const currentLanguage = () => language
export const speak = (chosen: Language) => {
  language = chosen
  document.documentElement.lang = chosen
}

/** Polish for a browser that prefers it to English, English for everyone else. */
export const preferredLanguage = (): Language => {
  const known = navigator.languages.map(tag => tag.slice(0, 2)).find(tag => tag === 'pl' || tag === 'en')
  return known === 'pl' ? 'pl' : 'en'
}

const lookUp = (key: string): string | undefined => {
  let node: unknown = catalogues[language]
  for (const step of key.split('.')) node = (node as Record<string, unknown> | undefined)?.[step]
  return typeof node === 'string' ? node : undefined
}

/** The text for `key`; with a `count`, the plural form that the language asks for. */
export const t = (key: string, values: Values = {}): string => {
  const { count } = values
  const plural = typeof count === 'number' ? `${key}_${new Intl.PluralRules(language).select(count)}` : key
  const text = lookUp(plural) ?? lookUp(`${key}_other`) ?? lookUp(key) ?? key
  return text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => shown(values[name]))
}

const shown = (value: string | number | undefined) => (typeof value === 'number' ? formatNumber(value) : (value ?? ''))

export const formatNumber = (value: number) => new Intl.NumberFormat(language).format(value)

/** `1950-03-12` as the reader's language writes a day, `1950-03` a month; anything else as it stands. */
export const formatDay = (date: string) => {
  if (date.length === 4) return date
  const day = new Date(`${`${date}-01`.slice(0, 10)}T00:00:00Z`)
  if (date.length === 7)
    return new Intl.DateTimeFormat(locale(), { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(day)
  return Number.isNaN(day.getTime())
    ? date
    : new Intl.DateTimeFormat(locale(), { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' }).format(day)
}

/** As clocks in a time zone showed it, with that zone: the file is opened anywhere. @param timeZone IANA name */
export const formatMoment = (iso: string, timeZone: string) =>
  new Intl.DateTimeFormat(locale(), {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
    timeZone,
  }).format(new Date(iso))

// Day before month, as everywhere this is used; plain `en` would be American.
const locale = () => (language === 'pl' ? 'pl' : 'en-GB')

/** The language's own name for a language code: `uk` is `ukraiński` or `Ukrainian`. */
export const languageName = (code: string) => {
  try {
    return new Intl.DisplayNames(locale(), { type: 'language' }).of(code) ?? code
  } catch {
    return code
  }
}

/** Whole years between a birth date and a day, 'YYYY-MM-DD'; of a birth date known in part, as many as it may be at most. */
export const yearsSince = (birthDate: string, until: string) =>
  Number(until.slice(0, 4)) - Number(birthDate.slice(0, 4)) - (until.slice(5) < birthDate.slice(5) ? 1 : 0)
