import { Redis } from 'ioredis'
import { setting } from './database.ts'

/** Redis has 16 databases; the claims stand in the first. */
const databases = Array.from({ length: 15 }, (_, index) => index + 1)
const dropClaim = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"

/**
 * The URL of a Redis database that no other living process of the tests uses. VITEST_POOL_ID does not tell processes apart: two that
 * run at the same time may have the same one.
 */
export const ownRedisUrl = () => (own ??= claim())
let own: Promise<string> | undefined

const claim = async (): Promise<string> => {
  const redis = new Redis(setting('REDIS_URL'))
  try {
    for (const database of databases) {
      const key = `test-process:${database}`
      const holder = await redis.get(key)
      if (holder && !isAlive(Number(holder))) await redis.eval(dropClaim, 1, key, holder)
      if ((await redis.set(key, process.pid, 'NX')) !== 'OK') continue
      const url = new URL(setting('REDIS_URL'))
      url.pathname = `/${database}`
      return url.href
    }
    throw new Error('more processes run tests than Redis has databases')
  } finally {
    redis.disconnect()
  }
}

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
