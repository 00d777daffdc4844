import { fold } from '../../../platform/text/fold.ts'
import { languageName, offeredLanguages } from '../../../platform/text/languages.ts'
import type { Gender } from './profile.ts'

const table = <Value>(entries: readonly (readonly [string, Value])[]) =>
  new Map(entries.flatMap(([words, value]) => words.split(',').map(word => [fold(word), value] as const)))

const genderWords = table<Gender>([
  ['k, f, kobieta, żeńska, żeński, pani, female, woman, w', 'female'],
  ['m, mężczyzna, męska, męski, pan, male, man', 'male'],
  ['inna, inny, x, other, nonbinary, non binary, niebinarna, niebinarny, diverse', 'other'],
  [
    'nieznana, nieznany, unknown, unspecified, nieokreślona, u, brak, brak danych, nie podano, not known, n a, nd',
    'unknown',
  ],
])

const yesNoWords = table<boolean>([
  ['tak, t, yes, y, true, prawda, 1, x, potrzebny, wymagany, needed, required', true],
  ['nie, n, no, false, fałsz, 0, brak, niepotrzebny, not needed', false],
])

/** A gender as spreadsheets write it, in Polish or English; nothing where the word is not known. */
export const readGender = (text: string): Gender | undefined => genderWords.get(fold(text))

/** A yes or a no, in Polish or English. */
export const readYesNo = (text: string): boolean | undefined => yesNoWords.get(fold(text))

/** ISO 639-1. */
const isoCodes = (
  'af am ar az be bg bn bs ca cs cy da de el en es et eu fa fi fr ga gu ha he hi hr hu hy id is it ja ka kk km kn ko ku ky lo lt lv mg ' +
  'mk ml mn mr ms my nb ne nl nn no or pa pl ps pt ro ru rw sd si sk sl so sq sr sv sw ta te tg th ti tk tl tr ug uk ur uz vi xh yi yo zh zu'
).split(' ')
/** Everything that a form offers is understood in a file, by the same names. */
const languageCodes = [...new Set([...isoCodes, ...offeredLanguages])]

const languageNames = new Map(
  ['pl', 'en'].flatMap(reader => languageCodes.map(code => [fold(languageName(code, reader)), code] as const)),
)
languageNames.set('migowy', 'pso').set('pjm', 'pso').set('ua', 'uk')
const knownCodes = new Set(languageCodes)

/** The language a cell names, as a BCP 47 tag: `ukraiński`, `język polski`, `po angielsku`, `Ukrainian`, `uk`, `en-GB`. */
export const readLanguage = (text: string): string | undefined => {
  const name = fold(text)
    .replace(/^(jezyk|jez|j) /, '')
    .replace(/^po (\w+)u$/, '$1')
  const tag = /^[a-z]{2,3}(-[a-z]{2})?$/i.test(text.trim())
    ? text.trim().slice(0, 3).replace('-', '').toLowerCase()
    : ''
  return (
    languageNames.get(name) ??
    languageNames.get(`${name}i`) ??
    (knownCodes.has(tag) ? canonical(text.trim()) : undefined)
  )
}

const canonical = (tag: string) => Intl.getCanonicalLocales(tag)[0]
