import parsePhoneNumber, { type CountryCode, type PhoneNumber } from 'libphonenumber-js/max'

/**
 * Trunk prefixes that are gone, or that the library does not know, yet stand in old lists: 0 in Poland until 2009 and in Czechia until 2002,
 * 8 before the 0 in Ukraine until 2009.
 */
const oldTrunks: Partial<Record<CountryCode, string>> = { PL: '0', CZ: '0', UA: '8' }

/**
 * Ukrainian mobile numbers (Kyivstar, Vodafone, lifecell) have the shape of an old Polish number: `050 123 45 67`, `0 (50) 123 45 67`. Nobody
 * can tell which is meant, and a stranger would answer. So the digits decide, whatever stands between them.
 */
const ukrainianMobile = /^0(?:39|50|63|6[678]|73|9[35-9])/
/** The exception: a hyphen behind the 0 is Polish, before an area code (`0-67 212 34 56`) or three digits of a mobile number (`0-501`). */
const polishHyphen = /^\D*0[\s()]*-[\s(]*(?:63|67|68|95|\d{3}(?!\d)|\d{9})/

const mayBeUkrainian = (text: string) => ukrainianMobile.test(text.replace(/\D/g, '')) && !polishHyphen.test(text)

/** Whether a number in a text is the rest of a Ukrainian mobile number, of which the 0 stands apart: `0/50 123 45 67`, `[0] 50 123 45 67`. */
export const isBehindLoneZero = (before: string, number: string): boolean =>
  /(?<!\d)0[^\d\p{L}]*$/u.test(before) && mayBeUkrainian(`0 ${number.replace(/^\D+/, '')}`)

/** The valid number behind an old trunk prefix. @param number what was parsed with the prefix and is not valid */
export const withoutOldTrunk = (number: PhoneNumber, text: string, country: CountryCode): PhoneNumber | undefined => {
  const [home, trunk] = Object.entries(oldTrunks).find(([code]) => isOf(number, code as CountryCode)) ?? []
  if (!home || !trunk || !number.nationalNumber.startsWith(trunk)) return undefined
  const isInternational = /^[\s(]*(?:\+|00)/.test(text)
  if (!isInternational && (home !== country || (home === 'PL' && mayBeUkrainian(text)))) return undefined
  const ext = number.ext ? ` ext. ${number.ext}` : ''
  const bare = parsePhoneNumber(number.nationalNumber.slice(trunk.length) + ext, home as CountryCode)
  return bare?.isValid() ? bare : undefined
}

const codes: Partial<Record<CountryCode, string>> = { PL: '48', CZ: '420', UA: '380' }
const isOf = (number: PhoneNumber, country: CountryCode) => number.countryCallingCode === codes[country]
