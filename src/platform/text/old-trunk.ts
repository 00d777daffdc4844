import parsePhoneNumber, { type CountryCode, type PhoneNumber } from 'libphonenumber-js/max'

/**
 * Trunk prefixes that are gone, or that the library does not know, yet stand in old lists: 0 in Poland until 2009 and in Czechia until 2002,
 * 8 before the 0 in Ukraine until 2009.
 */
const oldTrunks: Partial<Record<CountryCode, string>> = { PL: '0', CZ: '0', UA: '8' }

/**
 * Ukrainian mobile numbers (Kyivstar, Vodafone, lifecell) have the shape of an old Polish number: `050 123 45 67`. Nobody can tell which is
 * meant, and a stranger would answer. With a hyphen behind the 0 (`0-67`) it is Polish.
 */
const ukrainianMobile = /^\(?0(?:39|50|63|6[678]|73|9[35-9])/

/** The valid number behind an old trunk prefix. @param number what was parsed with the prefix and is not valid */
export const withoutOldTrunk = (number: PhoneNumber, text: string, country: CountryCode): PhoneNumber | undefined => {
  const [home, trunk] = Object.entries(oldTrunks).find(([code]) => isOf(number, code as CountryCode)) ?? []
  if (!home || !trunk || !number.nationalNumber.startsWith(trunk)) return undefined
  const isInternational = /^[\s(]*(?:\+|00)/.test(text)
  if (!isInternational && (home !== country || (home === 'PL' && ukrainianMobile.test(text)))) return undefined
  const ext = number.ext ? ` ext. ${number.ext}` : ''
  const bare = parsePhoneNumber(number.nationalNumber.slice(trunk.length) + ext, home as CountryCode)
  return bare?.isValid() ? bare : undefined
}

const codes: Partial<Record<CountryCode, string>> = { PL: '48', CZ: '420', UA: '380' }
const isOf = (number: PhoneNumber, country: CountryCode) => number.countryCallingCode === codes[country]
