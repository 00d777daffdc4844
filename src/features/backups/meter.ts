import { createHash } from 'node:crypto'
import { Transform, type TransformCallback } from 'node:stream'
import { passedThrough } from '../../platform/young-garbage.ts'

/** Counts the bytes that flow by, and takes their sha256 where that is asked for. */
export class Meter extends Transform {
  bytes = 0
  private readonly hash: ReturnType<typeof createHash> | null
  private readonly tell: ((bytes: number) => void) | undefined

  constructor({ hashed = false, tell }: { hashed?: boolean; tell?: (bytes: number) => void } = {}) {
    super({ readableHighWaterMark: 256 * 1024, writableHighWaterMark: 256 * 1024 })
    this.hash = hashed ? createHash('sha256') : null
    this.tell = tell
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback) {
    this.bytes += chunk.length
    this.hash?.update(chunk)
    this.tell?.(this.bytes)
    passedThrough(chunk.length)
    done(null, chunk)
  }

  /** Of everything that has flown by; once, after the end. */
  sha256(): string {
    return this.hash?.digest('hex') ?? ''
  }
}
