import { createSecretKey, type KeyObject } from 'node:crypto'
import type { Db, Trx } from '../db/tenant.ts'
import { OperatorFault } from '../errors.ts'
import { insertKey, purposes, rewrapKeys, selectWrapped, unwrap, type Purpose, type Roots } from './wrapped-keys.ts'

/** A key object: one made anew of its bytes for every token took longer than the token. */
export type TenantKey = { id: number; key: KeyObject }
/**
 * A tenant's keys: the current ones seal and index; older ones are kept for opening until rotation is done.
 * `indexes`: every index key whose tokens a row may hold, the current one among them.
 */
export type KeyRing = {
  data: TenantKey
  index: TenantKey
  indexes: readonly TenantKey[]
  find: (id: number) => TenantKey | undefined
}
type Entry = { ring: Promise<KeyRing>; until: number }

/** So long a process may go on with the keys it has read, before it asks whether they have turned. */
export const ringFreshMs = 60_000
const mostRings = 5_000
const mostUnknown = 1_000

/**
 * Tenants' keys, unwrapped on first use and kept in memory. `db` has connections of its own: a transaction that seals
 * must not wait for a connection that other sealing transactions hold.
 */
export const createKeyRings = (db: Db, roots: Roots, { freshMs = ringFreshMs } = {}) => {
  const rings = new Map<string, Entry>()
  const loading = new Map<string, Promise<KeyRing>>()
  /** Keys that are not there: ids are never given twice, so asking the database once is enough. */
  const unknown = new Set<string>()

  const load = (tenantId: string): Promise<KeyRing> => {
    const ring = read(tenantId)
    const entry = { ring, until: Date.now() + freshMs }
    if (rings.size >= mostRings) rings.delete(rings.keys().next().value ?? '')
    rings.set(tenantId, entry)
    loading.set(tenantId, ring)
    ring
      .catch(() => rings.get(tenantId) === entry && rings.delete(tenantId))
      .finally(() => loading.get(tenantId) === ring && loading.delete(tenantId))
    return ring
  }

  const read = async (tenantId: string): Promise<KeyRing> => {
    const rows = await db.asTenant({ tenantId }, selectWrapped)
    const keys = new Map<number, TenantKey>()
    for (const row of rows) keys.set(row.id, { id: row.id, key: createSecretKey(await unwrap(roots, tenantId, row)) })
    const current = (purpose: Purpose) => {
      const key = keys.get(rows.find(row => row.purpose === purpose && row.current)?.id ?? 0)
      if (!key) throw new OperatorFault(`tenant ${tenantId} has no keys; restore the database from a proven backup`)
      return key
    }
    const indexes = rows.filter(row => row.purpose === 'index').map(row => keys.get(row.id)!)
    return { data: current('data'), index: current('index'), indexes, find: id => keys.get(id) }
  }

  const of = (tenantId: string): Promise<KeyRing> => {
    const known = rings.get(tenantId)
    return known && known.until > Date.now() ? known.ring : load(tenantId)
  }

  return {
    of,

    /** A process may seal with a key for so long after it has ceased to be the current one, in milliseconds. */
    freshMs,

    /**
     * The key of an id; one that this process has not heard of is asked for in the database, since another process may have
     * turned the keys. Many who ask at once ask once: whoever has waited for a reading that began before, waits for one more.
     */
    find: async (tenantId: string, id: number): Promise<TenantKey | undefined> => {
      const known = (await of(tenantId)).find(id)
      const name = `${tenantId}:${id}`
      if (known || unknown.has(name)) return known
      const begunBefore = await loading.get(tenantId)
      const found = begunBefore?.find(id) ?? (await (loading.get(tenantId) ?? load(tenantId))).find(id)
      if (!found && unknown.size < mostUnknown) unknown.add(name)
      return found
    },

    /** Asks the database again: this process itself has turned the keys. */
    reload: load,

    /** Makes a tenant's first keys, in the transaction that makes the tenant. */
    create: async (trx: Trx, tenantId: string) => {
      for (const purpose of purposes) await insertKey(trx, roots, tenantId, purpose, { current: true })
    },

    /** Makes one key more. @returns its id */
    add: (trx: Trx, tenantId: string, purpose: Purpose, state: { current: boolean }) =>
      insertKey(trx, roots, tenantId, purpose, state),

    /** Puts a tenant's keys under the current root key. @returns how many were under another */
    rewrap: (trx: Trx, tenantId: string): Promise<number> => rewrapKeys(trx, roots, tenantId),
  }
}
export type KeyRings = ReturnType<typeof createKeyRings>
