import { randomBytes } from 'node:crypto'
import type { Redis } from 'ioredis'
import type { Actor } from '../../platform/actor.ts'
import { SealBroken } from '../../platform/vault/cipher.ts'
import type { Vault } from '../../platform/vault/vault.ts'
import type { KeptWish } from './schema.ts'

const keptForSeconds = 30 * 60

/**
 * What somebody looked for in the log, sealed, for half an hour under an id that says nothing: no name and no address of a network
 * gets into an address of a page. Only the account that searched finds it again.
 */
export const createKeptSearches = (redis: Redis, vault: Vault) => {
  const keyOf = ({ tenantId, accountId }: Actor, id: string) => `log-search:${tenantId}:${String(accountId)}:${id}`
  const place = ({ tenantId }: Actor, row: string) => ({ tenant: tenantId, column: 'log_searches.wish', row }) as const

  return {
    /** @returns an opaque, random id */
    keep: async (actor: Actor, wish: KeptWish): Promise<string> => {
      const id = randomBytes(16).toString('base64url')
      const sealed = await vault.seal(wish, place(actor, id))
      await redis.set(keyOf(actor, id), sealed.toString('base64'), 'EX', keptForSeconds)
      return id
    },

    /** What was looked for, or null where it is past its time, somebody else's, or its key has been destroyed. */
    find: async (actor: Actor, id: string): Promise<KeptWish | null> => {
      const sealed = await redis.get(keyOf(actor, id))
      if (sealed === null) return null
      return vault.open<KeptWish>(Buffer.from(sealed, 'base64'), place(actor, id)).catch((fault: unknown) => {
        if (fault instanceof SealBroken) return null
        throw fault
      })
    },
  }
}
