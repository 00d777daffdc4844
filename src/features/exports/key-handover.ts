import type { Redis } from 'ioredis'
import type { Vault } from '../../platform/vault/vault.ts'
import type { WrapKey } from './file/wrap-key.ts'

type Export = { tenantId: string; exportId: string }
type Plain = { salt: string; logN: number; key: string }

/** A key that nobody fetched is gone after this long. */
export const KEY_LIFETIME_MS = 15 * 60_000

/**
 * Brings wrap keys from the request, which knows the passphrase, to the worker, which must not: sealed by the vault, in
 * Redis, for minutes. Each key is for one attempt and gone once read, because age's scrypt stanza has a nonce of
 * zeroes: a second file under the same key would give something away about both. Hence several of them.
 */
export const createKeyHandover = (redis: Redis, vault: Vault) => ({
  leave: async (where: Export, keys: readonly WrapKey[]) => {
    const sealed = await Promise.all(keys.map(key => vault.seal(toPlain(key), placeOf(where))))
    await redis
      .multi()
      .rpush(nameOf(where), ...sealed)
      .pexpire(nameOf(where), KEY_LIFETIME_MS)
      .exec()
  },

  /** The next unused key, or nothing when all are used or their time is over. */
  take: async (where: Export): Promise<WrapKey | undefined> => {
    const sealed = await redis.lpopBuffer(nameOf(where))
    return sealed ? toKey(await vault.open<Plain>(sealed, placeOf(where))) : undefined
  },

  left: (where: Export): Promise<number> => redis.llen(nameOf(where)),

  forget: async (where: Export) => {
    await redis.del(nameOf(where))
  },
})
export type KeyHandover = ReturnType<typeof createKeyHandover>

const nameOf = ({ tenantId, exportId }: Export) => `export-keys:${tenantId}:${exportId}`
const placeOf = ({ tenantId, exportId }: Export) =>
  ({ tenant: tenantId, column: 'exports.wrap_key', row: exportId }) as const

const toPlain = ({ salt, logN, key }: WrapKey): Plain => ({ salt: base64(salt), logN, key: base64(key) })
const toKey = ({ salt, logN, key }: Plain): WrapKey => ({
  salt: Buffer.from(salt, 'base64'),
  logN,
  key: Buffer.from(key, 'base64'),
})
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')
