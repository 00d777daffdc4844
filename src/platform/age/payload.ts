import { createCipheriv, createDecipheriv } from 'node:crypto'
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

/** Cuts what flows by into pieces of `size`; `work` is told which is the last, which may be shorter. */
abstract class InPieces extends Transform {
  private readonly held: Buffer
  private length = 0
  private count = 0

  constructor(size: number) {
    super({ readableHighWaterMark: 4 * size, writableHighWaterMark: 4 * size })
    this.held = Buffer.allocUnsafe(size)
  }

  protected abstract work(piece: Buffer, index: number, last: boolean): Buffer[]

  override _transform(bytes: Buffer, _encoding: BufferEncoding, done: TransformCallback) {
    try {
      for (let at = 0; at < bytes.length;) {
        if (this.length === this.held.length) this.pass(false)
        const taken = bytes.copy(this.held, this.length, at)
        this.length += taken
        at += taken
      }
      done()
    } catch (fault) {
      done(fault as Error)
    }
  }

  override _flush(done: TransformCallback) {
    try {
      this.pass(true)
      done()
    } catch (fault) {
      done(fault as Error)
    }
  }

  private pass(last: boolean) {
    for (const part of this.work(this.held.subarray(0, this.length), this.count, last)) this.push(part)
    this.length = 0
    this.count += 1
  }
}

/**
 * Seals age's payload, chunk by chunk, with the crypto of the platform: twenty times as fast as in JavaScript.
 * @param key of the payload, 32 bytes
 */
export class PayloadSealing extends InPieces {
  private readonly key: Buffer
  constructor(key: Buffer) {
    super(chunkBytes)
    this.key = key
  }

  protected work(chunk: Buffer, index: number, last: boolean): Buffer[] {
    const cipher = createCipheriv(algorithm, this.key, nonceOf(index, last), options)
    return [cipher.update(chunk), cipher.final(), cipher.getAuthTag()].filter(part => part.length > 0)
  }
}

/** Opens age's payload. Fails with AgeFault: what has been given out before is whole chunks, but not the whole. */
export class PayloadOpening extends InPieces {
  private readonly key: Buffer
  constructor(key: Buffer) {
    super(chunkBytes + tagBytes)
    this.key = key
  }

  protected work(chunk: Buffer, index: number, last: boolean): Buffer[] {
    // An empty last chunk is only right where there is nothing at all.
    if (chunk.length < tagBytes || (chunk.length === tagBytes && index > 0)) throw new AgeFault('cut')
    const plain = this.open(chunk, nonceOf(index, last))
    if (plain) return plain
    throw new AgeFault(last && this.open(chunk, nonceOf(index, false)) ? 'cut' : 'altered')
  }

  private open(chunk: Buffer, nonce: Buffer): Buffer[] | null {
    const decipher = createDecipheriv(algorithm, this.key, nonce, options).setAuthTag(chunk.subarray(-tagBytes))
    const plain = decipher.update(chunk.subarray(0, -tagBytes))
    try {
      return [plain, decipher.final()].filter(part => part.length > 0)
    } catch {
      return null
    }
  }
}
