import iconv from 'iconv-lite'

/** The first of those that fit equally well is the one a file is taken to be in. */
export const encodings = ['utf-8', 'windows-1250', 'iso-8859-2', 'windows-1252', 'windows-1251', 'ibm852'] as const
export type Encoding = (typeof encodings)[number]
type OneByte = Exclude<Encoding, 'utf-8'>

const oneByteEncodings = encodings.filter(encoding => encoding !== 'utf-8')
const ascii = /^[\0-\x7f]*$/

/**
 * A cell is kept as its bytes, one sign a byte (latin1), until the whole file has shown which encoding it is in; this
 * turns it into the text people read. Bytes that are no letter become U+FFFD.
 */
export const readable = (cell: string, encoding: Encoding): string => {
  if (ascii.test(cell)) return cell
  const bytes = Buffer.from(cell, 'latin1')
  return (encoding === 'utf-8' ? bytes.toString('utf8') : iconv.decode(bytes, encoding)).normalize('NFC')
}

/**
 * Watches bytes go by and tells which encoding they are in: UTF-8 while its letters of several bytes are well formed, else
 * the one in which most bytes are plausible letters. A few broken ones among many (a cell cut in the middle of a letter)
 * don't make the file another encoding.
 */
export const createEncodingWatch = () => {
  let whole = 0
  let broken = 0
  let awaited = 0
  let plainLetters = 0
  /** How often each byte above 0x7f has come. */
  const high = new Uint32Array(128)

  const take = (byte: number) => {
    if (awaited > 0) {
      if ((byte & 0xc0) === 0x80) {
        if (--awaited === 0) whole++
        return
      }
      awaited = 0
      broken++
    }
    if (byte < 0x80) return
    awaited = followers(byte)
    if (awaited === 0) broken++
  }

  return {
    watch: (chunk: Buffer) => {
      for (const byte of chunk) {
        if (byte > 0x7f || awaited > 0) take(byte)
        if (byte > 0x7f) high[byte - 0x80]!++
        else if ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a) plainLetters++
      }
    },
    verdict: (): Encoding =>
      (broken + Math.min(awaited, 1)) * 10 <= whole ? 'utf-8' : mostPlausible(high, plainLetters),
  }
}

/** How many bytes follow this first byte of a UTF-8 letter (RFC 3629); none where it can't be a first byte. */
const followers = (byte: number): number => {
  if (byte >= 0xc2 && byte <= 0xdf) return 1
  if (byte >= 0xe0 && byte <= 0xef) return 2
  return byte >= 0xf0 && byte <= 0xf4 ? 3 : 0
}

const polish = /[ąćęłńóśźż]/i
const western = /[àâäãåæçèéêëìíîïñòôöõøœßùúûüýÿ]/i
const latin = /\p{Script=Latin}/u
const typographic = /[\u00a0\u00a7\u00ad\u00b0\u2013\u2014\u2018-\u201e\u2026€]/

/** What a character speaks for the encoding that gives it: letters of Polish names most, signs that no list holds against it. */
const plausibility = (character: string): number => {
  if (polish.test(character)) return 3
  if (western.test(character)) return 1
  if (latin.test(character)) return 0.5
  return typographic.test(character) ? 0 : -3
}

/** Latin text has few letters beyond ASCII, Cyrillic text hardly any others. */
const cyrillicShare = 0.5

const mostPlausible = (high: Uint32Array, plainLetters: number): Encoding => {
  const total = high.reduce((sum, count) => sum + count, 0)
  const letters = high.subarray(0x40).reduce((sum, count) => sum + count, 0)
  if (letters > total * 0.8 && total > (total + plainLetters) * cyrillicShare) return 'windows-1251'
  const scores = oneByteEncodings
    .filter(encoding => encoding !== 'windows-1251')
    .map(encoding => ({ encoding, score: scoreOf(encoding, high) }))
  return scores.reduce((best, next) => (next.score > best.score ? next : best)).encoding
}

const scoreOf = (encoding: OneByte, high: Uint32Array): number => {
  const characters = Array.from(iconv.decode(Buffer.from(high.map((_, index) => index + 0x80)), encoding))
  const values = characters.map(plausibility)
  // Quotation marks and dashes of the others are letters in the DOS encoding: only Polish ones speak for it.
  const told = encoding === 'ibm852' ? values.map(value => (value === 3 ? 3 : Math.min(value, 0))) : values
  return high.reduce((sum, count, index) => sum + count * (told[index] ?? 0), 0)
}
