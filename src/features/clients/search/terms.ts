import parsePhoneNumberFromString from 'libphonenumber-js/min'
import { fold, longestPrefix, prefixes, words } from '../../../platform/text/fold.ts'
import { dayFrom } from '../days.ts'
import type { ClientProfile, Phone } from '../profile.ts'
import { soundsOf } from './sounds.ts'

/**
 * One thing a query asks for. `word`: letters, a beginning of a name; `digits`: a file number, part of a telephone number or a
 * birth year; `date`: a day ('1983-11-14') or a month ('1983-11').
 */
export type Term = { kind: 'word' | 'digits' | 'date'; text: string }

const fewestPhoneDigits = 4
const longestPhone = 17
const digitsOfGroupedPhone = { least: 7, most: longestPhone }
const mostIndexWords = 800

/** Zeros in front are left out on both sides, so that 12 finds file 000012 and 0601… finds +48601…. */
const withoutZeros = (digits: string) => digits.replace(/^0+(?=\d)/, '')

const day = /(?<![\d])(?:(\d{4})[-./](\d{1,2})[-./](\d{1,2})|(\d{1,2})[-./ ](\d{1,2})[-./ ](\d{4}))(?!\d)/g
const month = /(?<![\d])(?:(\d{4})[-./](\d{1,2})|(\d{1,2})[-./](\d{4}))(?!\d)/g
const grouped = /\+?\d[\d\s().\-/]*\d/g

/**
 * What a text asks for. Digits in groups may be one telephone number (`601 234 567`) or several things (`000012 1983`), so
 * there may be two readings; a client is found by either.
 */
export const readings = (text: string): Term[][] => {
  const found: Term[] = []
  const takeDay = (whole: string, y1?: string, m1?: string, d1?: string, d2?: string, m2?: string, y2?: string) => {
    const date = dayFrom(Number(y1 ?? y2), Number(m1 ?? m2), Number(d1 ?? d2))
    if (!date) return whole
    found.push({ kind: 'date', text: date })
    return ' '
  }
  const takeMonth = (whole: string, y1?: string, m1?: string, m2?: string, y2?: string) => {
    const date = dayFrom(Number(y1 ?? y2), Number(m1 ?? m2), 1)
    if (!date) return whole
    found.push({ kind: 'date', text: date.slice(0, 7) })
    return ' '
  }
  const rest = text.normalize('NFKC').replace(day, takeDay).replace(month, takeMonth)
  const joined = rest.replace(grouped, run => {
    const digits = run.replace(/\D/g, '')
    return digits.length >= digitsOfGroupedPhone.least && digits.length <= digitsOfGroupedPhone.most
      ? ` ${digits} `
      : run
  })
  const read = [...new Set([joined, rest])].map(part => [...found, ...words(part).map(termOf)])
  return unique(read.filter(terms => terms.length > 0))
}

const termOf = (word: string): Term =>
  /^\d+$/.test(word) ? { kind: 'digits', text: withoutZeros(word) } : { kind: 'word', text: word }

const unique = (read: Term[][]): Term[][] => [...new Map(read.map(terms => [JSON.stringify(terms), terms])).values()]

/** What a term is called in the index; a word is looked up by its beginning or, `whole`, as it is. */
const indexWord = ({ kind, text }: Term, whole: boolean): string => {
  if (kind === 'date') return `b:${text}`
  if (kind === 'digits') return `d:${text}`
  return whole ? `e:${text}` : `n:${text.slice(0, longestPrefix)}`
}

/**
 * What to ask the index for. A single letter beside other terms is left to the opened record: it narrows down little.
 * @param whole ask for whole words rather than for their beginnings
 */
export const asked = (terms: readonly Term[], whole: boolean): string[] => {
  const telling = terms.filter(({ kind, text }) => kind !== 'word' || text.length > 1)
  return (telling.length > 0 ? telling : terms).map(term => indexWord(term, whole))
}

/**
 * Everything a client can be found by, before it is blinded: `n:` beginnings of words, `e:` whole words, `d:` runs of digits,
 * `b:` days and months, `s:` how a word sounds, `f:` how the family name begins, for browsing. A few dozen for most; never more than `mostIndexWords`, so that no name makes saving slow.
 */
export const indexWords = (profile: ClientProfile): Set<string> => {
  const found = new Set<string>()
  const add = (term: Term) => {
    found.add(indexWord(term, true))
    if (term.kind === 'word') for (const prefix of prefixes(term.text)) found.add(`n:${prefix}`)
  }

  for (const date of [profile.birthDate?.slice(0, 7), profile.birthDate]) if (date) add({ kind: 'date', text: date })
  if (profile.birthDate) add({ kind: 'digits', text: withoutZeros(profile.birthDate.slice(0, 4)) })
  for (const phone of profile.phones)
    for (const part of phoneParts(phone)) add({ kind: 'digits', text: withoutZeros(part) })
  fileNumberTerms(profile).forEach(add)
  for (const word of joinedOf(profile)) add({ kind: 'word', text: word })
  for (const code of namesOf(profile).flatMap(soundsOfName)) found.add(`s:${code}`)
  for (const beginning of shelvesOf(profile)) found.add(`f:${beginning}`)
  for (const name of namesOf(profile)) {
    readings(name).flat().forEach(add)
    for (const word of words(name).filter(hasDigits)) prefixes(word).map(termOf).forEach(add)
  }
  return new Set([...found].slice(0, mostIndexWords))
}

export type Match = 'exact' | 'prefix' | 'sound'

/** Words so short sound like half of all others. */
const fewestSoundLetters = 3
const mostQuestions = 16

/**
 * What to ask the index for where names are to sound like what was typed: a word may have several sounds, so there may be
 * several questions. None where nothing was typed that sounds.
 */
export const askedBySound = (terms: readonly Term[]): string[][] => {
  if (!terms.some(sounds)) return []
  const choices = terms.map(term =>
    sounds(term) ? soundsOf(term.text).map(code => `s:${code}`) : asked([term], false),
  )
  return choices
    .reduce<string[][]>((some, choice) => some.flatMap(asking => choice.map(word => [...asking, word])), [[]])
    .slice(0, mostQuestions)
}

const sounds = ({ kind, text }: Term) =>
  kind === 'word' && text.length >= fewestSoundLetters && soundsOf(text).length > 0

/**
 * Whether an opened client answers every term: to the letter (whole words, file number, telephone, day), by beginnings, or
 * by names that sound alike.
 */
export const match = (profile: ClientProfile, terms: readonly Term[]): Match | null => {
  const names = namesOf(profile).flatMap(words)
  /** Most queries are answered by a name; what else a client is found by takes far longer to work out. */
  const whole = once(() => [...names, ...joinedOf(profile), ...fileNumberTerms(profile).map(({ text }) => text)])
  const found = once(() => indexWords(profile))
  const heard = once(() => new Set(namesOf(profile).flatMap(soundsOfName)))
  const telephones = once(() => profile.phones.flatMap(wholeNumbers).map(withoutZeros))
  const begins = (term: Term) => {
    if (term.kind !== 'word') return found().has(indexWord(term, true))
    const begun = (word: string) => word.startsWith(term.text)
    return names.some(begun) || whole().some(begun)
  }
  const equals = ({ kind, text }: Term) =>
    names.includes(text) ||
    whole().includes(text) ||
    (kind === 'digits' ? telephones().includes(text) : text === profile.birthDate)

  const alike = (term: Term) => begins(term) || (sounds(term) && soundsOf(term.text).some(code => heard().has(code)))

  if (!terms.every(alike)) return null
  if (!terms.every(begins)) return 'sound'
  return terms.every(equals) ? 'exact' : 'prefix'
}

const namesOf = ({ givenNames, familyName, preferredName }: ClientProfile) => [
  givenNames,
  familyName,
  preferredName ?? '',
]

const once = <T>(work: () => T): (() => T) => {
  let done: { value: T } | undefined
  return () => (done ??= { value: work() }).value
}

/** A family name of several parts as one word, as many type it: Kowalska-Nowak, kowalskanowak. */
const joinedOf = ({ familyName }: ClientProfile): string[] => {
  const parts = words(familyName)
  return parts.length > 1 ? [parts.join('')] : []
}

const soundsOfName = (name: string): string[] =>
  name
    .split(/[\s-]+/)
    .filter(part => part.length >= fewestSoundLetters)
    .flatMap(soundsOf)

/** How far browsing goes down into a family name. */
export const deepestShelf = 4

/**
 * Beginnings of the family name that browsing by letters goes down to, from two letters on. A name that ends earlier has
 * `_` for what it lacks, so that every client of a beginning is under one of the longer ones.
 */
export const shelvesOf = ({ familyName, givenNames }: Pick<ClientProfile, 'familyName' | 'givenNames'>): string[] => {
  const letters = fold(familyName || givenNames).replace(/ /g, '')
  if (!/^[a-z]/.test(letters)) return []
  const padded = letters.replace(/[^a-z]/g, '_').padEnd(deepestShelf, '_')
  return Array.from({ length: deepestShelf - 1 }, (_, index) => padded.slice(0, index + 2))
}

const hasDigits = (word: string) => /\d/.test(word)

/** A file number as a query would read it, and as one word for those who leave out its signs. */
const fileNumberTerms = ({ fileNumber }: ClientProfile): Term[] => {
  const joined = words(fileNumber).join('')
  return [...readings(fileNumber).flat(), ...(joined ? [termOf(joined)] : [])]
}

/** A telephone number's digits with and without the number of its country; as typed where it is no number anybody can dial. */
const wholeNumbers = ({ number, typed }: Phone): string[] => {
  if (!number) return [typed.replace(/\D/g, '').slice(0, longestPhone)]
  const { nationalNumber } = parsePhoneNumberFromString(number) ?? {}
  return [number.replace(/\D/g, ''), ...(nationalNumber ? [nationalNumber] : [])]
}

/** Endings of the whole number (the national one is among them) and beginnings of the national one, from four digits on. */
const phoneParts = (phone: Phone): string[] => {
  const [full = '', national = full] = wholeNumbers(phone)
  const lengths = (digits: string) =>
    Array.from({ length: Math.max(0, digits.length - fewestPhoneDigits + 1) }, (_, i) => i + fewestPhoneDigits)
  return [
    ...lengths(full).map(length => full.slice(-length)),
    ...lengths(national).map(length => national.slice(0, length)),
  ]
}
