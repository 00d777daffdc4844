import { prefixes, words } from '../../../platform/text/fold.ts'

/** What is indexed of a word at most; what is longer is compared with the opened text. */
const longest = 10
/** Of one message: a text of ten thousand letters has some fifteen hundred words. */
const mostIndexWords = 6000

/** The folded words that a query asks for, each once. */
export const termsOf = (query: string): string[] => [...new Set(words(query))].slice(0, 20)

/** Everything a message is found by, before it is blinded: `m:` beginnings of words. */
export const indexWords = (text: string): Set<string> => {
  const found = new Set<string>()
  for (const word of new Set(words(text)))
    for (const beginning of prefixes(word.slice(0, longest))) {
      if (found.size >= mostIndexWords) return found
      found.add(`m:${beginning}`)
    }
  return found
}

/** What to ask the index for. A single letter beside other terms is left to the opened text. */
export const asked = (terms: readonly string[]): string[] => {
  const telling = terms.filter(term => term.length > 1)
  return (telling.length > 0 ? telling : terms).map(term => `m:${term.slice(0, longest)}`)
}

/** Whether a text holds a word beginning with each of the terms. */
export const matches = (text: string, terms: readonly string[]): boolean => {
  const held = words(text)
  return terms.every(term => held.some(word => word.startsWith(term)))
}

export type Part = { text: string; found: boolean }
const around = 60

/** A piece of a text around the first word that was asked for, with what was found apart from what stands between. */
export const excerpt = (text: string, terms: readonly string[]): Part[] => {
  const line = text.replace(/\s+/g, ' ').trim()
  const spans = [...line.matchAll(/[\p{L}\p{M}\p{N}'’]+/gu)].filter(([word]) =>
    words(word).some(part => terms.some(term => part.startsWith(term))),
  )
  const from = Math.max(0, (spans[0]?.index ?? 0) - around)
  const start = from === 0 ? 0 : line.indexOf(' ', from) + 1
  const end = Math.min(line.length, start + 4 * around)
  const parts: Part[] = []
  let at = start
  for (const { index, 0: word } of spans) {
    if (index < at || index + word.length > end) continue
    parts.push({ text: line.slice(at, index), found: false }, { text: word, found: true })
    at = index + word.length
  }
  const cut = [start > 0 ? '… ' : '', end < line.length ? ' …' : '']
  return [{ text: cut[0]!, found: false }, ...parts, { text: line.slice(at, end) + cut[1]!, found: false }].filter(
    part => part.text !== '',
  )
}
