import { consonantsOf, isArabic } from './consonants.ts'
import { romanisations } from './romanise.ts'
import { soundsOf } from './sounds.ts'

/** Folds a text and gives its words: with any-ascii on the server, with a small table in the viewer. */
export type Words = (text: string) => string[]

/**
 * A word that a name is found by. `raws`: as it was written before folding, by which it sounds; `joined`: several words of the
 * name written as one.
 */
export type NameWord = { text: string; raws: readonly string[]; joined: boolean }

const minPart = 3
const minSounding = 3
const maxJoined = 6

/**
 * The words a name is found by: its words, in Latin letters in each usual spelling; the parts of O'Connor, McLeod and
 * MacDonald; neighbouring words and the whole written as one, since one types Vanderberg and KowalskaNowak.
 */
export const nameWords = (name: string, words: Words): NameWord[] => {
  const found = new Map<string, NameWord>()
  const add = (text: string, raw: string, joined: boolean) => {
    const known = found.get(text)
    const raws = known?.raws.includes(raw) ? known.raws : [...(known?.raws ?? []), raw]
    found.set(text, { text, raws, joined: joined && (known?.joined ?? true) })
  }
  const spelled = spellingsOf(name).map(spelling => tokensOf(spelling, words))
  for (const tokens of spelled) for (const { text, raw } of tokens) add(text, raw, false)
  for (const { raw } of spelled[0] ?? []) for (const part of partsOf(raw, words)) add(part, part, false)
  for (const tokens of spelled) for (const text of joinedOf(tokens.map(token => token.text))) add(text, text, true)
  return [...found.values()]
}

/** The text itself, then its romanisations. */
export const spellingsOf = (text: string): string[] => [...new Set([text, ...romanisations(text)])]

/** Letters and what stands between words: folding such a text is folding its words. */
const plain = /^[\p{L}\p{M}\p{N}\s'’ʼ`´-]*$/u

/** Words with what they were before folding; where the two cannot be put side by side, the folded word alone. */
export const tokensOf = (text: string, words: Words): { text: string; raw: string }[] => {
  const tokens = text
    .normalize('NFKC')
    .split(/[^\p{L}\p{M}\p{N}'’ʼ`´]+/u)
    .flatMap(raw => words(raw).map(word => ({ text: word, raw })))
  if (plain.test(text)) return tokens
  const folded = words(text)
  const agree = folded.length === tokens.length && tokens.every((token, at) => token.text === folded[at])
  return agree ? tokens : folded.map(word => ({ text: word, raw: word }))
}

/** Neighbours written as one word, and all of them. */
export const joinedOf = (words: readonly string[]): string[] => {
  if (words.length < 2 || words.length > maxJoined) return []
  const pairs = words.slice(1).map((word, at) => `${words[at]!}${word}`)
  return [...new Set([...pairs, words.join('')])]
}

const partsOf = (raw: string, words: Words): string[] => {
  const pieces = raw.split(/['’ʼ`´]|(?<=\p{Ll})(?=\p{Lu})/u)
  const afterMc = words(raw).flatMap(word => /^mc(.+)$/.exec(word)?.[1] ?? [])
  return [...(pieces.length > 1 ? pieces.flatMap(words) : []), ...afterMc].filter(part => part.length >= minPart)
}

/** How a word of a record sounds; for one in Arabic letters, and for those who look for it in them, its consonants. */
export const codesWritten = (word: NameWord): readonly string[] => {
  const known = codesKnown.get(word) ?? newCodes(word)
  codesKnown.set(word, known)
  return known
}

/** A viewer compares the same words with each query. */
const codesKnown = new WeakMap<NameWord, readonly string[]>()

const newCodes = ({ text, raws }: NameWord): string[] => {
  const arabic = raws.filter(isArabic).flatMap(raw => coded('arabic', consonantsOf(raw)))
  if (text.length < minSounding || arabic.length > 0) return arabic
  const sounding = [text, ...raws.filter(raw => /[ąęţț]/iu.test(raw))]
  return [...new Set([...sounding.flatMap(soundsOf), ...coded('latin', consonantsOf(text))])]
}

/** The codes that a word that sounds like this one has in a record. */
export const codesAsked = (text: string, raw: string): string[] => {
  if (isArabic(raw)) return coded('latin', consonantsOf(raw))
  return text.length < minSounding ? [] : [...soundsOf(text), ...coded('arabic', consonantsOf(text))]
}

const coded = (script: 'arabic' | 'latin', all: readonly string[]) => all.map(consonants => `${script}-${consonants}`)
