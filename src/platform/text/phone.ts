import parsePhoneNumber, {
  getCountries,
  isSupportedCountry,
  type CountryCode,
  type PhoneNumber,
} from 'libphonenumber-js/max'
import { isBehindLoneZero, withoutOldTrunk } from './old-trunk.ts'
import { isShortNumber } from './short-numbers.ts'
import { fromSpreadsheet } from './spreadsheet-number.ts'
import { visible } from './visible.ts'

export type { CountryCode }

/** Of organisations from before they could say where they are. */
export const defaultCountry: CountryCode = 'PL'
/** ISO 3166-1 codes of the countries whose numbers are known. */
export const phoneCountries: readonly CountryCode[] = getCountries()
export const isPhoneCountry = (code: string): code is CountryCode => isSupportedCountry(code)

/** A telephone number as it is recorded: as typed, and as E.164 where that is known. */
export type RecordedPhone = { number: string | null; typed: string }

/**
 * What a telephone link calls, and what people read. `number` is E.164, null where what was typed is no valid number; `dial` is the number,
 * or a short number as it is, null where it can't be dialled: then nothing may link it. `shown` is the number as people of the organisation
 * write it (with its country's code, where `abroad` is asked for), or, where more than a number was typed, all that was typed.
 */
export type PhoneReading = { number: string | null; dial: string | null; shown: string; extension: string | null }

const longest = 60

/**
 * Reads a telephone number as people write it in a country: the one rule for forms, imports, searches, pages and exports. It has to be
 * valid in its own country, which a + or 00 says and which otherwise is the organisation's (libphonenumber's isValid, full metadata). Digits
 * are never taken out of words: what is left beside one valid number stays beside it, and two numbers are none.
 */
export const readPhone = (typed: string, country: CountryCode, abroad = false): PhoneReading => {
  const text = visible(typed).trim()
  const none = { number: null, dial: null, shown: text, extension: null }
  if (text.length > longest) return none
  const plain = fromSpreadsheet(inPlainSigns(text))
  const short = asShortNumber.test(plain) ? plain.replace(/\D/g, '') : ''
  if (isShortNumber(short, country)) return { ...none, dial: short }

  const whole = validNumber(plain, country)
  const number = whole ?? onlyNumberIn(plain, country)
  if (!number) return none
  return {
    number: number.number,
    dial: number.number,
    shown: whole ? formatted(number, abroad ? null : country) : text,
    extension: whole?.ext ?? null,
  }
}

/** In one piece, or with its last three digits apart: `19 115`. Anything else may be a house number or hours. */
const asShortNumber = /^\d{2,6}(?:[ -]\d{3})?$/

/**
 * A recorded number as it stands now. What was recorded is believed while it is valid in its own country, so that numbers outlive a change
 * of the organisation's country; otherwise what was typed is read anew.
 */
export const showPhone = ({ number, typed }: RecordedPhone, country: CountryCode, abroad = false): PhoneReading => {
  const recorded = number ? parsePhoneNumber(number) : undefined
  if (!recorded?.isValid()) return readPhone(typed, country, abroad)
  const itself = { number: recorded.number, dial: recorded.number, extension: null }
  const plain = { ...itself, shown: formatted(recorded, abroad ? null : country) }
  if (isJustANumber.test(typed)) return plain
  const asRecorded = recorded.country ? readPhone(typed, recorded.country) : undefined
  if (asRecorded?.number === recorded.number && asRecorded.extension)
    return { ...plain, extension: asRecorded.extension }
  const read = readPhone(typed, country, abroad)
  if (read.number === recorded.number) return read
  return /\p{L}/u.test(typed) ? { ...itself, shown: visible(typed).trim() } : plain
}

/** Nothing stands in it that would have to be shown beside the number. */
const isJustANumber = /^\+?[\d ()-]+$/

/** Whether each of these numbers can be dialled; if not, somebody who has just typed them is told. */
export const areAllDialable = (phones: readonly RecordedPhone[], country: CountryCode): boolean =>
  phones.every(phone => showPhone(phone, country).dial !== null)

/** The digits by which a number is looked for: with and without its country's code, or those typed where it is no valid number. */
export const searchDigits = ({ number, typed }: RecordedPhone, most: number): string[] => {
  const read = number ? parsePhoneNumber(number) : undefined
  return read ? [read.number.slice(1), read.nationalNumber] : [inPlainSigns(typed).replace(/\D/g, '').slice(0, most)]
}

/** The extension that was typed with a recorded number, also where words stand beside it; null where there is none. */
export const extensionOf = ({ number, typed }: RecordedPhone): string | null => {
  const country = number ? parsePhoneNumber(number)?.country : undefined
  if (!country || typed.length > longest) return null
  const plain = inPlainSigns(visible(typed).trim())
  return (validNumber(plain, country) ?? onlyNumberIn(plain, country))?.ext ?? null
}

/**
 * A form shows what was typed, unless that would be read as another number or as none: then with the country's code, so that an extension
 * and words beside the number stay; else the number itself.
 */
export const phoneToEdit = (phone: RecordedPhone, country: CountryCode): string => {
  const { number, extension } = showPhone(phone, country)
  if (number === null || readPhone(phone.typed, country).number === number) return phone.typed
  const written = withCountryCode(phone.typed, number)
  const fits = written.length <= longestToEdit && readPhone(written, country).number === number
  return fits ? written : `${number}${extension ? ` ext. ${extension}` : ''}`
}

/** What the shortest field for a number takes. */
const longestToEdit = 50

/** What was typed in the number's own country, the number in it as it is written abroad. */
const withCountryCode = (typed: string, number: string): string => {
  const { country } = parsePhoneNumber(number) ?? {}
  if (!country) return number
  return inPlainSigns(visible(typed).trim()).replace(runs[0]!, part => {
    const found = validNumber(part.trim(), country)
    if (found?.number !== number) return part
    const ext = found.ext ? ` ext. ${found.ext}` : ''
    const [behind = ''] = /\D*$/.exec(part) ?? []
    return `${formatted(found, null)}${ext}${part.startsWith('(') ? behind.replace(')', '') : behind}`
  })
}

/** Whether two numbers as typed ring the same telephone: by what would be dialled, or by their digits where that is not known. */
export const isSameNumber = (one: string, other: string, country: CountryCode): boolean => {
  const [first, second] = [readPhone(one, country), readPhone(other, country)]
  if (first.dial === null || second.dial === null) return bareDigits(one) === bareDigits(other)
  const isAtOneDesk = !first.extension || !second.extension || first.extension === second.extension
  return first.dial === second.dial && isAtOneDesk
}

const bareDigits = (typed: string) => inPlainSigns(typed).replace(/\D/g, '').replace(/^0+/, '')

/** As people write it, without an extension: at home without the country's own code. */
const formatted = (number: PhoneNumber, country: CountryCode | null): string => {
  const bare = (number.ext && parsePhoneNumber(number.number)) || number
  return bare.country === country ? bare.formatNational() : bare.formatInternational()
}

/** Extensions that the library does not know: Polish `wew. 12`, German `Durchwahl 12`. A lone `w` is a word unless the number ends with it. */
const extensions =
  /\b(?:wewn?(?:ętrzny)?\b\.?|durchwahl|dw\b\.?|app?(?:arat)?\b\.?)[\s:]{0,3}(?=\d{1,6}(?!\d))|\bw\.?\s{0,3}(?=\d{1,6}\s*$)/giu

/** ASCII digits and hyphens, compatibility forms taken apart (NFKC), extensions in a word that the library knows. */
const inPlainSigns = (text: string): string =>
  text
    .normalize('NFKC')
    .replace(/[\u0660-\u0669\u06f0-\u06f9]/g, digit => String(digit.charCodeAt(0) & 0xf))
    .replace(/[\p{Pd}\u2212]/gu, '-')
    .replace(/\(\s?(\+\d{1,3})\s?\)/, '$1 ')
    .replace(extensions, 'ext. ')

const validNumber = (text: string, country: CountryCode): PhoneNumber | undefined => {
  const number = parsePhoneNumber(text, { defaultCountry: country, extract: false })
  if (!number) return undefined
  return number.isValid() ? number : withoutOldTrunk(number, text, country)
}

/** Runs of digits with what people put between them, an extension included; then the same with a slash parting two numbers. */
const runs = [
  /(?:\+\s?)?\(?\+?\d[\d\s().\/-]*(?:(?:ext\.?|x|#)\s?\d{1,6})?/gi,
  /(?:\+\s?)?\(?\+?\d[\d\s().-]*(?:(?:ext\.?|x|#)\s?\d{1,6})?/gi,
]

const mostRuns = 6

/** The one valid number among words and other digits; undefined where there are several, since nobody can say which is meant. */
const onlyNumberIn = (text: string, country: CountryCode): PhoneNumber | undefined => {
  for (const run of runs) {
    const parts = [...text.matchAll(run)]
    if (parts.length > mostRuns) return undefined
    const found = parts.flatMap(({ 0: part, index }) =>
      isBehindLoneZero(text.slice(0, index), part) ? [] : (validNumber(part.trim(), country) ?? []),
    )
    const numbers = new Map(found.map(number => [number.number, number]))
    if (numbers.size > 0) return numbers.size === 1 ? [...numbers.values()][0] : undefined
  }
  return undefined
}
