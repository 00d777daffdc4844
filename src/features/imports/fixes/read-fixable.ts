import type { Actor } from '../../../platform/actor.ts'
import type { Trx } from '../../../platform/db/tenant.ts'
import { dayIn } from '../../../platform/time/wall-clock.ts'
import type { Needs } from '../needs.ts'
import { listRows, type ImportRecord } from '../queries.ts'
import { readableHeader, type OpenRow, type Seals } from '../sealed.ts'
import type { FixableOutcome } from '../states.ts'
import { editableColumns, shownCells, stateOf } from './editable.ts'
import { pageEndingAt } from './queries.ts'
import { placeRefusals, type PlacedRefusals } from './place-refusals.ts'

export type FixFilter = { show: FixableOutcome; after: number }
/** `seen`: see `stateOf`. `columns`: those that can be typed over; none where the row is too large for a form. */
export type FixableRow = { row: OpenRow; seen: string; columns: number[]; placed: PlacedRefusals }

const rowsOnPage = 20
/** A form has no more fields than the server reads (see http/body), and no more text; a byte becomes up to three. */
const fieldsOnPage = 1800
const bytesOnPage = 100_000

/** A page of rows to fix, with why each cell is refused. */
export const createReadFixable =
  ({ clock, country, timeZone }: Needs, seals: Seals) =>
  async (trx: Trx, actor: Actor, record: ImportRecord, { show, after }: FixFilter) => {
    const [file, reading] = [await seals.openFile(record), await seals.openReading(record)]
    const header = readableHeader(file, reading.encoding)
    const used = reading.columns.filter(Boolean).length
    const limit = Math.min(rowsOnPage, Math.max(1, Math.floor(fieldsOnPage / (used + 2))))
    const list = (past: number) =>
      listRows(trx, record.id, { outcomes: [show], after: past, limit: limit + 1 }).then(found => ({ found, past }))
    const asked = await list(after)
    // The rows of the last page may have left it all at once.
    const { found, past } = asked.found.length === 0 && after > 0 ? await list(0) : asked
    const opened = await seals.openRows(actor.tenantId, found.slice(0, limit), reading.encoding)
    const shown = fitting(opened, row => sizeOf(row, reading.columns))
    const ground = { reading, today: dayIn(clock(), await timeZone(trx, actor)), country: await country(trx, actor) }
    const rows = shown.map((row): FixableRow => ({
      row,
      seen: stateOf(row.left_out, shownCells(row, reading.columns)),
      columns: sizeOf(row, reading.columns) > bytesOnPage ? [] : editableColumns(row, reading.columns),
      placed: placeRefusals(row, row.refusals, ground),
    }))
    return {
      header,
      reading,
      rows,
      after: past,
      previous: past > 0 ? await pageEndingAt(trx, record.id, show, past, limit) : null,
      next: found.length > shown.length ? (shown.at(-1)?.number ?? null) : null,
    }
  }

const sizeOf = (row: OpenRow, columns: Parameters<typeof shownCells>[1]) =>
  Object.values(shownCells(row, columns)).reduce((sum, text) => sum + Buffer.byteLength(text), 0)

/** The first rows that go into one form together; one at least. */
const fitting = (rows: readonly OpenRow[], size: (row: OpenRow) => number): OpenRow[] => {
  let room = bytesOnPage
  return rows.filter((row, index) => {
    room -= size(row)
    return index === 0 || room >= 0
  })
}
