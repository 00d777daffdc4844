import { createCipheriv, createDecipheriv, randomFillSync, type KeyObject } from 'node:crypto'

/** A sealed value that does not open: altered, cut, moved from another place, or sealed with another key. */
export class SealBroken extends Error {}

const version = 1
const headerLength = 1 + 4
const nonceLength = 12
const tagLength = 16
const bodyAt = headerLength + nonceLength

/**
 * AES-256-GCM (NIST SP 800-38D). Format: version(1) ‖ key id(4) ‖ nonce(12) ‖ ciphertext ‖ tag(16). The header is
 * authenticated with `place`, so that neither it nor the place a value belongs to can be changed unnoticed.
 */
export const sealWith = (key: Buffer | KeyObject, keyId: number, plain: Buffer, place: string): Buffer => {
  const sealed = Buffer.allocUnsafe(bodyAt + plain.length + tagLength)
  sealed.writeUInt8(version)
  sealed.writeUInt32BE(keyId, 1)
  sealed.set(freshNonce(), headerLength)
  const cipher = createCipheriv('aes-256-gcm', key, nonceIn(sealed)).setAAD(associatedData(sealed, place))
  sealed.set(cipher.update(plain), bodyAt)
  cipher.final() // GCM keeps nothing back: this only makes the tag
  sealed.set(cipher.getAuthTag(), bodyAt + plain.length)
  return sealed
}

/** @throws SealBroken */
export const openWith = (key: Buffer | KeyObject, sealed: Buffer, place: string): Buffer => {
  keyIdOf(sealed)
  const end = sealed.length - tagLength
  const decipher = createDecipheriv('aes-256-gcm', key, nonceIn(sealed))
    .setAAD(associatedData(sealed, place))
    .setAuthTag(sealed.subarray(end))
  try {
    const plain = decipher.update(sealed.subarray(bodyAt, end))
    decipher.final() // throws where the tag says that this is not what was sealed
    return plain
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

const nonceIn = (sealed: Buffer) => sealed.subarray(headerLength, bodyAt)

/** Used up before anything else can run, so one is enough: making one for every value took as long as the cipher. */
let associated = Buffer.allocUnsafe(512)
const associatedData = (sealed: Buffer, place: string): Buffer => {
  const length = headerLength + Buffer.byteLength(place)
  if (length > associated.length) associated = Buffer.allocUnsafe(2 * length)
  associated.set(sealed.subarray(0, headerLength))
  associated.write(place, headerLength)
  return associated.subarray(0, length)
}

/** Random bytes are drawn for many nonces at once: for one it costs as much as sealing. Each is given out once. */
const nonces = Buffer.alloc(256 * nonceLength)
let nextNonce = nonces.length
const freshNonce = (): Buffer => {
  if (nextNonce === nonces.length) {
    randomFillSync(nonces)
    nextNonce = 0
  }
  nextNonce += nonceLength
  return nonces.subarray(nextNonce - nonceLength, nextNonce)
}
