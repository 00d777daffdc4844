import { createInstance, type TFunction } from 'i18next'
import { readdirSync, readFileSync } from 'node:fs'

export const languages = ['pl', 'en'] as const
export type Language = (typeof languages)[number]
export type Translate = TFunction
export type Translations = { to: (language: Language) => Translate }

const folder = new URL('../../../locales/', import.meta.url)

/** Reads every catalogue into memory; a namespace is a file of `locales/<language>/`. A key reads `namespace:path.in.it`. */
export const loadTranslations = (): Translations => {
  const resources = Object.fromEntries(languages.map(language => [language, readCatalogues(language)]))
  const i18n = createInstance()
  void i18n.init({
    resources,
    fallbackLng: false,
    initAsync: false,
    interpolation: { escapeValue: false },
  })
  const fixed = Object.fromEntries(languages.map(language => [language, i18n.getFixedT(language)])) as Record<
    Language,
    Translate
  >
  return { to: language => fixed[language] }
}

/** The reader's language out of an Accept-Language header (RFC 9110 12.5.4); Polish where neither is asked for. */
export const preferredLanguage = (accepts: (...of: string[]) => string | false): Language =>
  accepts('pl', 'en') === 'en' ? 'en' : 'pl'

export const isLanguage = (text: unknown): text is Language => languages.includes(text as Language)

const readCatalogues = (language: Language): Record<string, object> => {
  const files = readdirSync(new URL(`${language}/`, folder)).filter(file => file.endsWith('.json'))
  return Object.fromEntries(
    files.map(file => [
      file.slice(0, -5),
      JSON.parse(readFileSync(new URL(`${language}/${file}`, folder), 'utf8')) as object,
    ]),
  )
}
