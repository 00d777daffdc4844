import iconv from 'iconv-lite'

export const encodings = ['utf-8', 'windows-1250'] as const
export type Encoding = (typeof encodings)[number]

const ascii = /^[\0-\x7f]*$/

/**
 * A cell is kept as its bytes, one sign a byte (latin1), until the whole file has shown which encoding it is in; this
 * turns it into the text people read. Bytes that are no letter become U+FFFD.
 */
export const readable = (cell: string, encoding: Encoding): string => {
  if (ascii.test(cell)) return cell
  const bytes = Buffer.from(cell, 'latin1')
  return (encoding === 'utf-8' ? bytes.toString('utf8') : iconv.decode(bytes, 'win1250')).normalize('NFC')
}

/**
 * Watches bytes go by and tells which encoding they are in: UTF-8 while its letters of several bytes are well formed.
 * A few broken ones among many (a cell cut in the middle of a letter) don't make the file Windows-1250.
 */
export const createEncodingWatch = () => {
  let whole = 0
  let broken = 0
  let awaited = 0

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
      for (const byte of chunk) if (byte > 0x7f || awaited > 0) take(byte)
    },
    verdict: (): Encoding => (broken * 10 <= whole ? 'utf-8' : 'windows-1250'),
  }
}

/** How many bytes follow this first byte of a UTF-8 letter (RFC 3629); none where it can't be a first byte. */
const followers = (byte: number): number => {
  if (byte >= 0xc2 && byte <= 0xdf) return 1
  if (byte >= 0xe0 && byte <= 0xef) return 2
  return byte >= 0xf0 && byte <= 0xf4 ? 3 : 0
}
