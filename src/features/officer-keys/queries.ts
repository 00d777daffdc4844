import type { Trx } from '../../platform/db/tenant.ts'

export type KeyRow = {
  tenant_id: string
  id: string
  account_id: number
  public_key: string
  name_sealed: Buffer
  created_at: Date
  retired_at: Date | null
  retired_by: number | null
}

/** Those in use first, the newest of each first. */
export const selectKeys = (trx: Trx): Promise<KeyRow[]> =>
  trx<KeyRow>('officer_keys').orderByRaw('retired_at desc nulls first, created_at desc, id')

/** @returns false where this key is in use already */
export const insertKey = async (trx: Trx, row: Omit<KeyRow, 'retired_at' | 'retired_by'>): Promise<boolean> => {
  const inserted: unknown[] = await trx('officer_keys')
    .insert(row)
    .onConflict(trx.raw('(tenant_id, public_key) where retired_at is null'))
    .ignore()
    .returning('id')
  return inserted.length > 0
}

export const retireKey = async (trx: Trx, id: string, by: number | null, at: Date): Promise<KeyRow | undefined> => {
  const [row] = await trx<KeyRow>('officer_keys')
    .where({ id })
    .whereNull('retired_at')
    .update({ retired_at: at, retired_by: by })
    .returning('*')
  return row
}

export const findKey = (trx: Trx, id: string): Promise<KeyRow | undefined> =>
  trx<KeyRow>('officer_keys').where({ id }).first()
