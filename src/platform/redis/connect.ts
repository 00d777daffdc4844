import { readFileSync } from 'node:fs'
import { Redis } from 'ioredis'
import type { Logger } from 'pino'

/** A Redis answers within milliseconds; one that is busy with its disk may take a second. */
export const usualAnswerMs = 6000

/**
 * A connection to Redis that comes back by itself; a command waits for it for a moment and then fails, as one does that a frozen
 * server does not answer. By rediss:// the server's
 * certificate and name are checked.
 * @param caFile the authority that signed its certificate, in PEM; null: the well-known ones
 * @param answerMs how long a command waits
 */
export const connectRedis = (
  url: string,
  caFile: string | null,
  log: Logger,
  answerMs: number = usualAnswerMs,
): Redis => {
  const secure = url.startsWith('rediss:')
  const redis = new Redis(url, {
    maxRetriesPerRequest: 2,
    lazyConnect: true,
    connectTimeout: 3000,
    commandTimeout: answerMs,
    // A connection on which nothing comes back may be dead without a word: another one is tried.
    socketTimeout: 2 * answerMs,
    ...(secure ? { tls: { minVersion: 'TLSv1.2', ...(caFile ? { ca: readFileSync(caFile) } : {}) } } : {}),
  })
  redis.on('error', fault => log.error({ err: fault }, 'Redis is out of reach'))
  return redis
}
