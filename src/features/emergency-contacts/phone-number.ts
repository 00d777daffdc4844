import parsePhoneNumber from 'libphonenumber-js/min'
import { homeCountry, readPhone } from '../../platform/text/phone.ts'
import type { ShownNumber } from './contact.ts'

/** The E.164 number that was typed, or null when it is none. An extension stays only in what was typed. */
export const toE164 = (typed: string): string | null => readPhone(typed)?.number ?? null

/** A number as people write it, Polish ones without the country code. One that was not understood shows as it was typed. */
export const shownNumber = ({ number, typed }: { number: string | null; typed: string }): ShownNumber => {
  const read = readPhone(typed)
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
