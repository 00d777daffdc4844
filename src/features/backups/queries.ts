import type { Trx } from '../../platform/db/tenant.ts'
import { installationId } from '../../platform/actor.ts'
import type { Problem } from './faults.ts'

export type BackupRow = {
  tenant_id: string
  id: string
  /** 'YYYY-MM-DD' */
  night: string | null
  asked_by: number | null
  asked_at: Date
  status: 'waiting' | 'running' | 'made' | 'failed' | 'removed'
  failure: Problem | null
  started_at: Date | null
  finished_at: Date | null
  done_bytes: string
  about_bytes: string
  size: string | null
  sha256: string | null
  rows: string | null
  proof: 'none' | 'running' | 'proven' | 'failed'
  proof_failure: Problem | null
  proof_tries: number
  proof_started_at: Date | null
  proof_finished_at: Date | null
  opened_rows: number | null
  database_bytes: string | null
}
export type Change = Partial<
  Omit<BackupRow, 'tenant_id' | 'id' | 'size' | 'done_bytes' | 'about_bytes' | 'rows' | 'database_bytes'>
> &
  Partial<Record<'size' | 'done_bytes' | 'about_bytes' | 'rows' | 'database_bytes', number>>
type WarningRow = { tenant_id: string; wrong_since: Date; told_at: Date | null; telling_until: Date | null }

const mostShown = 400

export const selectBackups = (trx: Trx, most = mostShown): Promise<BackupRow[]> =>
  trx<BackupRow>('backups')
    .orderBy([
      { column: 'asked_at', order: 'desc' },
      { column: 'id', order: 'desc' },
    ])
    .limit(most)

export const findBackup = (trx: Trx, id: string): Promise<BackupRow | undefined> =>
  trx<BackupRow>('backups').where({ id }).first()

export const insertBackup = (trx: Trx, row: Pick<BackupRow, 'id' | 'night' | 'asked_by' | 'asked_at' | 'status'>) =>
  trx('backups').insert({ ...row, tenant_id: installationId })

export const updateBackup = (trx: Trx, id: string, change: Change): Promise<number> =>
  trx('backups').where({ id }).update(change)

/** What its worker has left behind. @returns whether there was anything */
export const markInterrupted = async (trx: Trx, at: Date): Promise<string[]> => {
  const failed: { id: string }[] = await trx('backups')
    .where({ status: 'running' })
    .update({ status: 'failed', failure: 'interrupted', finished_at: at })
    .returning('id')
  await trx('backups')
    .where({ proof: 'running' })
    .update({ proof: 'none', proof_failure: 'interrupted', proof_finished_at: at })
  return failed.map(({ id }) => id)
}

export const installedAt = async (trx: Trx): Promise<Date | null> => {
  const row = (await trx('tenants').where({ id: installationId }).first('created_at')) as
    { created_at: Date } | undefined
  return row?.created_at ?? null
}

/** Since when something is wrong. */
export const noteWrong = async (trx: Trx, at: Date): Promise<Date> => {
  await trx('backup_warnings').insert({ tenant_id: installationId, wrong_since: at }).onConflict(['tenant_id']).ignore()
  return (await trx<WarningRow>('backup_warnings').first('wrong_since'))!.wrong_since
}

export const forgetWrong = (trx: Trx): Promise<number> => trx('backup_warnings').delete()

/** Takes it on oneself to tell the operators: one process does, once in so long. */
export const claimTelling = async (trx: Trx, now: Date, until: Date, toldBefore: Date): Promise<boolean> =>
  (await trx<WarningRow>('backup_warnings')
    .where(query => void query.whereNull('told_at').orWhere('told_at', '<=', toldBefore))
    .where(query => void query.whereNull('telling_until').orWhere('telling_until', '<=', now))
    .update({ telling_until: until })) > 0

export const noteTold = (trx: Trx, at: Date | null) =>
  trx<WarningRow>('backup_warnings').update({ telling_until: null, ...(at ? { told_at: at } : {}) })
