import type { Trx } from '../../../platform/db/tenant.ts'
import { rows, type RowRecord } from '../queries.ts'
import type { Outcome } from '../states.ts'

type RevisedRow = Pick<RowRecord, 'id' | 'row_sealed' | 'left_out' | 'fixed_columns'>

/** Keeps what a person has fixed in a row, or that it is left out. */
export const reviseRow = async (trx: Trx, importId: string, { id, ...revised }: RevisedRow) => {
  await rows(trx).where({ import_id: importId, id }).update(revised)
}

/** In how many rows a person has fixed something, and in which columns. */
export const countFixes = async (trx: Trx, importId: string): Promise<{ rows: number; columns: number[] }> => {
  const list = await rows(trx)
    .where({ import_id: importId })
    .whereRaw(`fixed_columns <> '{}'`)
    .groupBy('fixed_columns')
    .select<{ fixed_columns: number[]; count: string }[]>('fixed_columns', trx.raw('count(*)'))
  return {
    rows: list.reduce((sum, { count }) => sum + Number(count), 0),
    columns: [...new Set(list.flatMap(one => one.fixed_columns))].sort((one, other) => one - other),
  }
}

/** The number of the row past which the page begins that ends with row `last`; 0 where it is the first page. */
export const pageEndingAt = async (trx: Trx, importId: string, outcome: Outcome, last: number, length: number) => {
  const before = await rows(trx)
    .where({ import_id: importId, outcome })
    .where('number', '<=', last)
    .orderBy('number', 'desc')
    .offset(length)
    .first('number')
  return before?.number ?? 0
}
