import { nameOfLanguage } from '../../platform/text/language-name.ts'

/** Languages that clients of Polish shelters and social care speak most; ISO 639 codes as BCP 47 tags. */
const common = (
  'pl uk ru be en de fr es it pt ro cs sk lt lv et hu bg sr hr bs sl mk sq el nl sv da nb fi tr ar he fa ps ku hy ka az ' +
  'kk ky uz tg tk vi zh ja ko hi ur bn pa ne ta th tl id so am ti sw ha yi rom csb szl pso'
).split(' ')

/** What the dictionaries of the runtime don't name. */
const unnamed: Record<string, Record<string, string>> = {
  pso: { pl: 'polski język migowy', en: 'Polish Sign Language' },
}

/** A language's name for people, in the reader's language; the code itself where nobody named it. */
export const languageName = (code: string, reader: string): string =>
  unnamed[code]?.[reader] ?? nameOfLanguage(code, reader) ?? code

/**
 * The choices of a form, by name; Polish, Ukrainian, Russian and English, the most frequent, first.
 * @param spoken codes that must be among them, as a record may come from elsewhere
 */
export const languageChoices = (reader: string, spoken: readonly string[] = []): { value: string; text: string }[] => {
  const first = ['pl', 'uk', 'ru', 'en']
  const { compare } = new Intl.Collator(reader)
  const rest = [...new Set([...common, ...spoken])].filter(code => !first.includes(code))
  const named = (codes: string[]) => codes.map(value => ({ value, text: languageName(value, reader) }))
  return [...named(first), ...named(rest).sort((one, other) => compare(one.text, other.text))]
}
