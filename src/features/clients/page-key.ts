/** Where a page of the list begins or ends: no personal data, but nothing a reader need understand either. */
export type PageKey = { createdAt: Date; id: string }

export const writeKey = ({ createdAt, id }: PageKey): string =>
  Buffer.concat([bytesOf(createdAt.getTime()), Buffer.from(id.replaceAll('-', ''), 'hex')]).toString('base64url')

/** @returns null for anything that writeKey did not write */
export const readKey = (text: string | undefined): PageKey | null => {
  const bytes = Buffer.from(text ?? '', 'base64url')
  if (bytes.length !== 24) return null
  const createdAt = new Date(Number(bytes.readBigUInt64BE()))
  const hex = bytes.subarray(8).toString('hex')
  if (Number.isNaN(createdAt.getTime()) || createdAt.getUTCFullYear() > 9999) return null
  return { createdAt, id: hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5') }
}

const bytesOf = (milliseconds: number) => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt(milliseconds))
  return bytes
}
