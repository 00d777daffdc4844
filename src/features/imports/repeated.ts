import { fileNumberKey } from '../../platform/text/file-number.ts'
import { fold } from '../../platform/text/fold.ts'
import type { Doubt, ReadRow, RefusalCode } from './columns/read-row.ts'
import type { OpenRow } from './sealed.ts'

export type RowWithDoubt = ReadRow & { row: OpenRow; doubt: Doubt | null }

/** Who has come up in the file so far; kept from batch to batch, in memory only. */
export type Seen = { fileNumbers: Set<string>; people: Set<string> }

/**
 * The second of two rows with one file number is refused, and so is the second with the same names and birth date where it
 * has no number; one that has another number than the first is in doubt.
 */
export const refuseRepeated = (one: RowWithDoubt, seen: Seen) => {
  const { given, refusals } = one
  if (refusals.length > 0) return
  const repeated = isSeen(one, seen)
  const refuse = (code: RefusalCode) => void refusals.push({ code })
  if (given.fileNumber) {
    const number = fileNumberKey(given.fileNumber)
    if (seen.fileNumbers.has(number)) return refuse('file-number-twice')
    seen.fileNumbers.add(number)
    if (repeated) one.doubt = 'looks-like-earlier-row'
  } else if (repeated) return refuse('same-person-twice')
  note(one, seen)
}

/** Dates are compared as far as both are known: `1947` and `12.05.1947` may be one person's, whichever row comes first. */
const isSeen = ({ given }: ReadRow, { people }: Seen): boolean => {
  const { birthDate } = given
  if (!birthDate) return false
  const names = namesOf(given)
  return people.has(`${names}|within ${birthDate}`) || dates(birthDate).some(date => people.has(`${names}|${date}`))
}

const note = ({ given }: ReadRow, { people }: Seen) => {
  const { birthDate } = given
  if (!birthDate) return
  const names = namesOf(given)
  people.add(`${names}|${birthDate}`)
  for (const date of dates(birthDate)) people.add(`${names}|within ${date}`)
}

const namesOf = ({ givenNames, familyName }: ReadRow['given']) => `${fold(givenNames ?? '')}|${fold(familyName ?? '')}`

/** The date, and as much of it as others may know: its month and its year. */
const dates = (birthDate: string): string[] => [...new Set([10, 7, 4].map(length => birthDate.slice(0, length)))]
