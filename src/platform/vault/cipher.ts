import { createCipheriv, createDecipheriv, randomBytes, type KeyObject } from 'node:crypto'

/** A sealed value that does not open: altered, cut, moved from another place, or sealed with another key. */
export class SealBroken extends Error {}

const version = 1
const headerLength = 1 + 4
const nonceLength = 12
const tagLength = 16

/**
 * AES-256-GCM (NIST SP 800-38D). Format: version(1) ‖ key id(4) ‖ nonce(12) ‖ ciphertext ‖ tag(16). The header is
 * authenticated with `place`, so that neither it nor the place a value belongs to can be changed unnoticed.
 */
export const sealWith = (key: Buffer | KeyObject, keyId: number, plain: Buffer, place: string): Buffer => {
  const header = headerOf(keyId)
  const nonce = randomBytes(nonceLength)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.concat([header, Buffer.from(place)]))
  return Buffer.concat([header, nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

/** @throws SealBroken */
export const openWith = (key: Buffer | KeyObject, sealed: Buffer, place: string): Buffer => {
  keyIdOf(sealed)
  const body = headerLength + nonceLength
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(headerLength, body), {
    authTagLength: tagLength,
  })
    .setAAD(Buffer.concat([sealed.subarray(0, headerLength), Buffer.from(place)]))
    .setAuthTag(sealed.subarray(-tagLength))
  try {
    return Buffer.concat([decipher.update(sealed.subarray(body, -tagLength)), decipher.final()])
  } catch {
    throw new SealBroken(`does not open at ${place}`)
  }
}

/** The id of the key that sealed a value. @throws SealBroken when this is no sealed value */
export const keyIdOf = (sealed: Buffer): number => {
  if (sealed.length < headerLength + nonceLength + tagLength || sealed.readUInt8() !== version)
    throw new SealBroken('not a sealed value')
  return sealed.readUInt32BE(1)
}

/** How everything begins that a key seals: version and key id, in the clear. */
export const headerOf = (keyId: number): Buffer => {
  const header = Buffer.alloc(headerLength)
  header.writeUInt8(version)
  header.writeUInt32BE(keyId, 1)
  return header
}
