import { canonicalLanguage, nameOfLanguage } from './language-name.ts'

/** What people around Polish shelters, clinics and care agencies speak most; BCP 47. */
const frequent = ['pl', 'uk', 'ru', 'en']
const others = (
  'be de fr es it pt ro cs sk lt lv et hu bg sr hr bs sl mk sq el nl sv da nb fi tr ar he fa fa-AF ps ku ckb hy ka az ce kk ' +
  'ky uz tg tk mn vi zh ja ko hi ur bn pa ne ta th fil id so am ti sw ha yi rom csb szl pso ase'
).split(' ')

/** The languages that every form offers. */
export const offeredLanguages: readonly string[] = [...frequent, ...others]

/** Sign languages have no name in the Unicode data, and for Romani it gives a name that offends. */
const ownNames: Record<string, Record<string, string>> = {
  pl: { pso: 'polski język migowy', ase: 'amerykański język migowy', rom: 'romski' },
  en: { pso: 'Polish Sign Language', ase: 'American Sign Language', rom: 'Romani' },
}

/** A language's name for people, in the reader's language; the code itself where nobody named it. */
export const languageName = (code: string, reader: string): string =>
  ownNames[reader]?.[code] ?? nameOfLanguage(code, reader) ?? code

/**
 * The choices of a form: the most frequent languages first, then by name in the reader's alphabet.
 * @param recorded codes that must be among them, since a record may come from elsewhere; what is no tag at all is left out
 */
export const languageChoices = (reader: string, recorded: readonly string[] = []) => {
  const named = (codes: readonly string[]) => codes.map(value => ({ value, text: languageName(value, reader) }))
  const rest = [...new Set([...others, ...recorded.filter(isTag)])].filter(code => !frequent.includes(code))
  const { compare } = new Intl.Collator(reader)
  return [...named(frequent), ...named(rest).sort((one, other) => compare(one.text, other.text))]
}

/** Whether a text is the tag of a language (BCP 47) in its usual spelling. */
export const isLanguageCode = (text: string): boolean => canonicalLanguage(text) === text

const isTag = (code: string) => /^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i.test(code)
