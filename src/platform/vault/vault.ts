import { createHmac } from 'node:crypto'
import type { Trx } from '../db/tenant.ts'
import { keyIdOf, openWith, sealWith, SealBroken } from './cipher.ts'
import type { KeyRings, TenantKey } from './key-ring.ts'

/** Where a sealed value belongs; it opens nowhere else. `column` reads `table.column`. */
export type Place = { tenant: string; column: `${string}.${string}`; row: string | number }

/** The same of many values: each names its row itself. */
export type Column = Omit<Place, 'row'>
export type SealedValue = { row: string; sealed: Buffer }

/** Makes blind tokens with one index key, whose id it names. */
export type Blinder = { keyId: number; tokens: (words: Iterable<string>) => string[] }
/** `current` makes what is written; whoever searches asks with `all`: while keys turn, rows hold tokens of either. */
export type Blinders = { current: Blinder; all: readonly Blinder[] }

/**
 * Seals and opens what is personal, with the tenant's own keys.
 * - `seal` / `open`: one JSON document; `open` throws SealBroken when it was altered or moved.
 * - `blinders`: the blind index of folded words: HMAC-SHA256 with an index key, cut to 64 bits, as the decimal text of a
 *   PostgreSQL bigint, each once. Equal words look equal within a tenant and different between tenants.
 */
export const createVault = (rings: KeyRings) => {
  const keyFor = async (sealed: Buffer, place: Place): Promise<TenantKey> => {
    const id = keyIdOf(sealed)
    const known = (await rings.of(place.tenant)).find(id) ?? (await rings.find(place.tenant, id))
    if (!known) throw new SealBroken(`no key ${id} for ${associated(place)}`)
    return known
  }

  /** Every key that these values name, by its id. */
  const keysFor = async (rows: readonly SealedValue[], column: Column): Promise<Map<number, TenantKey>> => {
    const keys = new Map<number, TenantKey>()
    for (const { row, sealed } of rows) {
      const id = keyIdOf(sealed)
      if (!keys.has(id)) keys.set(id, await keyFor(sealed, { ...column, row }))
    }
    return keys
  }

  const blinders = async (tenantId: string): Promise<Blinders> => {
    const { index, indexes } = await rings.of(tenantId)
    const current = blinderOf(index)
    return { current, all: indexes.length === 1 ? [current] : indexes.map(blinderOf) }
  }

  return {
    seal: async (value: unknown, place: Place): Promise<Buffer> => {
      const { data } = await rings.of(place.tenant)
      return sealWith(data.key, data.id, Buffer.from(JSON.stringify(value)), associated(place))
    },

    open: async <T>(sealed: Buffer, place: Place): Promise<T> => {
      const { key } = await keyFor(sealed, place)
      return JSON.parse(openWith(key, sealed, associated(place)).toString()) as T
    },

    /** The same value under the current data key. @throws SealBroken as open does */
    reseal: async (sealed: Buffer, place: Place): Promise<Buffer> => {
      const from = await keyFor(sealed, place)
      const { data } = await rings.of(place.tenant)
      return sealWith(data.key, data.id, openWith(from.key, sealed, associated(place)), associated(place))
    },

    /** Opens many of one column, in their order: what costs a moment for each is done once. @throws SealBroken as open does */
    openAll: async <T>(rows: readonly SealedValue[], column: Column): Promise<T[]> => {
      const keys = await keysFor(rows, column)
      return rows.map(value => {
        const place = associated({ ...column, row: value.row })
        return JSON.parse(openWith(keys.get(keyIdOf(value.sealed))!.key, value.sealed, place).toString()) as T
      })
    },

    blinders,

    /** Tokens of the current index key, for what is written. */
    tokens: async (tenantId: string, words: Iterable<string>): Promise<string[]> =>
      (await blinders(tenantId)).current.tokens(words),

    /** Makes the keys of a new tenant, in the transaction that makes the tenant. */
    createKeys: (trx: Trx, tenantId: string) => rings.create(trx, tenantId),
  }
}
export type Vault = ReturnType<typeof createVault>

const blinderOf = ({ id, key }: TenantKey): Blinder => ({
  keyId: id,
  tokens: words =>
    [...new Set(words)].map(word => createHmac('sha256', key).update(word).digest().readBigInt64BE().toString()),
})

const associated = (place: Place) => `${place.tenant}|${place.column.replace('.', '|')}|${place.row}`
