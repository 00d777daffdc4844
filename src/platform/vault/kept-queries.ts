import { randomBytes } from 'node:crypto'
import type { Redis } from 'ioredis'
import type { Actor } from '../actor.ts'
import { SealBroken } from './cipher.ts'
import type { Place, Vault } from './vault.ts'

const keptForSeconds = 30 * 60

/**
 * What somebody searched for, sealed, for half an hour: no name gets into an address, and Back and reload work. Only the
 * account that searched finds it again.
 * @param column says what was searched, so that one search's query opens in no other
 */
export const createKeptQueries = (redis: Redis, vault: Vault, column: Place['column']) => {
  const keyOf = ({ tenantId, accountId }: Actor, searchId: string) =>
    `search:${tenantId}:${String(accountId)}:${searchId}`
  const place = ({ tenantId }: Actor, row: string) => ({ tenant: tenantId, column, row }) as const

  return {
    /** @returns an opaque, random id */
    keep: async (actor: Actor, query: string): Promise<string> => {
      const searchId = randomBytes(16).toString('base64url')
      const sealed = await vault.seal(query, place(actor, searchId))
      await redis.set(keyOf(actor, searchId), sealed.toString('base64'), 'EX', keptForSeconds)
      return searchId
    },

    /** The query, or null where it is past its time, somebody else's, or its key has been destroyed. */
    find: async (actor: Actor, searchId: string): Promise<string | null> => {
      const sealed = await redis.get(keyOf(actor, searchId))
      if (sealed === null) return null
      return vault.open<string>(Buffer.from(sealed, 'base64'), place(actor, searchId)).catch(goneWithKey)
    },
  }
}

const goneWithKey = (fault: unknown): null => {
  if (fault instanceof SealBroken) return null
  throw fault
}
