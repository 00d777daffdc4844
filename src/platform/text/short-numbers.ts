import { createRequire } from 'node:module'
import type { CountryCode } from 'libphonenumber-js/max'

type Parsed = object
type ShortNumbers = {
  PhoneNumberUtil: { getInstance: () => { parse: (digits: string, country: string) => Parsed } }
  ShortNumberInfo: { getInstance: () => { isValidShortNumberForRegion: (number: Parsed, country: string) => boolean } }
}

const longest = 6
const require = createRequire(import.meta.url)
/** Loaded when the first short number is met: it takes a tenth of a second and 12 MB. */
let library: ShortNumbers | undefined
const shortNumbers = () => (library ??= require('google-libphonenumber') as ShortNumbers)

/**
 * Whether digits are a short number of a country, such as 112, 999 or 116123: dialled there as they are, and never from abroad. The
 * numbers are those of Google's libphonenumber, which libphonenumber-js leaves out.
 */
export const isShortNumber = (digits: string, country: CountryCode): boolean => {
  if (digits.length < 3 || digits.length > longest) return false
  const { PhoneNumberUtil, ShortNumberInfo } = shortNumbers()
  try {
    const number = PhoneNumberUtil.getInstance().parse(digits, country)
    return ShortNumberInfo.getInstance().isValidShortNumberForRegion(number, country)
  } catch {
    return false // the library throws for what it can't parse
  }
}
