import { codesAsked, codesWritten, spellingsOf, tokensOf, type NameWord, type Words } from './name-words.ts'
import { respellings } from './romanise.ts'
import { distance, isOneLetterOff } from './typos.ts'

/**
 * A word typed into a search. `spellings`: the word itself and, of another script, its romanisations; `others`: as the other
 * language spells it, and with its neighbours as one word; `codes`: of words that sound like it.
 */
export type AskedName = {
  text: string
  spellings: readonly string[]
  others: readonly string[]
  codes: readonly string[]
  optional: boolean
}
/** How a name that was not found by its letters is like what was typed; the smaller `apart`, the more it is. */
export type Likeness = { by: 'spelling' | 'sound'; apart: number }

/** Articles and prepositions that one document of a person has and another leaves out. */
const particles = new Set('al el ul abu bin ibn ben bint van von der den de la le di da del dos du of'.split(' '))
const maxWordsJoined = 4
const runLengths = [2, 3, maxWordsJoined]

/** What the words of a query ask of names; `words` as for nameWords. */
export const askedNames = (query: string, words: Words): AskedName[] => {
  const [asked = [], ...romanised] = spellingsOf(query).map(text => tokensOf(text, words))
  const texts = asked.map(({ text }) => text)
  const aligned = romanised.filter(tokens => tokens.length === asked.length)
  return asked.map(({ text, raw }, at) => {
    const spellings = [...new Set([text, ...aligned.map(tokens => tokens[at]!.text)])]
    const codes = spellings.flatMap(spelling => codesAsked(spelling, spelling === text ? raw : spelling))
    return {
      text,
      spellings,
      others: [...new Set([...spellings.flatMap(respellings), ...joinedWith(texts, at)])],
      codes: [...new Set(codes)],
      optional: texts.length > 1 && particles.has(text),
    }
  })
}

/** The word with its neighbours as one: `Mac Donald`, `de la Cruz`. */
const joinedWith = (texts: readonly string[], at: number): string[] =>
  runLengths.flatMap(length =>
    Array.from({ length }, (_, before) => texts.slice(Math.max(0, at - before), at - before + length))
      .filter(run => run.length === length && !run.some(text => /\d/.test(text)))
      .map(run => run.join('')),
  )

/** Whether a word begins as the one that was typed, in one of its spellings. */
export const begins = ({ spellings }: AskedName, word: string): boolean =>
  spellings.some(spelling => word.startsWith(spelling))

export const equals = ({ spellings }: AskedName, word: string): boolean => spellings.includes(word)

/** How these words of a name are like the one that was typed: null where none is. */
export const likeness = (asked: AskedName, written: readonly NameWord[]): Likeness | null => {
  const all: Likeness[] = written.flatMap(word => likenessOf(asked, word) ?? [])
  if (asked.optional) all.push({ by: 'spelling', apart: 2 })
  return all.reduce<Likeness | null>((best, one) => (best && best.apart <= one.apart ? best : one), null)
}

const likenessOf = ({ spellings, others, codes }: AskedName, word: NameWord): Likeness | null => {
  const { text, joined } = word
  if (spellings.some(spelling => text.startsWith(spelling))) return { by: 'spelling', apart: 0 }
  if (others.some(other => text.startsWith(other))) return { by: 'spelling', apart: 0.5 }
  const heard = codesWritten(word)
  const sounds = codes.some(code => heard.includes(code))
  if (!joined && spellings.some(spelling => isOneLetterOff(spelling, text)))
    return { by: sounds ? 'sound' : 'spelling', apart: 1 }
  if (!sounds) return null
  const apart = Math.min(...[...spellings, ...others].map(spelling => distance(spelling, text)))
  return { by: 'sound', apart: Math.max(1, apart) }
}
