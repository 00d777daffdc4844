import { withoutZeros } from '../../../platform/text/file-number.ts'
import { words } from '../../../platform/text/fold.ts'
import { begins, equals, likeness, type Likeness } from '../../../platform/text/names/asked-names.ts'
import { mayBeSameDay } from '../../../platform/text/names/days.ts'
import type { ClientProfile } from '../profile.ts'
import { fileNumberTerms, indexWords, namesOf, wholeNumbers, wordsOfNames } from './index-words.ts'
import { indexWord, type Term } from './terms.ts'

/** How a client answers a query; `apart` sorts those whose names are only like what was typed. */
export type Matched = { match: 'exact' | 'prefix' | Alike['by']; apart: number }
/** `date`: less is recorded of the birth date than was typed. */
type Alike = Likeness | { by: 'date'; apart: number }

/**
 * Whether an opened client answers every term: to the letter (whole words, file number, telephone, day), by beginnings, or
 * by names that are spelled or sound alike and a birth date of which less is recorded.
 */
export const match = (profile: ClientProfile, terms: readonly Term[]): Matched | null => {
  /** Most queries are answered by a name as it is; what else a client is found by takes far longer to work out. */
  const plain = namesOf(profile).flatMap(words)
  const names = once(() => wordsOfNames(profile))
  const isName = (is: (word: string) => boolean) => plain.some(is) || names().some(({ text }) => is(text))
  const numbered = once(() => fileNumberTerms(profile).map(({ text }) => text))
  const found = once(() => indexWords(profile))
  const telephones = once(() => profile.phones.flatMap(wholeNumbers).map(withoutZeros))

  const isBegun = (term: Term) => {
    if (term.kind !== 'word') return found().has(indexWord(term, true))
    const begun = (word: string) => begins(term.name, word)
    return isName(begun) || numbered().some(begun)
  }
  const isEqual = (term: Term) => {
    if (term.kind === 'digits') return [plain, numbered(), telephones()].some(all => all.includes(term.text))
    if (term.kind !== 'word') return term.text === profile.birthDate
    return isName(word => equals(term.name, word)) || numbered().includes(term.text)
  }

  if (terms.every(isBegun)) return { match: terms.every(isEqual) ? 'exact' : 'prefix', apart: 0 }
  const alike = (term: Term): Alike | null => {
    if (term.kind === 'word') return likeness(term.name, names())
    const born = term.kind === 'date' && profile.birthDate
    return born && mayBeSameDay(term.text, born) ? { by: 'date', apart: 1 } : null
  }
  const likenesses: Alike[] = []
  for (const term of terms) {
    if (isBegun(term)) continue
    const like = alike(term)
    if (!like) return null
    likenesses.push(like)
  }
  return {
    match: alikeBy.find(way => likenesses.some(({ by }) => by === way))!,
    apart: likenesses.reduce((sum, { apart }) => sum + apart, 0),
  }
}

/** The one that is said where there are several. */
const alikeBy = ['sound', 'spelling', 'date'] as const

const once = <T>(work: () => T): (() => T) => {
  let done: { value: T } | undefined
  return () => (done ??= { value: work() }).value
}
