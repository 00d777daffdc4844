import type { ExportedClient } from '../../features/exports/index.ts'
import { digitsOf, fold, spacedWords, words } from './fold.ts'

/** A client in the list of results. `at` is its place in the export; `via` the contact through whom it was found. */
export type Hit = {
  at: number
  name: string
  fileNumber: string
  birthDate: string | null
  alerts: number
  via: string
}

type Entry = { at: number; own: string; contacts: string; numbers: string; exact: string }

/** Shortest piece of a telephone number worth looking for. */
const FEWEST_DIGITS = 3

export const nameOf = ({ familyName, givenNames }: Pick<ExportedClient, 'familyName' | 'givenNames'>) =>
  [familyName, givenNames].filter(Boolean).join(' ')

const spaced = (...texts: string[]) => spacedWords(texts.join(' '))

const entryOf = (client: ExportedClient, at: number): Entry => ({
  at,
  own: spaced(client.familyName, client.givenNames, client.preferredName),
  contacts: spaced(...client.contacts.map(({ name }) => name)),
  numbers: [...client.phones, ...client.contacts.flatMap(({ phones }) => phones)]
    .map(({ number, typed }) => `${digitsOf(number ?? '')} ${digitsOf(typed)}`)
    .join(' '),
  exact: [fold(client.fileNumber), ...spellings(client.birthDate)].map(text => ` ${text}`).join(''),
})

/** A birth date as people type it: 1950-03-12, 12.03.1950, 12/03/1950, with and without leading zeroes. */
const spellings = (date: string | null) => {
  const [year, month, day] = date?.split('-') ?? []
  if (!year || !month || !day) return []
  const short = [Number(day), Number(month)] as const
  return [date, ...['.', '/', '-'].flatMap(dot => [[day, month, year].join(dot), [...short, year].join(dot)])]
}

/**
 * Search over an opened export: a plain scan of folded text, which takes some ten milliseconds for 100,000 clients and
 * needs no index that would double the memory.
 */
export const createSearch = (clients: readonly ExportedClient[]) => {
  const collator = new Intl.Collator('pl')
  const entries = clients
    .map((client, at) => ({ name: nameOf(client), entry: entryOf(client, at) }))
    .sort((a, b) => collator.compare(a.name, b.name))
    .map(({ entry }) => entry)

  /** Clients for `query` in alphabetical order, those found by their own data before those found through a contact. */
  return (query: string): number[] => {
    const asked = query.trim()
    if (!asked) return entries.map(({ at }) => at)
    const own: number[] = []
    const viaContact: number[] = []
    const matches = matcher(asked)
    for (const entry of entries) {
      const how = matches(entry)
      if (how === 'own') own.push(entry.at)
      else if (how === 'contact') viaContact.push(entry.at)
    }
    return [...own, ...viaContact]
  }
}

const matcher = (asked: string) => {
  // Each piece may be a name, a file number or a date, so that "nowak 1950" finds what it says.
  const pieces = asked
    .split(/\s+/)
    .map(piece => ({ exact: ` ${fold(piece)}`, names: words(piece).map(word => ` ${word}`) }))
    .filter(({ names }) => names.length > 0)
  const digits = /^[\d\s()+./-]+$/.test(asked) ? digitsOf(asked).replace(/^00/, '') : ''

  return ({ own, contacts, numbers, exact }: Entry) => {
    const everyPiece = (fits: (name: string) => boolean) =>
      pieces.length > 0 && pieces.every(piece => exact.includes(piece.exact) || piece.names.every(fits))
    if (everyPiece(name => own.includes(name))) return 'own'
    if (digits.length >= FEWEST_DIGITS && numbers.includes(digits)) return 'own'
    if (everyPiece(name => own.includes(name) || contacts.includes(name))) return 'contact'
    return null
  }
}

/** The contact through whom `client` was found, or '' when its own name says enough. */
export const foundThrough = ({ contacts, ...client }: ExportedClient, query: string) => {
  const own = spaced(client.familyName, client.givenNames, client.preferredName)
  const others = words(query).filter(word => !own.includes(` ${word}`))
  return others.length === 0
    ? ''
    : (contacts.find(({ name }) => others.some(word => spaced(name).includes(` ${word}`)))?.name ?? '')
}
