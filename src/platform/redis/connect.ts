import { readFileSync } from 'node:fs'
import { Redis } from 'ioredis'
import type { Logger } from 'pino'

/**
 * A connection to Redis that comes back by itself; a command waits for it for a moment and then fails. By rediss:// the server's
 * certificate and name are checked.
 * @param caFile the authority that signed its certificate, in PEM; null: the well-known ones
 */
export const connectRedis = (url: string, caFile: string | null, log: Logger): Redis => {
  const secure = url.startsWith('rediss:')
  const redis = new Redis(url, {
    maxRetriesPerRequest: 2,
    lazyConnect: true,
    connectTimeout: 3000,
    ...(secure ? { tls: { minVersion: 'TLSv1.2', ...(caFile ? { ca: readFileSync(caFile) } : {}) } } : {}),
  })
  redis.on('error', fault => log.error({ err: fault }, 'Redis is out of reach'))
  return redis
}
