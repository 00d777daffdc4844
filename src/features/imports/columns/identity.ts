import { mayBeSameDay } from '../../../platform/text/names/days.ts'
import { isWholeDay } from '../../../platform/text/written-day.ts'
import { compareNames, type Likeness } from './name-likeness.ts'
import type { Given, Profile } from './profile.ts'

type Said = Pick<Given, 'givenNames' | 'familyName' | 'preferredName' | 'birthDate'>
type Names = readonly [given: string | null | undefined, preferred: string | null | undefined]

/**
 * Whether a row with the file number of a client is about that client. A number alone proves nothing: many lists number
 * their rows, and some number families. Given and family names must both agree, as far as both sides have them, and the
 * birth dates must not contradict each other. Only where the whole birth date is the same may the family name be another, or
 * the given name be misspelled: a date known in part proves nothing, and twins have all but the given name in common.
 */
export const isSamePerson = (recorded: Profile, row: Said): boolean => {
  const [known, said] = [recorded.birthDate, row.birthDate]
  if (known && said && !mayBeSameDay(known, said)) return false
  const given = compareGivenNames([recorded.givenNames, recorded.preferredName], [row.givenNames, row.preferredName])
  const family = compareNames(recorded.familyName, row.familyName)
  if (given !== 'misspelled' && given !== 'differs' && family === 'same') return true
  if (given === 'same' && family === 'unknown') return true
  const sameWholeDay = known === said && Boolean(known) && isWholeDay(known!)
  return sameWholeDay && (given === 'same' || (given === 'misspelled' && family === 'same'))
}

/** What people are called may be written as the given name. That two people are called the same does not make them one. */
const compareGivenNames = ([given, preferred]: Names, [rowGiven, rowPreferred]: Names): Likeness => {
  const found = [compareNames(given, rowGiven), compareNames(preferred, rowGiven), compareNames(given, rowPreferred)]
  if (!given || !rowGiven) found.push(compareNames(preferred, rowPreferred))
  return (['same', 'misspelled', 'differs'] as const).find(likeness => found.includes(likeness)) ?? 'unknown'
}
