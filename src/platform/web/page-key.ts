/** Where a page of a list, newest first, begins or ends: no personal data, but nothing a reader need understand either. */
type PageKey = { at: Date; id: string }

/** What an address asks for: keys that an earlier page gave. A key that isn't one is ignored. */
export type PageWish = { after?: string | undefined; before?: string | undefined }

/** What to read: the rows beyond a key in one direction, the nearest first; without a key those at the beginning. */
export type Stretch = { key: PageKey | null; direction: 'older' | 'newer' }
type Page<Row> = { shown: Row[]; previous: string | null; next: string | null }

export const readStretch = ({ after, before }: PageWish): Stretch => {
  const backwards = readKey(before)
  return backwards ? { key: backwards, direction: 'newer' } : { key: readKey(after), direction: 'older' }
}

/**
 * A page, newest first, with the keys of its neighbours.
 * @param rows as many of the stretch as the page has room for and one more, where there are so many
 */
export const pageOf = <Row>(
  rows: readonly Row[],
  { key, direction }: Stretch,
  length: number,
  keyOf: (row: Row) => PageKey,
): Page<Row> => {
  const more = rows.length > length
  const backwards = direction === 'newer'
  const shown = backwards ? rows.slice(0, length).reverse() : rows.slice(0, length)
  const [newest, oldest] = [shown[0], shown.at(-1)].map(row => row && writeKey(keyOf(row)))
  return {
    shown,
    previous: (backwards ? more : key !== null) && newest ? newest : null,
    next: (backwards || more) && oldest ? oldest : null,
  }
}

const writeKey = ({ at, id }: PageKey): string =>
  Buffer.concat([bytesOf(at.getTime()), Buffer.from(id.replaceAll('-', ''), 'hex')]).toString('base64url')

/** @returns null for anything that writeKey did not write */
const readKey = (text: string | undefined): PageKey | null => {
  const bytes = Buffer.from(text ?? '', 'base64url')
  if (bytes.length !== 24) return null
  const at = new Date(Number(bytes.readBigUInt64BE()))
  const hex = bytes.subarray(8).toString('hex')
  if (Number.isNaN(at.getTime()) || at.getUTCFullYear() > 9999) return null
  return { at, id: hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5') }
}

const bytesOf = (milliseconds: number) => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt(milliseconds))
  return bytes
}
