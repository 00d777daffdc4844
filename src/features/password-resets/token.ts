import { createHash, randomBytes } from 'node:crypto'

/** 256 bits, twice what ASVS 6.5.3 asks of what nobody may guess. */
const secretBytes = 32
const tenantBytes = 16

export type LinkToken = { tenantId: string; hash: Buffer }

/** The secret of a link. It names its organisation, so that no table has to be readable before one is known. */
export const makeToken = (tenantId: string): { token: string; hash: Buffer } => {
  const bytes = Buffer.concat([Buffer.from(tenantId.replaceAll('-', ''), 'hex'), randomBytes(secretBytes)])
  return { token: bytes.toString('base64url'), hash: hashOf(bytes) }
}

/** Null where the text can be no token. Only the hash is ever stored or compared. */
export const readToken = (text: unknown): LinkToken | null => {
  if (typeof text !== 'string' || !/^[\w-]{64}$/.test(text)) return null
  const bytes = Buffer.from(text, 'base64url')
  const hex = bytes.subarray(0, tenantBytes).toString('hex')
  return { tenantId: hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'), hash: hashOf(bytes) }
}

const hashOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest()
