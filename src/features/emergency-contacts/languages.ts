import { canonicalLanguage, nameOfLanguage } from '../../platform/text/language-name.ts'

/** BCP 47 codes of languages offered for a contact: what people around Polish shelters, clinics and care agencies speak. */
const frequent = ['pl', 'uk', 'ru', 'en']
const others = (
  'be de fr es it pt ro cs sk lt lv et hu bg sr hr sq el nl tr ar fa prs ps ckb kmr hy ka az ce kk uz tg mn vi zh ur hi bn pa ne ' +
  'fil id so am ti sw he yi rom csb szl pso ase'
).split(' ')

/** Sign languages have no name in the Unicode data, and for Romani it gives a name that offends. */
const ownNames: Record<string, Record<string, string>> = {
  pl: { pso: 'polski język migowy', ase: 'amerykański język migowy', rom: 'romski' },
  en: { pso: 'Polish Sign Language', ase: 'American Sign Language', rom: 'Romani' },
}

/** The plain name of a language, in the reader's language; the code itself where nobody named it. */
export const languageName = (code: string, reader: string): string =>
  ownNames[reader]?.[code] ?? nameOfLanguage(code, reader) ?? code

/**
 * Languages to choose from: the most frequent first, then by name in the reader's alphabet.
 * @param kept a code that is already recorded and must not be lost for not being offered
 */
export const languageOptions = (reader: string, kept: string) => {
  const named = (codes: readonly string[]) => codes.map(code => ({ value: code, text: languageName(code, reader) }))
  const more = isLanguageCode(kept) && ![...frequent, ...others].includes(kept) ? [kept] : []
  const { compare } = new Intl.Collator(reader)
  return [...named(frequent), ...named([...others, ...more]).sort((one, other) => compare(one.text, other.text))]
}

/** Whether a text is the tag of a language (BCP 47) in its usual spelling. */
export const isLanguageCode = (text: string): boolean => canonicalLanguage(text) === text
