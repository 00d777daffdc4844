import type { Trx } from '../../platform/db/tenant.ts'
import type { Refusal, Warning } from './columns/read-row.ts'
import type { Decision, Outcome, Planned, Result, State } from './states.ts'

export type ImportRecord = {
  tenant_id: string
  id: string
  state: State
  file_sealed: Buffer
  reading_sealed: Buffer | null
  row_count: number
  rows_done: number
  run_id: string | null
  planned: Planned
  result: Result
  created_by: number
  started_by: number | null
  created_at: Date
  stirred_at: Date
  started_at: Date | null
  finished_at: Date | null
  rows_dropped_at: Date | null
}
export type RowRecord = {
  id: string
  number: number
  row_sealed: Buffer
  outcome: Outcome | 'unknown'
  refusals: Refusal[]
  warnings: Warning[]
  decision: Decision | null
  left_out: boolean
  /** The places of the columns in which a person has fixed the cell. */
  fixed_columns: number[]
}
export type RowOutcome = Pick<RowRecord, 'id' | 'outcome' | 'refusals' | 'warnings'>
type NewImport = Pick<ImportRecord, 'tenant_id' | 'id' | 'file_sealed' | 'created_by' | 'created_at' | 'stirred_at'>

const imports = (trx: Trx) => trx<ImportRecord>('imports')
export const rows = (trx: Trx) => trx<RowRecord & { tenant_id: string; import_id: string }>('import_rows')

export const insertImport = async (trx: Trx, record: NewImport) => {
  await imports(trx).insert(record)
}

export const findImport = (trx: Trx, id: string) => imports(trx).where({ id }).first()

export const lockImport = (trx: Trx, id: string) => imports(trx).where({ id }).forUpdate().first()

export const updateImport = async (trx: Trx, id: string, changes: Partial<ImportRecord>) => {
  await imports(trx).where({ id }).update(changes)
}

/** Removes an import and, by its foreign key, its rows. */
export const deleteImport = async (trx: Trx, id: string) => {
  await imports(trx).where({ id }).delete()
}

/** Newest first; `before` is the last import of the page before. */
export const listImports = (trx: Trx, limit: number, before?: Pick<ImportRecord, 'created_at' | 'id'>) => {
  const list = imports(trx)
    .whereNot({ state: 'uploading' })
    .orderBy([
      { column: 'created_at', order: 'desc' },
      { column: 'id', order: 'desc' },
    ])
    .limit(limit)
  return before ? list.whereRaw('(created_at, id) < (?, ?)', [before.created_at, before.id]) : list
}

export const insertRows = async (
  trx: Trx,
  tenantId: string,
  importId: string,
  fresh: Pick<RowRecord, 'id' | 'number' | 'row_sealed'>[],
) => {
  await trx.raw(
    `insert into import_rows (tenant_id, import_id, id, number, row_sealed)
     select ?, ?, fresh.* from unnest(?::uuid[], ?::int[], ?::bytea[]) fresh`,
    [tenantId, importId, fresh.map(row => row.id), fresh.map(row => row.number), fresh.map(row => row.row_sealed)],
  )
}

type Filter = {
  outcomes?: readonly (Outcome | 'unknown')[]
  ids?: readonly string[]
  warned?: boolean
  after?: number
  limit: number
}

/** Rows of an import by their number in the file, from the one past `after`. */
export const listRows = (
  trx: Trx,
  importId: string,
  { outcomes, ids, warned, after = 0, limit }: Filter,
): Promise<RowRecord[]> => {
  const list = rows(trx).where({ import_id: importId }).where('number', '>', after).orderBy('number').limit(limit)
  if (outcomes) list.whereIn('outcome', [...outcomes])
  if (ids) list.whereRaw('id = any(?::uuid[])', [ids as string[]])
  if (warned) list.whereRaw(`warnings <> '[]'`)
  return list.select(
    'id',
    'number',
    'row_sealed',
    'outcome',
    'refusals',
    'warnings',
    'decision',
    'left_out',
    'fixed_columns',
  )
}

/** Writes the outcome of many rows at once; what was decided of them holds no longer. */
export const setOutcomes = async (trx: Trx, importId: string, found: readonly RowOutcome[]) => {
  if (found.length === 0) return
  await trx.raw(
    `update import_rows
        set outcome = found.outcome, refusals = found.refusals, warnings = found.warnings, decision = null
       from (select unnest(?::uuid[]) as id, unnest(?::text[]) as outcome, unnest(?::jsonb[]) as refusals, unnest(?::jsonb[]) as warnings) found
      where import_rows.id = found.id and import_rows.import_id = ?`,
    [
      found.map(row => row.id),
      found.map(row => row.outcome),
      found.map(row => JSON.stringify(row.refusals)),
      found.map(row => JSON.stringify(row.warnings)),
      importId,
    ],
  )
}

export const deleteRows = async (trx: Trx, importId: string, ids: readonly string[]) => {
  await rows(trx)
    .where({ import_id: importId })
    .whereRaw('id = any(?::uuid[])', [ids as string[]])
    .delete()
}

/** Drops what an import need not keep: all of its rows, or all but the refused. */
export const dropRows = async (trx: Trx, importId: string, { keepRefused }: { keepRefused: boolean }) => {
  const list = rows(trx).where({ import_id: importId })
  if (keepRefused) list.whereNot({ outcome: 'refused' })
  await list.delete()
}

/** Uploads that nobody has carried on since `since`: their connection or their server is gone. */
export const deleteHalfImports = async (trx: Trx, since: Date) => {
  await imports(trx).where({ state: 'uploading' }).where('stirred_at', '<', since).delete()
}

/** Imports whose rows nobody has come for since `since`. */
export const expiredImports = (trx: Trx, since: Date) =>
  imports(trx)
    .whereIn('state', ['mapping', 'previewed', 'done', 'taken-back'])
    .whereNull('rows_dropped_at')
    .whereRaw('coalesce(finished_at, stirred_at) < ?', [since])
    .select('id', 'state')

/** Takes note that a stalled import is to be carried on; false where it goes on by itself, or somebody else just did. */
export const stirStalled = async (
  trx: Trx,
  id: string,
  states: readonly State[],
  since: Date,
  now: Date,
): Promise<boolean> =>
  (await imports(trx)
    .where({ id })
    .whereIn('state', [...states])
    .where('stirred_at', '<', since)
    .update({ stirred_at: now })) > 0
