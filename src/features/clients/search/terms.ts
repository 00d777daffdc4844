import { withoutZeros } from '../../../platform/text/file-number.ts'
import { longestPrefix, words } from '../../../platform/text/fold.ts'
import { joinDigits, shortestPhonePart } from '../../../platform/text/grouped-digits.ts'
import { askedNames, type AskedName } from '../../../platform/text/names/asked-names.ts'
import { typosTyped } from '../../../platform/text/names/typos.ts'
import { writtenDates } from '../../../platform/text/names/written-dates.ts'
import { readPhone, type CountryCode } from '../../../platform/text/phone.ts'
import { visible } from '../../../platform/text/visible.ts'
import type { PartialDate } from '../../../platform/text/written-day.ts'

/**
 * One thing a query asks for. `word`: letters, a beginning of a name; `digits`: a file number, part of a telephone number or a
 * birth year; `date`: a day ('1983-11-14') or a month ('1983-11').
 */
export type Term = { kind: 'digits' | 'date'; text: string } | { kind: 'word'; text: string; name: AskedName }

const [yearLength, monthLength] = [4, 7]

/**
 * What a text asks for. Digits in groups may be one telephone number (`601 234 567`) or several things (`000012 1983`), and
 * `Jan 1940` a month or a name and a year, so there may be several readings; a client is found by any.
 * @param least how many digits in groups may be one number; fewer in a query (`601 234`) than in a record
 */
export const readings = (text: string, least?: number): Term[][] => {
  const read = writtenDates(visible(text), words).flatMap(({ dates, rest }) => {
    const found = dates.map((date): Term => ({ kind: date.length > yearLength ? 'date' : 'digits', text: date }))
    const parts = new Set([joinDigits(rest, least), joinDigits(rest), rest])
    return [...parts].map(part => [...found, ...askedNames(part, words).map(termOf)])
  })
  return unique(read.filter(terms => terms.length > 0))
}

/**
 * What a query asks for in a country. A part of a telephone number may be in groups as well, a number may have an extension,
 * and what looks like a date may be a file number (`12/2024` of 0012/2024).
 */
export const queryReadings = (query: string, country: CountryCode): Term[][] =>
  unique([
    ...[query, joinDigits(visible(query), shortestPhonePart)].flatMap(text => readings(text, shortestPhonePart)),
    ...phoneReadings(query, country),
  ])

/** The number that is typed, where its digits alone don't say it: `+48 (0) 22 621 12 34`. */
const phoneReadings = (text: string, country: CountryCode): Term[][] => {
  const { number } = readPhone(text, country)
  const isSaid = readings(text).some(([term, ...others]) => others.length === 0 && number?.endsWith(term?.text ?? ''))
  return number && !isSaid ? [[{ kind: 'digits', text: number.slice(1) }]] : []
}

const termOf = (name: AskedName): Term =>
  /^\d+$/.test(name.text) ? { kind: 'digits', text: withoutZeros(name.text) } : { kind: 'word', text: name.text, name }

const unique = (read: Term[][]): Term[][] => [
  ...new Map(read.map(terms => [terms.map(indexWordOf).join(' '), terms])).values(),
]
const indexWordOf = (term: Term) => indexWord(term, true)

/** What a term is called in the index; a word is looked up by its beginning or, `whole`, as it is. */
export const indexWord = ({ kind, text }: Pick<Term, 'kind' | 'text'>, whole: boolean): string => {
  if (kind === 'date') return `b:${text}`
  if (kind === 'digits') return `d:${text}`
  return whole ? `e:${text}` : beginningWord(text)
}

const beginningWord = (text: string) => `n:${text.slice(0, longestPrefix)}`
export const soundWord = (code: string) => `s:${code}`
export const partWord = (date: PartialDate) => `p:${date}`
export const typoWord = (letters: string) => `y:${letters}`

/**
 * What to ask the index for. A single letter beside other terms is left to the opened record: it narrows down little.
 * @param whole ask for whole words rather than for their beginnings
 */
export const asked = (terms: readonly Term[], whole: boolean): string[] => {
  const telling = terms.filter(isTelling)
  return (telling.length > 0 ? telling : terms).map(term => indexWord(term, whole))
}

const isTelling = ({ kind, text }: Term) => kind !== 'word' || text.length > 1

/** As many terms as `search_clients` compares with names that are only like what was typed; the longest tell the most. */
const alikeTerms = 4

/**
 * What to ask the index for where names are to be like what was typed: of each list a client has at least one. By how a word
 * is spelled in the other language or by its neighbours, by how it sounds, with a letter wrong; and whose birth date is
 * recorded in part. None where neither a name nor a date was typed.
 */
export const askedAlike = (terms: readonly Term[]): string[][] => {
  if (terms.every(({ kind }) => kind === 'digits')) return []
  const needed = terms.filter(term => isTelling(term) && !(term.kind === 'word' && term.name.optional))
  return (needed.length > 0 ? needed : terms)
    .toSorted((one, other) => other.text.length - one.text.length)
    .slice(0, alikeTerms)
    .map(term => (term.kind === 'word' ? alikeWords(term.name) : [indexWord(term, false), ...knownInPart(term)]))
}

/** Of a day: the index words of clients of whose birth date only that month, or only that year, is recorded. */
const knownInPart = ({ kind, text }: Term): string[] =>
  kind === 'date'
    ? [monthLength, yearLength].filter(length => length < text.length).map(length => partWord(text.slice(0, length)))
    : []

const alikeWords = ({ spellings, others, codes }: AskedName): string[] => [
  ...[...spellings, ...others].map(beginningWord),
  ...codes.map(soundWord),
  ...spellings.flatMap(typosTyped).map(typoWord),
]

/** A text as one term, for what is indexed besides names. */
export const plainTerm = (text: string): Pick<Term, 'kind' | 'text'> =>
  /^\d+$/.test(text) ? { kind: 'digits', text: withoutZeros(text) } : { kind: 'word', text }
