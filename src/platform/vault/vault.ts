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

  /** The keys that these values name, by id. Asks the database only for those that this process has not heard of. */
  const keysFor = async (rows: readonly SealedValue[], { tenant }: Column): Promise<Map<number, TenantKey>> => {
    const ring = await rings.of(tenant)
    const keys = new Map<number, TenantKey>()
    const looked = new Set<number>()
    for (const { sealed } of rows) {
      const id = namedKey(sealed)
      if (looked.has(id)) continue
      looked.add(id)
      const known = ring.find(id) ?? (await rings.find(tenant, id))
      if (known) keys.set(id, known)
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

    /** The same values of one column under the current data key, in their order; null where one does not open. */
    resealAll: async (rows: readonly SealedValue[], column: Column): Promise<(Buffer | null)[]> => {
      const keys = await keysFor(rows, column)
      const { data } = await rings.of(column.tenant)
      return rows.map(({ row, sealed }) => {
        const place = associated({ ...column, row })
        try {
          const from = keys.get(keyIdOf(sealed))
          return from ? sealWith(data.key, data.id, openWith(from.key, sealed, place), place) : null
        } catch (fault) {
          if (fault instanceof SealBroken) return null
          throw fault
        }
      })
    },

    /** Opens many of one column, in their order: what costs a moment for each is done once. @throws SealBroken as open does */
    openAll: async <T>(rows: readonly SealedValue[], column: Column): Promise<T[]> => {
      const keys = await keysFor(rows, column)
      return rows.map(({ row, sealed }) => {
        const place = associated({ ...column, row })
        const known = keys.get(keyIdOf(sealed))
        if (!known) throw new SealBroken(`no key ${keyIdOf(sealed)} for ${place}`)
        return JSON.parse(openWith(known.key, sealed, place).toString()) as T
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

/** As keyIdOf, of something that may be no sealed value at all: then it names a key that nobody has. */
const namedKey = (sealed: Buffer): number => (sealed.length > 5 ? sealed.readUInt32BE(1) : 0)

const associated = (place: Place) => `${place.tenant}|${place.column.replace('.', '|')}|${place.row}`
