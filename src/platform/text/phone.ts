import parsePhoneNumber, { type PhoneNumber } from 'libphonenumber-js/min'

/** Numbers without a country code are dialled in Poland (ISO 3166-1). */
export const homeCountry = 'PL'
const longest = 60

/** Polish for "extension", which the library does not know: `22 123 45 67 wew. 12`. */
const extensionWord = /\bw(?:ew)?\.?\s*(?=\d{1,6}\s*$)/i

/**
 * A telephone number as people write it; undefined where it is none. One rule everywhere: its length has to be possible in
 * its country. Whether it has been given out is not asked: new ranges come every year, and whoever types a number has it from
 * somebody who is called on it. What was typed is kept beside it.
 */
export const readPhone = (typed: string): PhoneNumber | undefined => {
  if (typed.length > longest) return undefined
  const number = parsePhoneNumber(typed.replace(extensionWord, 'ext. '), homeCountry)
  return number?.isPossible() ? number : undefined
}
