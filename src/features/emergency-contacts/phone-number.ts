import parsePhoneNumber from 'libphonenumber-js/max'
import type { ShownNumber } from './contact.ts'

/** Numbers without a country code are dialled in Poland. */
const homeCountry = 'PL'
const longest = 60

/** Polish for "extension", which the library does not know: `22 123 45 67 wew. 12`. */
const extensionWord = /\bw(?:ew)?\.?\s*(?=\d{1,6}\s*$)/i

const parse = (typed: string) => {
  if (typed.length > longest) return undefined
  const number = parsePhoneNumber(typed.replace(extensionWord, 'ext. '), homeCountry)
  return number?.isValid() ? number : undefined
}

/** The E.164 number that was typed, or null when it is none. An extension stays only in what was typed. */
export const toE164 = (typed: string): string | null => parse(typed)?.number ?? null

/** A number as people write it, Polish ones without the country code. One that was not understood shows as it was typed. */
export const shownNumber = ({ number, typed }: { number: string | null; typed: string }): ShownNumber => {
  const read = parse(typed)
  if (!read || read.number !== number)
    return { dial: number ?? dialable(typed), shown: number ? grouped(number) : typed, extension: null }
  const extension = read.ext ?? null
  read.setExt('')
  return {
    dial: number,
    shown: read.country === homeCountry ? read.formatNational() : read.formatInternational(),
    extension,
  }
}

/** A number as it is read aloud, also one of a range the library does not know. */
const grouped = (number: string): string => parsePhoneNumber(number)?.formatInternational() ?? number

/** Short and internal numbers are no E.164, yet they can be called from here. */
const dialable = (typed: string): string | null => (/^[\d\s()-]{3,}$/.test(typed) ? typed.replaceAll(/\D/g, '') : null)
