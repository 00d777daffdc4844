import type { Redis } from 'ioredis'

/**
 * Redis `active:<tenant>:<account>` says which session of an account is live. Facts, not habits: a request whose session
 * is not the active one is signed out. Each transition is one script on that one key. Times are milliseconds since 1970.
 */
export type AccountKey = { tenantId: string; accountId: number }
export type Standing = { since: Date; lastActive: Date }
export type Claim = { claimed: true } | { claimed: false; standing: Standing }

/** No session lives longer than this, however busy (ASVS 7.3.2). */
const absoluteLimitMs = 12 * 60 * 60_000

const claim = `
local session, device, now, idle, absolute = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local held = redis.call('HMGET', KEYS[1], 'session', 'device', 'since', 'last')
if held[1] and held[2] ~= device and now < tonumber(held[4]) + idle and now < tonumber(held[3]) + absolute then
  return { held[3], held[4] }
end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'session', session, 'device', device, 'since', now, 'last', now)
redis.call('PEXPIRE', KEYS[1], idle)
return {}`

const touch = `
local session, now, idle, absolute, active = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5]
local held = redis.call('HMGET', KEYS[1], 'session', 'since', 'last')
if held[1] ~= session then return 0 end
if now >= tonumber(held[3]) + idle or now >= tonumber(held[2]) + absolute then
  redis.call('DEL', KEYS[1])
  return 0
end
if active == '1' then
  redis.call('HSET', KEYS[1], 'last', now)
  redis.call('PEXPIRE', KEYS[1], idle)
end
return 1`

const end = `
if ARGV[1] == '' or redis.call('HGET', KEYS[1], 'session') == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0`

export const createActiveSessions = (redis: Redis) => ({
  /**
   * Makes `session` the account's live one, unless another browser holds a live one.
   * @param device which browser asks: its own older session is replaced, so that a crash locks nobody out
   */
  claim: async (account: AccountKey, session: string, device: string, now: Date, idleMs: number): Promise<Claim> => {
    const held = (await redis.eval(
      claim,
      1,
      keyOf(account),
      session,
      device,
      now.getTime(),
      idleMs,
      absoluteLimitMs,
    )) as string[]
    const [since, last] = held
    if (!since || !last) return { claimed: true }
    return { claimed: false, standing: { since: new Date(Number(since)), lastActive: new Date(Number(last)) } }
  },

  /** Whether `session` is the live one; `active` says that the person did something just now. */
  touch: async (account: AccountKey, session: string, now: Date, idleMs: number, active: boolean): Promise<boolean> =>
    (await redis.eval(
      touch,
      1,
      keyOf(account),
      session,
      now.getTime(),
      idleMs,
      absoluteLimitMs,
      active ? '1' : '0',
    )) === 1,

  /** Ends `session` if it is the live one; without a session named, whichever is live. */
  end: async (account: AccountKey, session = ''): Promise<boolean> =>
    (await redis.eval(end, 1, keyOf(account), session)) === 1,
})
export type ActiveSessions = ReturnType<typeof createActiveSessions>

const keyOf = ({ tenantId, accountId }: AccountKey) => `active:${tenantId}:${accountId}`
