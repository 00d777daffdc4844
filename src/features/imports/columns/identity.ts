import { words } from '../../../platform/text/fold.ts'
import { mayBeSameDay } from '../../../platform/text/names/days.ts'
import type { Given, Profile } from './profile.ts'

type Said = Pick<Given, 'givenNames' | 'familyName' | 'preferredName' | 'birthDate'>
type Agreement = 'same' | 'differs' | 'unknown'

/**
 * Whether a row with the file number of a client is about that client. A number alone proves nothing: many lists number
 * their rows. With the birth date the same, one of the names may have changed; without a birth date on either side, every
 * name that both sides have must agree.
 */
export const isSamePerson = (recorded: Profile, row: Said): boolean => {
  const birth = sameDay(recorded.birthDate, row.birthDate)
  if (birth === 'differs') return false
  const names = [
    sameName([recorded.givenNames, recorded.preferredName], [row.givenNames, row.preferredName]),
    sameName([recorded.familyName], [row.familyName]),
  ]
  if (birth === 'same') return names.includes('same')
  return names.includes('same') && !names.includes('differs')
}

const sameDay = (one: string | null, other: string | null | undefined): Agreement => {
  if (!one || !other) return 'unknown'
  return mayBeSameDay(one, other) ? 'same' : 'differs'
}

/** Names agree that share a word: Anna and Anna Maria, Nowak and Nowak-Kowalska. */
const sameName = (recorded: readonly (string | null)[], row: readonly (string | null | undefined)[]): Agreement => {
  const [known, said] = [recorded, row].map(names => names.flatMap(name => words(name ?? '')))
  if (known!.length === 0 || said!.length === 0) return 'unknown'
  return known!.some(word => said!.includes(word)) ? 'same' : 'differs'
}
