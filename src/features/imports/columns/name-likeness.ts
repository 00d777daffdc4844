import { words } from '../../../platform/text/fold.ts'
import { spellingsOf } from '../../../platform/text/names/name-words.ts'
import { isOneLetterOff } from '../../../platform/text/names/typos.ts'

export type Likeness = 'same' | 'misspelled' | 'differs' | 'unknown'

/** Words that stand in the names of many families, and say nothing of which. */
const particles = new Set(
  (
    'van von vom vander der den dem ter ten te tot zu zum zur de del della dello degli dei di da do dos das du des d ' +
    'la le les los las lo el al ul ad as ash bin ibn bint ben bat abu abd umm af av til y e i o of'
  ).split(' '),
)

/**
 * How alike two names are. The same are names of which one has every word of the other: Anna and Anna Maria, Nowak and
 * Nowak-Kowalska, in each usual spelling in Latin letters, particles such as `van der` aside. Misspelled are those that are so
 * but for a letter too many or too few, or two that changed places. Another letter makes another name (Maria, Marta), and so
 * does another last one (Daniel, Daniela).
 */
export const compareNames = (one: string | null | undefined, other: string | null | undefined): Likeness => {
  const [ones, others] = [tellingWords(one), tellingWords(other)]
  if (ones.length === 0 || others.length === 0) return 'unknown'
  const holds = (isWord: (word: string, another: string) => boolean) =>
    ones.some(words => others.some(another => isWithin(words, another, isWord) || isWithin(another, words, isWord)))
  if (holds((word, another) => word === another)) return 'same'
  return holds(isMisspelled) ? 'misspelled' : 'differs'
}

/** The words of a name that tell people apart, once for each of its spellings. A name of particles alone has them all. */
const tellingWords = (name: string | null | undefined): string[][] =>
  spellingsOf(name ?? '')
    .map(words)
    .map(all => (all.every(word => particles.has(word)) ? all : all.filter(word => !particles.has(word))))
    .filter(all => all.length > 0)

const isWithin = (
  some: readonly string[],
  all: readonly string[],
  isWord: (word: string, another: string) => boolean,
): boolean => some.join('') === all.join('') || some.every(word => all.some(another => isWord(word, another)))

const isMisspelled = (word: string, another: string): boolean => {
  if (word === another) return true
  const [longer, shorter] = word.length >= another.length ? [word, another] : [another, word]
  if (!isOneLetterOff(longer, shorter) || longer.at(-1) !== shorter.at(-1)) return false
  return longer.length !== shorter.length || letters(longer) === letters(shorter)
}

const letters = (word: string) => [...word].toSorted().join('')
