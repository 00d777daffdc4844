import { createHmac } from 'node:crypto'
import type { Trx } from '../db/tenant.ts'
import { keyIdOf, openWith, sealWith, SealBroken } from './cipher.ts'
import type { KeyRings } from './key-ring.ts'

/** Where a sealed value belongs; it opens nowhere else. `column` reads `table.column`. */
export type Place = { tenant: string; column: `${string}.${string}`; row: string | number }

/**
 * Seals and opens what is personal, with the tenant's own keys.
 * - `seal` / `open`: one JSON document; `open` throws SealBroken when it was altered or moved.
 * - `tokens`: the blind index of folded words: HMAC-SHA256 with the tenant's index key, cut to 64 bits, as the decimal
 *   text of a PostgreSQL bigint, each once. Equal words look equal within a tenant and different between tenants.
 */
export const createVault = (rings: KeyRings) => ({
  seal: async (value: unknown, place: Place): Promise<Buffer> => {
    const { data } = await rings.of(place.tenant)
    return sealWith(data.key, data.id, Buffer.from(JSON.stringify(value)), associated(place))
  },

  open: async <T>(sealed: Buffer, place: Place): Promise<T> => {
    const id = keyIdOf(sealed)
    const known = (await rings.of(place.tenant)).find(id) ?? (await rings.reload(place.tenant)).find(id)
    if (!known) throw new SealBroken(`no key ${id} for ${associated(place)}`)
    return JSON.parse(openWith(known.key, sealed, associated(place)).toString()) as T
  },

  tokens: async (tenantId: string, words: Iterable<string>): Promise<string[]> => {
    const { index } = await rings.of(tenantId)
    return [...new Set(words)].map(word =>
      createHmac('sha256', index.key).update(word).digest().readBigInt64BE().toString(),
    )
  },

  /** Makes the keys of a new tenant, in the transaction that makes the tenant. */
  createKeys: (trx: Trx, tenantId: string) => rings.create(trx, tenantId),
})
export type Vault = ReturnType<typeof createVault>

const associated = (place: Place) => `${place.tenant}|${place.column.replace('.', '|')}|${place.row}`
