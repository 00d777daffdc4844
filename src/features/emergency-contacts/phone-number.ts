import parsePhoneNumber from 'libphonenumber-js/max'

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

/** A number as people write it: Polish ones without the country code, an extension with it. */
export const shownNumber = (phone: { number: string | null; typed: string }): string => {
  const number = parse(phone.typed)
  if (!number || number.number !== phone.number) return phone.number ?? phone.typed
  return number.country === homeCountry && !number.ext ? number.formatNational() : number.formatInternational()
}
