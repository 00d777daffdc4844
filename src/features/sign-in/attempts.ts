import { createHmac } from 'node:crypto'
import type { Redis } from 'ioredis'
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'

type Limits = { perLogin: number; perAddress: number }
const usual: Limits = { perLogin: 10, perAddress: 60 }
const windowSeconds = 15 * 60

/**
 * Slows guessing (ASVS 6.3.1): wrong passwords are counted per login and address together, so that a stranger elsewhere
 * can't lock the owner out, and per address over all logins. What was typed is keyed by its HMAC: a password typed into
 * the wrong field must not stand in Redis.
 */
export const createAttempts = (redis: Redis, key: Buffer, limits: Limits = usual) => {
  const limiter = (keyPrefix: string, points: number) =>
    new RateLimiterRedis({ storeClient: redis, keyPrefix, points, duration: windowSeconds })
  const perLogin = limiter('attempts:login', limits.perLogin)
  const perAddress = limiter('attempts:address', limits.perAddress)
  const keyed = (text: string) => createHmac('sha256', key).update(text).digest('base64url')

  return {
    /** Counts one attempt before the password is looked at. @returns seconds to wait, 0 when it may go on */
    begin: async (login: string, address: string): Promise<number> => {
      const waits = await Promise.all([
        waitAfter(perLogin.consume(keyed(`${login.toLowerCase()}|${address}`))),
        waitAfter(perAddress.consume(keyed(address))),
      ])
      return Math.max(...waits)
    },
    /** The password was right: what was counted is forgotten. */
    forget: async (login: string, address: string) => {
      await perLogin.delete(keyed(`${login.toLowerCase()}|${address}`))
      await perAddress.reward(keyed(address))
    },
  }
}
export type Attempts = ReturnType<typeof createAttempts>

const waitAfter = async (consumed: Promise<RateLimiterRes>): Promise<number> => {
  try {
    await consumed
    return 0
  } catch (refusal) {
    if (refusal instanceof RateLimiterRes) return Math.ceil(refusal.msBeforeNext / 1000)
    throw refusal
  }
}
