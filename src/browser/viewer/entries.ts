import type { ExportedClient, ExportedContact } from '../../features/exports/index.ts'
import { withoutZeros } from '../../platform/text/file-number.ts'
import { nameWords, type NameWord } from '../../platform/text/names/name-words.ts'
import { digitsOf, fold, words } from './fold.ts'

/** What a client is found by, each word with a space in front. `filed`: the words of its file number, and all of them as one. */
export type Entry = {
  at: number
  own: string
  contacts: string
  numbers: string
  exact: string
  filed: string
  birthDate: string
}

export const nameOf = ({ familyName, givenNames }: Pick<ExportedClient, 'familyName' | 'givenNames'>) =>
  [familyName, givenNames].filter(Boolean).join(' ')

export const namesOf = ({ familyName, givenNames, preferredName, latinName = '' }: ExportedClient) => [
  familyName,
  givenNames,
  preferredName,
  latinName,
]
export const contactNames = ({ name, latinName = '' }: ExportedContact) => [name, latinName]

/** The words of names; names repeat, so each is taken apart once. */
export type WordsOf = (name: string) => readonly NameWord[]
export const createWordsOf = (): WordsOf => {
  const known = new Map<string, readonly NameWord[]>()
  return name => {
    const found = known.get(name) ?? nameWords(name, words)
    known.set(name, found)
    return found
  }
}

const spaced = (names: readonly string[], wordsOf: WordsOf) => {
  let all = ''
  for (const name of names) for (const { text } of wordsOf(name)) all += ` ${text}`
  return all
}

export const entryOf = (client: ExportedClient, at: number, wordsOf: WordsOf): Entry => ({
  at,
  own: spaced(namesOf(client), wordsOf),
  // Full names hardly repeat, their words do.
  contacts: spaced(
    client.contacts.flatMap(contactNames).flatMap(name => name.split(/\s+/)),
    wordsOf,
  ),
  numbers: [...client.phones, ...client.contacts.flatMap(({ phones }) => phones)]
    .map(({ number, typed }) => `${digitsOf(number ?? '')} ${digitsOf(typed)}`)
    .join(' '),
  exact: [fold(client.fileNumber), ...spellings(client.birthDate)].map(text => ` ${text}`).join(''),
  filed: ` ${filedWords(client.fileNumber).join(' ')} `,
  birthDate: client.birthDate ?? '',
})

const filedWords = (fileNumber: string) => {
  const parts = words(fileNumber)
  return [...parts, parts.join('')].map(withoutZeros)
}

/** A birth date as people type it: 1950-03-12, 12.03.1950, 12/03/1950, with and without leading zeros; or what is known of one. */
const spellings = (date: string | null) => {
  const [year, month, day] = date?.split('-') ?? []
  if (!year || !month || !day) return date ? [date] : []
  const short = [Number(day), Number(month)] as const
  return [date, ...['.', '/', '-'].flatMap(dot => [[day, month, year].join(dot), [...short, year].join(dot)])]
}
