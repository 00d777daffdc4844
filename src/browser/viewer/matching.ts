import type { ExportedClient } from '../../features/exports/index.ts'
import { withoutZeros } from '../../platform/text/file-number.ts'
import { joinDigits, phoneDigitsIn, shortestPhonePart } from '../../platform/text/grouped-digits.ts'
import { askedNames, begins, type AskedName } from '../../platform/text/names/asked-names.ts'
import { nameWords } from '../../platform/text/names/name-words.ts'
import { writtenDates, type WrittenDates } from '../../platform/text/names/written-dates.ts'
import { mayBeSameDay } from '../../platform/text/names/days.ts'
import { visible } from '../../platform/text/visible.ts'
import { contactNames, createWordsOf, entryOf, namesOf, type Entry } from './entries.ts'
import { digitsOf, fold, words } from './fold.ts'

/** Shortest piece of a telephone number worth looking for. */
const FEWEST_DIGITS = 3
/**
 * One word of a query: a name, a file number, a part of a date or of a telephone number, so that "nowak 1950" finds what it says.
 * `parts`: the words it consists of; `phone`: its digits, where they are enough to be a part of a telephone number.
 */
export type Piece = { exact: string; names: readonly AskedName[]; parts: readonly Part[]; phone: string }
/** How names begin, and how words of a file number do: digits there have no zeros in front and stand alone. */
type Part = { own: readonly string[]; filed: readonly string[] }
export type Reading = { dates: readonly string[]; pieces: readonly Piece[] }

/** A file number may look like a date, so what was typed is also looked for as it is. */
export const readingsOf = (asked: string): Reading[] => {
  const found = writtenDates(asked, words)
  const plain = found.some(({ dates }) => dates.length === 0) ? [] : [{ dates: [], rest: asked }]
  return [...found, ...plain].flatMap(({ dates, rest }) => {
    const spelled = [joinDigits(rest, shortestPhonePart), joinDigits(rest), rest].map(text =>
      text.split(/\s+/).join(' ').trim(),
    )
    return [...new Set(spelled)].map(text => readingOf({ dates, rest: text }))
  })
}

const readingOf = ({ dates, rest }: WrittenDates): Reading => {
  const names = askedNames(rest, words)
  let from = 0
  const pieces = rest.split(/\s+/).map(piece => {
    const count = words(piece).length
    const own = names.slice(from, from + count)
    from += count
    const phone = /^\d+$/.test(piece) ? withoutZeros(piece) : ''
    return {
      exact: ` ${fold(piece)}`,
      names: own,
      parts: own.map(partOf),
      phone: phone.length >= shortestPhonePart ? phone : '',
    }
  })
  return { dates, pieces: pieces.filter(piece => piece.names.length > 0) }
}

const partOf = ({ text, spellings }: AskedName): Part => ({
  own: spellings.map(spelling => ` ${spelling}`),
  filed: /^\d+$/.test(text) ? [` ${withoutZeros(text)} `] : spellings.map(spelling => ` ${withoutZeros(spelling)}`),
})

/** Whether somebody is found by a piece: by what is no name (file number, birth date, telephone) or by names, as `isName` says. */
export const answers = (piece: Piece, { exact, filed, numbers }: Entry, isName: (beginning: string) => boolean) =>
  exact.includes(piece.exact) ||
  (piece.phone !== '' && numbers.includes(piece.phone)) ||
  piece.parts.every(({ own, filed: asked }) => own.some(isName) || asked.some(word => filed.includes(word)))

export const fitsDates = ({ dates }: Reading, { birthDate }: Entry) => dates.every(date => birthDate.startsWith(date))

/** Whether somebody may be born on the dates, as far as their birth date is known. */
export const mayFitDates = ({ dates }: Reading, { birthDate }: Entry) =>
  dates.every(date => birthDate && mayBeSameDay(date, birthDate))

/** Whether all that was typed is there as whole words and whole dates. */
const fitsWholly = ({ dates, pieces }: Reading, { own, exact, filed, birthDate }: Entry) => {
  const [names, others] = [`${own} `, `${exact} `]
  const isWhole = (part: Part) =>
    part.own.some(word => names.includes(`${word} `)) || part.filed.some(word => filed.includes(`${word.trimEnd()} `))
  return (
    dates.every(date => date === birthDate) &&
    pieces.every(piece => others.includes(`${piece.exact} `) || piece.parts.every(isWhole))
  )
}

/** How an entry answers: by whole words, by beginnings of its own, through a contact, or not at all. */
export const matcher = (asked: string) => {
  const readings = readingsOf(asked).filter(({ dates, pieces }) => dates.length + pieces.length > 0)
  const digits = [/^[\d\s()+./-]+$/.test(asked) ? digitsOf(asked) : '', ...phoneDigitsIn(asked)]
    .map(withoutZeros)
    .filter(({ length }) => length >= FEWEST_DIGITS)
  return (entry: Entry) => {
    const { own, contacts, numbers } = entry
    const everyPiece = (isName: (beginning: string) => boolean) =>
      readings.some(
        reading => reading.pieces.every(piece => answers(piece, entry, isName)) && fitsDates(reading, entry),
      )
    if (everyPiece(beginning => own.includes(beginning)))
      return readings.some(reading => fitsWholly(reading, entry)) ? 'whole' : 'own'
    if (digits.some(number => numbers.includes(number))) return 'own'
    if (everyPiece(beginning => own.includes(beginning) || contacts.includes(beginning))) return 'contact'
    return null
  }
}

/** What of somebody is only like what was typed; null where nothing is. */
export type Alike = 'name' | 'date' | null

/** How `client` was found: through which contact, '' when its own name says enough, or by a name that is only alike. */
export const foundHow = (client: ExportedClient, query: string): { via: string; alike: Alike } => {
  const asked = visible(query).trim()
  if (!asked) return { via: '', alike: null }
  const entry = entryOf(client, 0, createWordsOf())
  const how = matcher(asked)(entry)
  const own = namesOf(client).flatMap(name => nameWords(name, words))
  const others = askedNames(query, words).filter(name => !own.some(({ text }) => begins(name, text)))
  const contact = client.contacts.find(person =>
    contactNames(person)
      .flatMap(name => nameWords(name, words))
      .some(({ text }) => others.some(name => begins(name, text))),
  )
  return {
    via: how === 'contact' ? (contact?.name ?? '') : '',
    alike: how === null ? (isKnownInPart(entry, asked) ? 'date' : 'name') : null,
  }
}

const isKnownInPart = (entry: Entry, asked: string) =>
  readingsOf(asked).some(
    reading =>
      !fitsDates(reading, entry) &&
      mayFitDates(reading, entry) &&
      reading.pieces.every(piece => answers(piece, entry, word => entry.own.includes(word))),
  )
