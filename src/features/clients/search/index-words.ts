import { withoutZeros } from '../../../platform/text/file-number.ts'
import { fold, prefixes, words } from '../../../platform/text/fold.ts'
import { longestPhone, shortestPhonePart } from '../../../platform/text/grouped-digits.ts'
import { codesWritten, nameWords, type NameWord } from '../../../platform/text/names/name-words.ts'
import { typosWritten } from '../../../platform/text/names/typos.ts'
import { searchDigits } from '../../../platform/text/phone.ts'
import { isWholeDay } from '../../../platform/text/written-day.ts'
import type { ClientProfile, Phone } from '../profile.ts'
import { indexWord, partWord, plainTerm, readings, soundWord, typoWord, type Term } from './terms.ts'

/**
 * Which edition of these rules made a client's tokens. Raise it with a migration that renews the index `clients_outdated`
 * whenever `indexWords` finds more than before: the worker then makes all older tokens anew (see reindex.ts).
 */
export const indexVersion = 3

const mostIndexWords = 800

/**
 * Everything a client can be found by, before it is blinded: `n:` beginnings of words, `e:` whole words, `d:` runs of digits,
 * `b:` days and months, `p:` a birth date known in part, `s:` how a word sounds, `y:` a word with a letter left out, `f:` how the family name begins, for
 * browsing. A few dozen for most; never more than `mostIndexWords`, so that no name makes saving slow.
 */
export const indexWords = (profile: ClientProfile): Set<string> => {
  const found = new Set<string>()
  const add = (term: Pick<Term, 'kind' | 'text'>) => {
    found.add(indexWord(term, true))
    if (term.kind === 'word') for (const prefix of prefixes(term.text)) found.add(`n:${prefix}`)
  }

  for (const date of [profile.birthDate?.slice(0, 7), profile.birthDate]) if (date) add({ kind: 'date', text: date })
  if (profile.birthDate) add({ kind: 'digits', text: withoutZeros(profile.birthDate.slice(0, 4)) })
  if (profile.birthDate && !isWholeDay(profile.birthDate)) found.add(partWord(profile.birthDate))
  for (const phone of profile.phones)
    for (const part of phoneParts(phone)) add({ kind: 'digits', text: withoutZeros(part) })
  fileNumberTerms(profile).forEach(add)
  const written = wordsOfNames(profile)
  for (const { text } of written) add(plainTerm(text))
  for (const code of written.flatMap(codesWritten)) found.add(soundWord(code))
  for (const beginning of shelvesOf(profile)) found.add(`f:${beginning}`)
  for (const name of namesOf(profile)) {
    const numbered = words(name).filter(hasDigits)
    if (numbered.length > 0) readings(name).flat().forEach(add)
    for (const word of numbered) prefixes(word).map(plainTerm).forEach(add)
  }
  for (const { text, joined } of written)
    if (!joined) for (const letters of typosWritten(text)) found.add(typoWord(letters))
  return new Set([...found].slice(0, mostIndexWords))
}

/** Those of a person's names and birth date, as far as it is known: whoever has the same names, and this date or more of it, has them all. */
export const wordsOfPerson = ({
  givenNames,
  familyName,
  birthDate,
}: Pick<ClientProfile, 'givenNames' | 'familyName' | 'birthDate'>): string[] => [
  ...new Set([
    ...words(`${givenNames} ${familyName}`).map(word => indexWord(plainTerm(word), true)),
    ...(birthDate
      ? [
          indexWord(
            birthDate.length > 4 ? { kind: 'date', text: birthDate } : { kind: 'digits', text: birthDate },
            true,
          ),
        ]
      : []),
  ]),
]

export const namesOf = ({ givenNames, familyName, preferredName }: ClientProfile) => [
  givenNames,
  familyName,
  preferredName ?? '',
]

export const wordsOfNames = (profile: ClientProfile): NameWord[] =>
  namesOf(profile).flatMap(name => nameWords(name, words))

/** How far browsing goes down into a family name. */
export const deepestShelf = 4

/**
 * Beginnings of the family name that browsing by letters goes down to, from two letters on. A name that ends earlier has
 * `_` for what it lacks, so that every client of a beginning is under one of the longer ones.
 */
export const shelvesOf = ({ familyName, givenNames }: Pick<ClientProfile, 'familyName' | 'givenNames'>): string[] => {
  const letters = fold(familyName || givenNames).replace(/ /g, '')
  if (!/^[a-z]/.test(letters)) return []
  const padded = letters.replace(/[^a-z]/g, '_').padEnd(deepestShelf, '_')
  return Array.from({ length: deepestShelf - 1 }, (_, index) => padded.slice(0, index + 2))
}

const hasDigits = (word: string) => /\d/.test(word)

/** A file number as a query would read it, and as one word for those who leave out its signs. */
export const fileNumberTerms = ({ fileNumber }: ClientProfile): Pick<Term, 'kind' | 'text'>[] => {
  const joined = words(fileNumber).join('')
  return [...readings(fileNumber).flat(), ...(joined ? [plainTerm(joined)] : [])]
}

/** A telephone number's digits with and without the number of its country; as typed where it is no number anybody can dial. */
export const wholeNumbers = (phone: Phone): string[] => searchDigits(phone, longestPhone)

/** Endings of the whole number (the national one is among them) and beginnings of the national one, from four digits on. */
const phoneParts = (phone: Phone): string[] => {
  const [full = '', national = full] = wholeNumbers(phone)
  const lengths = (digits: string) =>
    Array.from({ length: Math.max(0, digits.length - shortestPhonePart + 1) }, (_, i) => i + shortestPhonePart)
  return [
    ...lengths(full).map(length => full.slice(-length)),
    ...lengths(national).map(length => national.slice(0, length)),
  ]
}
