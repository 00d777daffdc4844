import { createInstance, type TFunction, type TOptions } from 'i18next'
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
  const fixed = Object.fromEntries(
    languages.map(language => [language, rememberSentences(i18n.getFixedT(language))]),
  ) as Record<Language, Translate>
  return { to: language => fixed[language] }
}

/** Enough for every key there is; one that is missing is not remembered. */
const mostRemembered = 20_000

/** Looks a sentence without numbers or names up once: a page says a hundred, and finding them took longer than writing it. */
const rememberSentences = (t: TFunction): TFunction => {
  const known = new Map<string, string>()
  const translate = (key: string, options?: TOptions): string => {
    if (options) return t(key, options)
    const remembered = known.get(key)
    if (remembered !== undefined) return remembered
    const sentence = t(key)
    if (sentence !== key && known.size < mostRemembered) known.set(key, sentence)
    return sentence
  }
  return translate as TFunction
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
