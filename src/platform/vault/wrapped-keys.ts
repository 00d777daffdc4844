import { randomBytes } from 'node:crypto'
import type { Trx } from '../db/tenant.ts'
import { OperatorFault } from '../errors.ts'
import { openWith, sealWith } from './cipher.ts'
import type { KeySource } from './key-files.ts'

export type Purpose = 'data' | 'index'
/** Beside those that turn: the installation's key of the log's chain, which stays (docs/adr/0015). */
export type KeptPurpose = Purpose | 'chain'
export const purposes = ['data', 'index'] as const satisfies readonly Purpose[]
/** A tenant's key as the database holds it: under a root key. `retired_at` is null for the current key and for one to come. */
export type WrappedKey = {
  id: number
  purpose: KeptPurpose
  current: boolean
  root_key_id: string
  wrapped: Buffer
  retired_at: Date | null
}
export type Roots = KeySource & { reload?: () => Promise<unknown> }

export const selectWrapped = (trx: Trx): Promise<WrappedKey[]> =>
  trx<WrappedKey>('tenant_keys')
    .orderBy('id')
    .select('id', 'purpose', 'current', 'root_key_id', 'wrapped', 'retired_at')

/** The key itself. A root key that somebody has added since the start is looked for in the file. @throws OperatorFault */
export const unwrap = async (roots: Roots, tenantId: string, row: WrappedKey): Promise<Buffer> => {
  if (!roots.find(row.root_key_id)) await roots.reload?.()
  const root = roots.find(row.root_key_id)
  if (!root)
    throw new OperatorFault(
      `root key ${row.root_key_id} is missing from the root key file; add it back from the recovery kit`,
    )
  return openWith(root.key, row.wrapped, wrapPlace(tenantId, row.purpose))
}

/** A key under the current root key, as the database holds it; under the same id as it had. */
export const wrap = async (roots: Roots, tenantId: string, purpose: KeptPurpose, id: number, key: Buffer) => {
  await roots.reload?.()
  return {
    root_key_id: roots.current.id,
    wrapped: sealWith(roots.current.key, id, key, wrapPlace(tenantId, purpose)),
  }
}

/** Makes a key of a tenant, wrapped by the first root key of the file as it is now. @returns its id */
export const insertKey = async (
  trx: Trx,
  roots: Roots,
  tenantId: string,
  purpose: KeptPurpose,
  { current }: { current: boolean },
): Promise<number> => {
  const { rows } = (await trx.raw(`select nextval('tenant_key_id')::int as id`)) as { rows: { id: number }[] }
  const { id } = rows[0]!
  await trx('tenant_keys').insert({
    tenant_id: tenantId,
    id,
    purpose,
    current,
    ...(await wrap(roots, tenantId, purpose, id, randomBytes(32))),
  })
  return id
}

/** Puts a tenant's keys under the current root key; the keys themselves stay. @returns how many were under another */
export const rewrapKeys = async (trx: Trx, roots: Roots, tenantId: string): Promise<number> => {
  const { id: root_key_id, key } = roots.current
  const rows = await trx<WrappedKey>('tenant_keys').whereNot({ root_key_id }).orderBy('id').forUpdate().select('*')
  for (const row of rows) {
    const wrapped = sealWith(key, row.id, await unwrap(roots, tenantId, row), wrapPlace(tenantId, row.purpose))
    await trx<WrappedKey>('tenant_keys').where({ id: row.id }).update({ root_key_id, wrapped })
  }
  return rows.length
}

const wrapPlace = (tenantId: string, purpose: KeptPurpose) => `${tenantId}|tenant_keys|wrapped|${purpose}`
