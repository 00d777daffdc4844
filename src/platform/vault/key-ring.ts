import { randomBytes } from 'node:crypto'
import type { Db, Trx } from '../db/tenant.ts'
import { OperatorFault } from '../errors.ts'
import { openWith, sealWith } from './cipher.ts'
import type { KeySource } from './key-files.ts'

type Purpose = 'data' | 'index'
export type TenantKey = { id: number; key: Buffer }
/** A tenant's keys: the current ones seal and index; older ones are kept for opening until rotation is done. */
export type KeyRing = { data: TenantKey; index: TenantKey; find: (id: number) => TenantKey | undefined }
type Row = { id: number; purpose: Purpose; current: boolean; root_key_id: string; wrapped: Buffer }

const freshForMs = 60_000
const mostRings = 5_000

/**
 * Tenants' keys, unwrapped on first use and kept in memory. `db` has connections of its own: a transaction that seals
 * must not wait for a connection that other sealing transactions hold.
 */
export const createKeyRings = (db: Db, roots: KeySource) => {
  const rings = new Map<string, { ring: Promise<KeyRing>; until: number }>()

  const load = (tenantId: string): Promise<KeyRing> => {
    const ring = read(tenantId)
    if (rings.size >= mostRings) rings.delete(rings.keys().next().value ?? '')
    rings.set(tenantId, { ring, until: Date.now() + freshForMs })
    ring.catch(() => rings.delete(tenantId))
    return ring
  }

  const read = async (tenantId: string): Promise<KeyRing> => {
    const rows = await db.asTenant({ tenantId }, trx =>
      trx<Row>('tenant_keys').select('id', 'purpose', 'current', 'root_key_id', 'wrapped'),
    )
    const current = (purpose: Purpose) =>
      unwrap(
        roots,
        tenantId,
        rows.find(row => row.purpose === purpose && row.current),
      )
    const keys = new Map(rows.map(row => [row.id, unwrap(roots, tenantId, row)]))
    return { data: current('data'), index: current('index'), find: id => keys.get(id) }
  }

  return {
    of: (tenantId: string): Promise<KeyRing> => {
      const known = rings.get(tenantId)
      return known && known.until > Date.now() ? known.ring : load(tenantId)
    },
    /** Asks the database again: another process may have turned the keys since. */
    reload: load,
    /** Makes a tenant's first keys, in the transaction that makes the tenant. */
    create: async (trx: Trx, tenantId: string) => {
      for (const purpose of ['data', 'index'] satisfies Purpose[]) {
        const { rows } = (await trx.raw(`select nextval('tenant_key_id')::int as id`)) as { rows: { id: number }[] }
        const { id } = rows[0]!
        const wrapped = sealWith(roots.current.key, id, randomBytes(32), wrapPlace(tenantId, purpose))
        await trx('tenant_keys').insert({
          tenant_id: tenantId,
          id,
          purpose,
          current: true,
          root_key_id: roots.current.id,
          wrapped,
        })
      }
    },
  }
}
export type KeyRings = ReturnType<typeof createKeyRings>

const wrapPlace = (tenantId: string, purpose: Purpose) => `${tenantId}|tenant_keys|wrapped|${purpose}`

const unwrap = (roots: KeySource, tenantId: string, row: Row | undefined): TenantKey => {
  if (!row) throw new OperatorFault(`tenant ${tenantId} has no keys; restore the database from a proven backup`)
  const root = roots.find(row.root_key_id)
  if (!root)
    throw new OperatorFault(
      `root key ${row.root_key_id} is missing from the root key file; add it back from the recovery kit`,
    )
  return { id: row.id, key: openWith(root.key, row.wrapped, wrapPlace(tenantId, row.purpose)) }
}
