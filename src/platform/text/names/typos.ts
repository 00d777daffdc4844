/** Only so many first letters of a word are compared for typing errors, so that a long name needs no more room in an index. */
const lettersCompared = 7
/** With fewer letters typed, one wrong letter is a third of the word. */
const minTyped = 4
const minWritten = 3

/**
 * A word and the word without each of its letters. Two words that differ by one letter (another, one more, one less, two that
 * changed places) share at least one of these, and an index can ask for it: W. Garbe, SymSpell, 2012.
 */
export const withLettersLeftOut = (word: string): string[] => {
  const start = word.slice(0, lettersCompared)
  return [...new Set([start, ...[...start].map((_, at) => start.slice(0, at) + start.slice(at + 1))])]
}

/** What an index keeps of a name's word, and what it is asked for; none for words that are too short. */
export const typosWritten = (word: string): string[] => (word.length < minWritten ? [] : withLettersLeftOut(word))
export const typosTyped = (word: string): string[] => (word.length < minTyped ? [] : withLettersLeftOut(word))

export const isOneLetterOff = (typed: string, written: string): boolean =>
  typed.length >= minTyped &&
  written.length >= minWritten &&
  Math.abs(typed.length - written.length) <= 1 &&
  distance(typed, written) <= 1

/** How many letters have to be changed, added, left out or swapped with the next (optimal string alignment). */
export const distance = (one: string, other: string): number => {
  let older: number[] = []
  let last = Array.from({ length: other.length + 1 }, (_, at) => at)
  for (let at = 1; at <= one.length; at++) {
    const row = [at]
    for (let place = 1; place <= other.length; place++) {
      const same = one[at - 1] === other[place - 1]
      const swapped = at > 1 && place > 1 && one[at - 1] === other[place - 2] && one[at - 2] === other[place - 1]
      row.push(
        Math.min(
          last[place]! + 1,
          row[place - 1]! + 1,
          last[place - 1]! + (same ? 0 : 1),
          swapped ? older[place - 2]! + 1 : Number.POSITIVE_INFINITY,
        ),
      )
    }
    older = last
    last = row
  }
  return last[other.length]!
}
