import type { Redis } from 'ioredis'

const atOnce = 500

/** What Redis holds of a tenant: kept searches, sessions, which of them are live, keys on their way to an export. */
export const createPassingThings = (redis: Redis) => {
  const eachKey = async (pattern: string, work: (keys: string[]) => Promise<unknown>) => {
    for await (const keys of redis.scanStream({ match: pattern, count: atOnce }) as AsyncIterable<string[]>)
      if (keys.length > 0) await work(keys)
  }

  return {
    /** Forgets what anybody of the tenant has searched for; a search lasts half an hour anyway. */
    forgetSearches: (tenantId: string) => eachKey(`search:${tenantId}:*`, keys => redis.del(keys)),

    /** Forgets all there is of a tenant; whoever was signed in no longer is. */
    forgetTenant: async (tenantId: string): Promise<void> => {
      await eachKey(`*${tenantId}*`, keys => redis.del(keys))
      await eachKey('session:*', async keys => {
        const texts = await redis.mget(keys)
        const own = keys.filter((_, index) => texts[index]?.includes(tenantId))
        if (own.length > 0) await redis.del(own)
      })
    },
  }
}
