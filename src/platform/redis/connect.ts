import { Redis } from 'ioredis'
import type { Logger } from 'pino'

/** A connection to Redis that comes back by itself; a command waits for it for a moment and then fails. */
export const connectRedis = (url: string, log: Logger): Redis => {
  const redis = new Redis(url, { maxRetriesPerRequest: 2, lazyConnect: true, connectTimeout: 3000 })
  redis.on('error', fault => log.error({ err: fault }, 'Redis is out of reach'))
  return redis
}
