import parsePhoneNumberFromString from 'libphonenumber-js/min'
import { longestPrefix, prefixes, words } from '../../../platform/text/fold.ts'
import { dayFrom } from '../days.ts'
import type { ClientProfile, Phone } from '../profile.ts'

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
 * `b:` days and months. A few dozen for most; never more than `mostIndexWords`, so that no name makes saving slow.
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
  for (const name of namesOf(profile)) {
    readings(name).flat().forEach(add)
    for (const word of words(name).filter(hasDigits)) prefixes(word).map(termOf).forEach(add)
  }
  return new Set([...found].slice(0, mostIndexWords))
}

/** Whether an opened client answers every term, and whether to the letter: whole words, file number, telephone, day. */
export const match = (profile: ClientProfile, terms: readonly Term[]): 'exact' | 'prefix' | null => {
  const found = indexWords(profile)
  const whole = [...namesOf(profile).flatMap(words), ...fileNumberTerms(profile).map(({ text }) => text)]
  const telephones = profile.phones.flatMap(wholeNumbers).map(withoutZeros)
  const begins = (term: Term) =>
    term.kind === 'word' ? whole.some(word => word.startsWith(term.text)) : found.has(indexWord(term, true))
  const equals = ({ kind, text }: Term) =>
    whole.includes(text) || (kind === 'digits' ? telephones.includes(text) : text === profile.birthDate)

  if (!terms.every(begins)) return null
  return terms.every(equals) ? 'exact' : 'prefix'
}

const namesOf = ({ givenNames, familyName, preferredName }: ClientProfile) => [
  givenNames,
  familyName,
  preferredName ?? '',
]

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
