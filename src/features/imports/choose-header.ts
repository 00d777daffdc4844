import { randomUUID } from 'node:crypto'
import type { Actor } from '../../platform/actor.ts'
import { Conflict, NotFound } from '../../platform/errors.ts'
import { arrived } from './arrived.ts'
import { guessReading } from './columns/guess.ts'
import { withoutEmptyEnd } from './file/table.ts'
import { maxHeadingRow } from './file/heading.ts'
import type { Needs } from './needs.ts'
import { deleteRows, insertRows, listRows, lockImport, updateImport } from './queries.ts'
import { readableHeader, type Seals } from './sealed.ts'
import { limits, rowsLookedAt } from './upload.ts'

/**
 * Takes another of a file's first rows for the headings of its columns: rows above it become titles, which are not imported,
 * and titles below it become rows. What the columns are is guessed anew. What was fixed stays with its row and column; where
 * the row is none any more, it is dropped. The present row changes nothing.
 */
export const createChooseHeader =
  ({ db, clock }: Needs, seals: Seals) =>
  /** @returns in how many rows something was fixed or decided that is dropped @throws NotFound where there is no such row among the first, Conflict */
  (actor: Actor, importId: string, number: number): Promise<{ dropped: number }> =>
    db.asTenant(actor, async trx => {
      const { tenantId } = actor
      const record = arrived(await lockImport(trx, importId))
      if (record.state !== 'mapping' && record.state !== 'previewed')
        throw new Conflict('imports:conflict.already-started')

      const file = await seals.openFile(record)
      if (number === file.headerRow) return { dropped: 0 }
      const { encoding } = await seals.openReading(record)
      const stored = await listRows(trx, importId, { limit: maxHeadingRow })
      const below = await seals.openBytes(tenantId, stored)
      const above = [...file.above, { number: file.headerRow, cells: file.header }]
      const chosen = [...above, ...below].find(row => row.number === number)
      if (!chosen || chosen.cells.length > limits.columns) throw new NotFound()

      const gone = stored.filter(row => row.number <= number)
      const back = above.filter(row => row.number > number)
      await deleteRows(
        trx,
        importId,
        gone.map(row => row.id),
      )
      const fresh = back.map(async row => {
        const id = randomUUID()
        return { id, number: row.number, row_sealed: await seals.sealRow(tenantId, id, row) }
      })
      await insertRows(trx, tenantId, importId, await Promise.all(fresh))

      const header = withoutEmptyEnd(chosen.cells, 0)
      const titles = [...above, ...below]
        .filter(row => row.number < number)
        .map(row => ({ number: row.number, cells: row.cells }))
      const next = { ...file, header, headerRow: number, above: titles }
      const first = await seals.openRows(tenantId, await listRows(trx, importId, { limit: rowsLookedAt }), encoding)
      const reading = guessReading(
        readableHeader(next, encoding),
        first.map(row => row.cells),
      )
      await updateImport(trx, importId, {
        state: 'mapping',
        file_sealed: await seals.sealFile(tenantId, importId, next),
        reading_sealed: await seals.sealReading(tenantId, importId, { ...reading, encoding }),
        row_count: record.row_count - gone.length + back.length,
        stirred_at: clock(),
      })
      return { dropped: gone.filter(row => row.left_out || row.fixed_columns.length > 0).length }
    })
