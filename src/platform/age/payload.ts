import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  type CipherChaCha20Poly1305,
  type DecipherChaCha20Poly1305,
  type KeyObject,
} from 'node:crypto'
import { Transform, type TransformCallback } from 'node:stream'

/** Why an age file does not open: it is none, no identity fits, it was changed, or its end is missing. */
export type AgeProblem = 'not-age' | 'wrong-identity' | 'altered' | 'cut'

export class AgeFault extends Error {
  readonly problem: AgeProblem
  constructor(problem: AgeProblem) {
    super(`the age file does not open: ${problem}`)
    this.problem = problem
  }
}

/** What a new file begins with (its header, and the nonce of its payload), and the key that seals the rest, 32 bytes. */
export type SealingKey = { head: Uint8Array; key: Uint8Array }

export const chunkBytes = 64 * 1024
const tagBytes = 16
const algorithm = 'chacha20-poly1305'
const options = { authTagLength: tagBytes }

/** An 11-byte big-endian counter and a byte that marks the last chunk (https://age-encryption.org/v1, "Payload"). */
const nonceOf = (chunk: number, last: boolean): Buffer => {
  const nonce = Buffer.alloc(12)
  nonce.writeUIntBE(chunk, 5, 6)
  nonce.writeUInt8(last ? 1 : 0, 11)
  return nonce
}

/** Memory for so few bytes at a time is used again; node asks the system for what is larger, and gives it back, each time. */
const sliceBytes = 8 * 1024

/** Cuts what comes into chunks of one size, works on each, and gathers the outcome. */
abstract class Chunks {
  private readonly chunk: Buffer
  private length = 0
  private count = 0
  private gathered: Buffer
  private filled = 0

  /**
   * @param size of a chunk, in bytes; the last one may be shorter
   * @param together what comes of so many chunks is handed out at once
   */
  constructor(size: number, together: number) {
    this.chunk = Buffer.allocUnsafe(size)
    this.gathered = Buffer.allocUnsafe(together * (chunkBytes + tagBytes))
  }

  /** @returns how many bytes it has put into `out` */
  protected abstract work(chunk: Buffer, index: number, last: boolean, out: Buffer): number

  /** @returns what is ready to be handed on, often nothing */
  update(bytes: Buffer): Buffer[] {
    const ready: Buffer[] = []
    for (let at = 0; at < bytes.length;) {
      // Only what comes after a chunk tells that it was not the last.
      if (this.length === this.chunk.length) ready.push(...this.pass(false))
      const taken = bytes.copy(this.chunk, this.length, at)
      this.length += taken
      at += taken
    }
    return ready
  }

  /** @returns the rest */
  end(): Buffer[] {
    return this.pass(true)
  }

  private pass(last: boolean): Buffer[] {
    const out = this.gathered.subarray(this.filled)
    this.filled += this.work(this.chunk.subarray(0, this.length), this.count, last, out)
    this.length = 0
    this.count += 1
    if (!last && this.gathered.length - this.filled >= chunkBytes + tagBytes) return []

    const piece = this.gathered.subarray(0, this.filled)
    if (!last) this.gathered = Buffer.allocUnsafe(this.gathered.length)
    this.filled = 0
    return piece.length > 0 ? [piece] : []
  }
}

const through = (cipher: CipherChaCha20Poly1305 | DecipherChaCha20Poly1305, bytes: Buffer, out: Buffer): number => {
  let length = 0
  for (let at = 0; at < bytes.length; at += sliceBytes)
    length += cipher.update(bytes.subarray(at, at + sliceBytes)).copy(out, length)
  return length
}

/** Seals age's payload, chunk by chunk, with the crypto of the platform: twenty times as fast as in JavaScript. */
export class PayloadSealer extends Chunks {
  private readonly key: KeyObject
  /**
   * @param key of the payload, 32 bytes
   * @param together so many chunks are handed out at once: each piece costs streams and disks much the same, however large it is
   */
  constructor(key: Uint8Array, together = 1) {
    super(chunkBytes, together)
    this.key = createSecretKey(key)
  }

  protected work(chunk: Buffer, index: number, last: boolean, out: Buffer): number {
    const cipher = createCipheriv(algorithm, this.key, nonceOf(index, last), options)
    const length = through(cipher, chunk, out)
    cipher.final()
    return length + cipher.getAuthTag().copy(out, length)
  }
}

/** Opens age's payload. Throws AgeFault: what has been handed out before is whole chunks, but not the whole. */
export class PayloadOpener extends Chunks {
  private readonly key: KeyObject
  /** @param key of the payload, 32 bytes */
  constructor(key: Uint8Array) {
    super(chunkBytes + tagBytes, 1)
    this.key = createSecretKey(key)
  }

  protected work(chunk: Buffer, index: number, last: boolean, out: Buffer): number {
    // An empty last chunk is only right where there is nothing at all.
    if (chunk.length < tagBytes || (chunk.length === tagBytes && index > 0)) throw new AgeFault('cut')
    if (this.opens(chunk, nonceOf(index, last), out)) return chunk.length - tagBytes
    throw new AgeFault(last && this.opens(chunk, nonceOf(index, false), out) ? 'cut' : 'altered')
  }

  private opens(chunk: Buffer, nonce: Buffer, out: Buffer): boolean {
    const decipher = createDecipheriv(algorithm, this.key, nonce, options).setAuthTag(chunk.subarray(-tagBytes))
    through(decipher, chunk.subarray(0, -tagBytes), out)
    try {
      decipher.final()
      return true
    } catch {
      return false
    }
  }
}

/** Chunks as a stream. */
export class ChunksTransform extends Transform {
  private readonly chunks: Chunks
  constructor(chunks: Chunks) {
    const highWaterMark = 4 * chunkBytes
    super({ readableHighWaterMark: highWaterMark, writableHighWaterMark: highWaterMark })
    this.chunks = chunks
  }

  override _transform(bytes: Buffer, _encoding: BufferEncoding, done: TransformCallback) {
    this.give(() => this.chunks.update(bytes), done)
  }

  override _flush(done: TransformCallback) {
    this.give(() => this.chunks.end(), done)
  }

  private give(pieces: () => Buffer[], done: TransformCallback) {
    try {
      for (const piece of pieces()) this.push(piece)
      done()
    } catch (fault) {
      done(fault as Error)
    }
  }
}
