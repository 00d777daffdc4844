import { ask, type Trx } from '../../platform/db/tenant.ts'
import type { Language } from '../../platform/i18n/translations.ts'
import type { CopyFailure } from './copies/store.ts'
import type { FormatName } from './formats/formats.ts'

export type Status = 'waiting' | 'running' | 'ready' | 'failed' | 'expired'
export type Failure = 'fault' | 'key-gone' | 'interrupted'
export type ExportRow = {
  id: string
  status: Status
  failure: Failure | null
  total_clients: number
  done_clients: number
  contacts: number
  /** Bytes of the file; null until it is whole. PostgreSQL's bigint arrives as text. */
  size: string | null
  sha256: string | null
  format: FormatName
  language: Language
  for_passphrase: boolean
  /** Ids of officers' keys. */
  sealed_to: string[]
  /** Made by itself: its file stays until newer ones take its place. */
  scheduled: boolean
  /** Ids of the groups whose clients it holds; none: every active client. */
  group_ids: string[]
  /** Whether hidden addresses are in it. */
  with_hidden: boolean
  /** How its copy stands in the backup store; null: not copied yet, or never to be. */
  copy_state: 'stored' | 'failed' | 'leaving' | 'removed' | null
  copy_failure: CopyFailure | null
  /** When that was tried last. */
  copied_at: Date | null
  opening_code_hash: Buffer | null
  proved_at: Date | null
  proved_by: number | null
  created_by: number | null
  created_at: Date
  progressed_at: Date
  finished_at: Date | null
  expires_at: Date | null
}

/** Newest exports shown; older ones stay in the table and in the audit log. */
const SHOWN = 100

export const selectExports = (trx: Trx): Promise<ExportRow[]> =>
  trx<ExportRow>('exports')
    .orderBy([{ column: 'created_at', order: 'desc' }, 'id'])
    .limit(SHOWN)

/** When the first and the newest export of every client became whole, and when one was last proved to open; null: never. */
export type Made = { first: Date | null; last: Date | null; proved: Date | null }

export const selectMade = async (trx: Trx): Promise<Made> => {
  const [made] = await ask<Made>(
    trx,
    `select min(finished_at) filter (where whole) as first, max(finished_at) filter (where whole) as last,
            max(proved_at) as proved
       from (select finished_at, proved_at, status in ('ready', 'expired') and group_ids = '[]' as whole from exports) each`,
    [],
  )
  return made ?? { first: null, last: null, proved: null }
}

export const findExport = (trx: Trx, id: string): Promise<ExportRow | undefined> =>
  trx<ExportRow>('exports').where({ id }).first()

export const findUnderWay = (trx: Trx): Promise<{ id: string } | undefined> =>
  trx<ExportRow>('exports').whereIn('status', ['waiting', 'running']).first('id')

/** Writes what time alone has decided: jobs that stopped moving have failed, files past their day are gone. */
export const settleExports = async (trx: Trx, now: Date, silentSince: Date) => {
  await trx<ExportRow>('exports')
    .whereIn('status', ['waiting', 'running'])
    .where('progressed_at', '<', silentSince)
    .update({ status: 'failed', failure: 'interrupted', finished_at: now })
  await trx<ExportRow>('exports')
    .where({ status: 'ready' })
    .where('expires_at', '<=', now)
    .update({ status: 'expired' })
}

export type NewExport = Pick<
  ExportRow,
  | 'id'
  | 'total_clients'
  | 'format'
  | 'language'
  | 'for_passphrase'
  | 'sealed_to'
  | 'scheduled'
  | 'with_hidden'
  | 'group_ids'
  | 'created_by'
  | 'created_at'
  | 'progressed_at'
> & { tenant_id: string }

/** Inserts an export that waits, unless one is under way. @returns whether it did */
export const insertExport = async (trx: Trx, row: NewExport): Promise<boolean> => {
  const inserted = await trx('exports')
    .insert({ ...row, sealed_to: JSON.stringify(row.sealed_to), group_ids: JSON.stringify(row.group_ids) })
    .onConflict(trx.raw(`(tenant_id) where status in ('waiting', 'running')`))
    .ignore()
    .returning('id')
  return inserted.length > 0
}

/** Changes an export that is still under way; one that has been given up stays as it is. @returns whether it did */
export const updateUnderWay = async (trx: Trx, id: string, change: Partial<ExportRow>): Promise<boolean> =>
  (await trx<ExportRow>('exports').where({ id }).whereIn('status', ['waiting', 'running']).update(change)) > 0

/** Ends every export that is ready or under way, so that nothing of it is fetched any more. @returns their ids */
export const withdrawExports = async (trx: Trx, now: Date): Promise<string[]> => {
  const ready = await trx<ExportRow>('exports').where({ status: 'ready' }).update({ status: 'expired' }).returning('id')
  const underWay = await trx<ExportRow>('exports')
    .whereIn('status', ['waiting', 'running'])
    .update({ status: 'failed', failure: 'interrupted', finished_at: now })
    .returning('id')
  return [...ready, ...underWay].map(({ id }) => id)
}

/** Made exports that this code's hash may be of, the newest first. */
export const selectProvable = (trx: Trx): Promise<Pick<ExportRow, 'id' | 'opening_code_hash'>[]> =>
  trx<ExportRow>('exports')
    .whereNotNull('opening_code_hash')
    .orderBy('created_at', 'desc')
    .select('id', 'opening_code_hash')

export const noteProved = (trx: Trx, id: string, by: number | null, at: Date) =>
  trx<ExportRow>('exports').where({ id }).update({ proved_at: at, proved_by: by })
