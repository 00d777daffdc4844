import { createHmac } from 'node:crypto'
import type { Redis } from 'ioredis'
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'
import { networkOf } from '../../platform/web/network.ts'

const hour = 60 * 60
const perAddress = 20
const perAccount = 4

/** Holds back who asks for too many links: from one address, and for one mailbox, which nobody shall be able to flood. */
export const createAsking = (redis: Redis, key: Buffer) => {
  const limiter = (keyPrefix: string, points: number) =>
    new RateLimiterRedis({ storeClient: redis, keyPrefix, points, duration: hour })
  const addresses = limiter('password-links:address', perAddress)
  const accounts = limiter('password-links:account', perAccount)

  return {
    /** @returns seconds to wait, 0 when it may go on */
    begin: (address: string): Promise<number> =>
      secondsAfter(addresses.consume(createHmac('sha256', key).update(networkOf(address)).digest('base64url'))),
    /** Whether the account may be sent one more link in this hour. */
    mayAsk: async ({ tenantId, accountId }: { tenantId: string; accountId: number }): Promise<boolean> =>
      (await secondsAfter(accounts.consume(`${tenantId}:${accountId}`))) === 0,
  }
}
export type Asking = ReturnType<typeof createAsking>

const secondsAfter = async (consumed: Promise<RateLimiterRes>): Promise<number> => {
  try {
    await consumed
    return 0
  } catch (refusal) {
    if (refusal instanceof RateLimiterRes) return Math.ceil(refusal.msBeforeNext / 1000)
    throw refusal
  }
}
