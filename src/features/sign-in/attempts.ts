import { createHmac } from 'node:crypto'
import type { Redis } from 'ioredis'
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'
import { networkOf } from '../../platform/web/network.ts'

/** Where a guess comes from. `device` is named only where the login's owner has signed in from that browser before. */
export type Attempt = { login: string; address: string; device: string | null }
type Limits = { perDevice: number; perLoginAndAddress: number; perAddress: number; freeForStrangers: number }
const usual: Limits = { perDevice: 10, perLoginAndAddress: 10, perAddress: 60, freeForStrangers: 20 }
const windowSeconds = 15 * 60
const strangersWindowSeconds = 24 * 60 * 60
const longestDelayMs = 60_000
const slowedQuietMs = 60_000

/**
 * Slows guessing (ASVS 6.3.1) without a lock that a stranger could turn. A browser that the owner has used before has an
 * allowance of its own, which nobody elsewhere can use up (OWASP "device cookies"). All others are counted per login and
 * network, per network over all logins, and per login over all networks: past the free ones each has to wait for the one
 * before, 1 s, 2 s, 4 s … up to a minute. What was typed is keyed by its HMAC: a password typed into the wrong field must
 * not stand in Redis.
 */
export const createAttempts = (redis: Redis, key: Buffer, limits: Limits = usual) => {
  const limiter = (keyPrefix: string, points: number, duration = windowSeconds) =>
    new RateLimiterRedis({ storeClient: redis, keyPrefix, points, duration })
  const perDevice = limiter('attempts:device', limits.perDevice)
  const perLogin = limiter('attempts:login', limits.perLoginAndAddress)
  const perAddress = limiter('attempts:address', limits.perAddress)
  const strangers = limiter('attempts:strangers', limits.freeForStrangers, strangersWindowSeconds)
  const keyed = (...parts: string[]) => createHmac('sha256', key).update(parts.join('|')).digest('base64url')
  const keysOf = ({ login, address, device }: Attempt) => ({
    device: keyed(login.toLowerCase(), 'device', device ?? ''),
    login: keyed(login.toLowerCase(), networkOf(address)),
    address: keyed(networkOf(address)),
    strangers: keyed(login.toLowerCase()),
  })

  /** Lets strangers at one login through one after another, the longer apart the more there were. */
  const queue = async (loginKey: string): Promise<number> => {
    const gate = `attempts:gate:${loginKey}`
    const closedMs = await redis.pttl(gate)
    if (closedMs > 0) return secondsOf(closedMs)
    const { consumedPoints } = await counted(strangers.consume(loginKey))
    const beyond = consumedPoints - limits.freeForStrangers
    if (beyond <= 0) return 0
    const delayMs = Math.min(longestDelayMs, 1000 * 2 ** Math.min(beyond - 1, 10))
    // Of several at once, one is let through: the one that closes the gate behind itself.
    return (await redis.set(gate, '1', 'PX', delayMs, 'NX')) === 'OK' ? 0 : secondsOf(delayMs)
  }

  return {
    /** Counts one attempt before the password is looked at. @returns seconds to wait, 0 when it may go on */
    begin: async (attempt: Attempt): Promise<number> => {
      const keys = keysOf(attempt)
      if (attempt.device !== null) return waitAfter(perDevice.consume(keys.device))
      const waits = await Promise.all([
        waitAfter(perLogin.consume(keys.login)),
        waitAfter(perAddress.consume(keys.address)),
      ])
      return Math.max(...waits) || queue(keys.strangers)
    },
    /** Whether somebody was made to wait at this login who was not already a minute ago: worth an audit event. */
    firstSlowed: async ({ login }: Attempt): Promise<boolean> =>
      (await redis.set(`attempts:slowed:${keyed(login.toLowerCase())}`, '1', 'PX', slowedQuietMs, 'NX')) === 'OK',

    /** The password was not looked at after all: what `begin` counted of this attempt is taken back. */
    takeBack: async (attempt: Attempt) => {
      const keys = keysOf(attempt)
      if (attempt.device !== null) {
        await perDevice.reward(keys.device)
        return
      }
      await Promise.all([
        perLogin.reward(keys.login),
        perAddress.reward(keys.address),
        strangers.reward(keys.strangers),
      ])
    },

    /** The password was right: what was counted is forgotten. */
    forget: async (attempt: Attempt) => {
      const keys = keysOf(attempt)
      if (attempt.device !== null) {
        await perDevice.delete(keys.device)
        return
      }
      await perLogin.delete(keys.login)
      await perAddress.reward(keys.address)
      await strangers.reward(keys.strangers)
    },
  }
}
export type Attempts = ReturnType<typeof createAttempts>

const secondsOf = (ms: number) => Math.ceil(ms / 1000)

/** What the limiter has counted; its refusal carries the same numbers as its consent. */
export const counted = async (consumed: Promise<RateLimiterRes>): Promise<RateLimiterRes> => {
  try {
    return await consumed
  } catch (refusal) {
    if (refusal instanceof RateLimiterRes) return refusal
    throw refusal
  }
}

/** A refusal of the limiter is a wait; any other fault is one. */
const waitAfter = async (consumed: Promise<RateLimiterRes>): Promise<number> => {
  try {
    await consumed
    return 0
  } catch (refusal) {
    if (refusal instanceof RateLimiterRes) return secondsOf(refusal.msBeforeNext)
    throw refusal
  }
}
