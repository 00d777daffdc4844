import { randomInt } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type * as Common from '@zxcvbn-ts/language-common'

export type Language = 'pl' | 'en'

/** Words in a generated passphrase: 72 bits in Polish, 77 in English; each guess costs a second and 256 MiB. */
const WORDS = 6

/**
 * English: the EFF's long list of 7,776 words. Polish: 4,096 common nouns and adjectives of four to nine letters, all
 * plain a to z, so that they can be typed on any keyboard; from the spelling dictionary of the Polish Native Lang
 * Project (GPL, LGPL, MPL), those that are frequent in subtitles and Wikipedia, less names and what one would not say.
 */
export const wordList = (language: Language): readonly string[] =>
  language === 'pl'
    ? readFileSync(new URL('words-pl.txt', import.meta.url), 'utf8')
        .trim()
        .split('\n')
    : (load('@zxcvbn-ts/language-common') as typeof Common).dictionary['diceware-common']

/** Read when somebody asks for words, which is seldom. */
const load = createRequire(import.meta.url)

/** Six random words joined by hyphens, from node's cryptographic generator. */
export const generatePassphrase = (language: Language): string => {
  const list = wordList(language)
  return Array.from({ length: WORDS }, () => list[randomInt(list.length)]).join('-')
}

/**
 * The words that a form suggests. One that comes back suggests the same again, which its reader may have written down: the
 * page brings them along, and nothing keeps them.
 */
export const suggestPassphrase = (language: Language, body?: unknown): string => {
  const { _suggestedPassphrase: before } = (body ?? {}) as { _suggestedPassphrase?: unknown }
  return typeof before === 'string' && isSuggestion(before) ? before : generatePassphrase(language)
}

/** Some words of the lists have a hyphen themselves. */
const isSuggestion = (text: string) => text.length <= 200 && /^[a-z]+(-[a-z]+){5,11}$/.test(text)
