import type { Trx } from '../../../platform/db/tenant.ts'
import type { ExportRow } from '../queries.ts'

type CopyRow = Pick<ExportRow, 'id' | 'created_at' | 'size' | 'sha256'>
const columns = ['id', 'created_at', 'size', 'sha256'] as const

const madeByThemselves = (trx: Trx) => trx<ExportRow>('exports').where({ scheduled: true })

/** Exports that belong into the store and are not there, the newest first: it is the one that will be asked for. */
export const selectUncopied = (trx: Trx): Promise<CopyRow[]> =>
  madeByThemselves(trx)
    .where({ status: 'ready' })
    .where(row => row.whereNull('copy_state').orWhere('copy_state', 'failed'))
    .orderBy([{ column: 'created_at', order: 'desc' }, 'id'])
    .select(...columns)

/** Exports whose copy has to leave the store. */
export const selectLeaving = (trx: Trx): Promise<CopyRow[]> =>
  madeByThemselves(trx)
    .where({ copy_state: 'leaving' })
    .orderBy('id')
    .select(...columns)

/** Writes how copying went, unless the export was taken back meanwhile. @returns whether it still stands */
export const noteCopy = async (
  trx: Trx,
  id: string,
  { state, failure, at }: { state: 'stored' | 'failed'; failure: ExportRow['copy_failure']; at: Date },
): Promise<boolean> =>
  (await trx<ExportRow>('exports')
    .where({ id, status: 'ready' })
    .update({ copy_state: state, copy_failure: failure, copied_at: at })) > 0

export const noteRemoved = (trx: Trx, id: string) =>
  trx<ExportRow>('exports').where({ id }).update({ copy_state: 'removed', copy_failure: null })

/** Has the copies of exports that are no longer kept leave the store; one that may have been begun as well. */
export const letCopiesLeave = (trx: Trx) =>
  madeByThemselves(trx)
    .where({ status: 'expired' })
    .where(row => row.whereNull('copy_state').orWhereIn('copy_state', ['stored', 'failed']))
    .update({ copy_state: 'leaving' })

/** Whether the organisation ever asked for an export, as far as this database knows. */
export const hasExports = async (trx: Trx): Promise<boolean> => Boolean(await trx<ExportRow>('exports').first('id'))

/** The newest export that lies in the store. */
export const selectNewestStored = (trx: Trx): Promise<Pick<ExportRow, 'id' | 'finished_at'> | undefined> =>
  madeByThemselves(trx).where({ copy_state: 'stored' }).orderBy('created_at', 'desc').first('id', 'finished_at')

/** The newest export that made itself and whose file is still there. */
export const selectNewestKept = (trx: Trx): Promise<Pick<ExportRow, 'id' | 'copy_state'> | undefined> =>
  madeByThemselves(trx).where({ status: 'ready' }).orderBy('created_at', 'desc').first('id', 'copy_state')
