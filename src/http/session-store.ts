import { RedisStore } from 'connect-redis'
import type session from 'express-session'
import type { Redis } from 'ioredis'

const anonymousSeconds = 30 * 60
const signedInSeconds = 12 * 60 * 60
const putOffEveryMs = 60_000
const mostPutOff = 10_000

/**
 * Keeps sessions in Redis. One that was read from there is only written while it is still there (SET … XX): a slow
 * request that saves late can't bring an ended session back.
 */
export class SessionStore extends RedisStore {
  readonly #redis: Redis
  readonly #kept = new WeakSet<object>()
  /** When this process last put off the end of a session: once a minute is often enough. */
  readonly #putOff = new Map<string, number>()

  constructor(redis: Redis) {
    super({ client: redis, prefix: 'session:' })
    this.#redis = redis
  }

  override createSession(req: Parameters<RedisStore['createSession']>[0], data: session.SessionData) {
    const restored = super.createSession(req, data)
    this.#kept.add(restored)
    return restored
  }

  override async set(id: string, data: session.SessionData, done?: (fault?: unknown) => void): Promise<void> {
    try {
      const key = this.prefix + id
      const text = JSON.stringify(data)
      if (this.#kept.has(data)) await this.#redis.set(key, text, 'EX', secondsFor(data), 'XX')
      else await this.#redis.set(key, text, 'EX', secondsFor(data))
      this.#kept.add(data)
      done?.()
    } catch (fault) {
      done?.(fault)
    }
  }

  override async touch(id: string, data: session.SessionData, done?: (fault?: unknown) => void): Promise<void> {
    try {
      const now = Date.now()
      if ((this.#putOff.get(id) ?? 0) + putOffEveryMs < now) {
        if (this.#putOff.size >= mostPutOff) this.#putOff.clear()
        this.#putOff.set(id, now)
        await this.#redis.expire(this.prefix + id, secondsFor(data))
      }
      done?.()
    } catch (fault) {
      done?.(fault)
    }
  }
}

const secondsFor = (data: session.SessionData) => (data.signedIn ? signedInSeconds : anonymousSeconds)
