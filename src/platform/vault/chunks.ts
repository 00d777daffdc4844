import { createCipheriv, createDecipheriv } from 'node:crypto'
import { SealBroken } from './cipher.ts'

/**
 * A file sealed piece by piece, so that nobody ever holds the whole: STREAM (Hoang, Reyhanitabar, Rogaway, Vizár: Online
 * Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance, 2015) over AES-256-GCM. A chunk's nonce is its position and
 * whether it is the last, so that chunks left out, put elsewhere or cut off at the end do not open; what they belong to is
 * authenticated with them. That is sound only where a key seals one file, once.
 */
export type ChunkPlace = { file: string; position: number; last: boolean }

const nonceLength = 12
const tagLength = 16

/** What a sealed chunk is longer by than what is in it, in bytes. */
export const chunkOverhead = tagLength
/** Encrypted in steps, so that what each leaves behind is small. */
const stepLength = 16 * 1024

/**
 * @param into where the sealed chunk is written; at least `plain.length + chunkOverhead` bytes
 * @returns ciphertext ‖ tag(16), a part of `into`
 */
export const sealChunk = (key: Buffer, place: ChunkPlace, plain: Buffer, into: Buffer): Buffer => {
  const cipher = createCipheriv('aes-256-gcm', key, nonceOf(place)).setAAD(Buffer.from(place.file))
  for (let at = 0; at < plain.length; at += stepLength) into.set(cipher.update(plain.subarray(at, at + stepLength)), at)
  cipher.final() // GCM keeps nothing back: this only makes the tag
  into.set(cipher.getAuthTag(), plain.length)
  return into.subarray(0, plain.length + tagLength)
}

/** @throws SealBroken where it is altered, cut, or not this file's chunk of this position */
export const openChunk = (key: Buffer, place: ChunkPlace, sealed: Buffer): Buffer => {
  const end = sealed.length - tagLength
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(place), { authTagLength: tagLength })
      .setAAD(Buffer.from(place.file))
      .setAuthTag(sealed.subarray(end))
    const plain = decipher.update(sealed.subarray(0, end))
    decipher.final() // throws where the tag says that this is not what was sealed
    return plain
  } catch {
    throw new SealBroken(`chunk ${place.position} does not open at ${place.file}`)
  }
}

const nonceOf = ({ position, last }: ChunkPlace): Buffer => {
  const nonce = Buffer.alloc(nonceLength)
  nonce.writeUInt32BE(position, nonceLength - 5)
  nonce.writeUInt8(last ? 1 : 0, nonceLength - 1)
  return nonce
}
