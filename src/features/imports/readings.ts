import type { Actor } from '../../platform/actor.ts'
import { record as audit, recordMany } from '../../platform/audit/record.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import { dayIn } from '../../platform/time/wall-clock.ts'
import { arrived } from './arrived.ts'
import { isLeftOut, guessReading } from './columns/guess.ts'
import { mostlyLooksLike, noTally, tallyCell, type Telltale } from './columns/looks-like.ts'
import { maxHeadingRow } from './file/heading.ts'
import { readable, type Encoding } from './file/letters.ts'
import { countFixes } from './fixes/queries.ts'
import { createReadFixable, type FixFilter } from './fixes/read-fixable.ts'
import type { Needs } from './needs.ts'
import { nobodySeen, planRows, withoutDecision, type PlannedRow } from './plan.ts'
import { findImport, listImports, listRows, type ImportRecord } from './queries.ts'
import { countDecisions, type Decided } from './rows/decision-queries.ts'
import { readableHeader, type FileFacts, type FileReading, type OpenRow, type Seals } from './sealed.ts'
import type { Outcome } from './states.ts'

export type ImportView = Omit<ImportRecord, 'file_sealed' | 'reading_sealed' | 'tenant_id' | 'run_id'> & {
  name: string
}
/** `looksLike`: what most cells of a column look like that is not left out on purpose. */
export type Column = { name: string; samples: string[]; leftOut: boolean; looksLike: Telltale | null }
export type ColumnsView = {
  file: FileFacts
  columns: Column[]
  reading: FileReading
  unnamed: number
  repeated: string[]
  /** The first rows of the file, of which one holds the headings. */
  headings: { number: number; text: string }[]
}
export type RowFilter = { outcome?: Outcome | undefined; warned?: boolean; after?: number; limit: number }

/** Rows looked into for samples, and how many different ones are shown of a column. */
const sampledRows = 200
const samplesShown = 3
const pageLength = 20

/** What people are shown of imports. */
export const createReadings = (needs: Needs, seals: Seals) => {
  const { db, clock, clients, country, timeZone } = needs
  const readFixable = createReadFixable(needs, seals)
  const mustFind = async (trx: Trx, importId: string) => arrived(await findImport(trx, importId))

  const viewOf = async (record: ImportRecord): Promise<ImportView> => {
    const { file_sealed: _, reading_sealed: __, tenant_id: ___, run_id: ____, ...rest } = record
    return { ...rest, name: (await seals.openFile(record)).name }
  }

  const readRows = async (
    trx: Trx,
    actor: Actor,
    record: ImportRecord,
    { outcome, warned = false, after = 0, limit }: RowFilter,
  ) => {
    const [file, reading] = await Promise.all([seals.openFile(record), seals.openReading(record)])
    const filter = { ...(outcome && { outcomes: [outcome] }), warned, after, limit: limit + 1 }
    const found = await listRows(trx, record.id, filter)
    const shown = await seals.openRows(actor.tenantId, found.slice(0, limit), reading.encoding)
    const ground = { trx, actor, clients, country, today: dayIn(clock(), await timeZone(trx, actor)) }
    // A row that was decided is shown with the client it seems to be about, as one that was not.
    const planned = await planRows(ground, shown.map(withoutDecision), reading, nobodySeen())
    const met = planned.flatMap(({ before, lookalike }) => [before?.id ?? [], lookalike?.id ?? []].flat())
    await recordMany(trx, actor, 'client.viewed', met, { import: record.id })
    return {
      header: readableHeader(file, reading.encoding),
      reading,
      rows: planned.map((one, index) => asAnnounced(one, shown[index]!)),
      next: found.length > limit ? (shown.at(-1)?.number ?? null) : null,
    }
  }

  return {
    /** @throws NotFound */
    view: (actor: Actor, importId: string): Promise<ImportView> =>
      db.asTenant(actor, async trx => viewOf(await mustFind(trx, importId))),

    /** What was decided of the rows that somebody must decide. @throws NotFound */
    decided: (actor: Actor, importId: string): Promise<Decided> =>
      db.asTenant(actor, async trx => {
        await mustFind(trx, importId)
        return countDecisions(trx, importId)
      }),

    /** A page of imports, newest first. `before` is the id of the last one of the page before. */
    list: (actor: Actor, before?: string): Promise<{ imports: ImportView[]; next: string | null }> =>
      db.asTenant(actor, async trx => {
        const last = before ? await findImport(trx, before) : undefined
        const found = await listImports(trx, pageLength + 1, last)
        const shown = found.slice(0, pageLength)
        return {
          imports: await Promise.all(shown.map(viewOf)),
          next: found.length > pageLength ? (shown.at(-1)?.id ?? null) : null,
        }
      }),

    /**
     * The columns with what stands in their first rows, and how they are read now.
     * @param encoding shows and guesses anew as if the file were in this encoding
     * @throws NotFound
     */
    columns: (actor: Actor, importId: string, encoding?: Encoding): Promise<ColumnsView> =>
      db.asTenant(actor, async trx => {
        const record = await mustFind(trx, importId)
        const file = await seals.openFile(record)
        const kept = await seals.openReading(record)
        const chosen = encoding ?? kept.encoding
        const header = readableHeader(file, chosen)
        const rows = await seals.openRows(actor.tenantId, await listRows(trx, importId, { limit: sampledRows }), chosen)
        const cells = rows.map(row => row.cells)
        await audit(trx, actor, 'import.rows-read', importId, { rows: rows.length })
        return {
          file,
          reading: encoding && encoding !== kept.encoding ? { ...guessReading(header, cells), encoding } : kept,
          columns: header.map((name, index) => ({
            name,
            samples: [...new Set(cells.map(row => (row[index] ?? '').trim().slice(0, 60)).filter(Boolean))].slice(
              0,
              samplesShown,
            ),
            leftOut: isLeftOut(name),
            looksLike: isLeftOut(name) ? null : looksOf(cells.map(row => row[index] ?? '')),
          })),
          headings: [
            ...file.above.map(row => ({ ...row, cells: row.cells.map(cell => readable(cell, chosen)) })),
            { number: file.headerRow, cells: header },
            ...rows,
          ]
            .slice(0, maxHeadingRow)
            .map(row => ({ number: row.number, text: row.cells.filter(Boolean).join(' · ').slice(0, 120) })),
          unnamed: header.filter(name => name === '').length,
          repeated: [...new Set(header.filter((name, index) => name !== '' && header.indexOf(name) !== index))],
        }
      }),

    /**
     * A page of rows with what will become, or became, of each. Clients whose records the rows meet are shown with what is
     * recorded of them: that is audited as a reading of each.
     * @throws NotFound
     */
    rows: (actor: Actor, importId: string, filter: RowFilter) =>
      db.asTenant(actor, async trx => {
        const page = await readRows(trx, actor, await mustFind(trx, importId), filter)
        await audit(trx, actor, 'import.rows-read', importId, { rows: page.rows.length })
        return page
      }),

    /**
     * What the page of a preview shows: the first rows of one kind, and a page of those to fix, which is one reading of rows.
     * @throws NotFound
     */
    previewPage: (actor: Actor, importId: string, { first, fix }: { first: RowFilter; fix: FixFilter }) =>
      db.asTenant(actor, async trx => {
        const record = await mustFind(trx, importId)
        const [page, fixes] = [await readRows(trx, actor, record, first), await readFixable(trx, actor, record, fix)]
        await audit(trx, actor, 'import.rows-read', importId, { rows: page.rows.length + fixes.rows.length })
        return { first: page, fixes }
      }),

    /** A page of rows to fix, or of those that were left out. @throws NotFound */
    fixable: (actor: Actor, importId: string, filter: FixFilter) =>
      db.asTenant(actor, async trx => {
        const page = await readFixable(trx, actor, await mustFind(trx, importId), filter)
        await audit(trx, actor, 'import.rows-read', importId, { rows: page.rows.length })
        return page
      }),

    /** What people have fixed in the rows. @throws NotFound */
    fixed: (actor: Actor, importId: string): Promise<{ rows: number; columns: number[] }> =>
      db.asTenant(actor, async trx => {
        await mustFind(trx, importId)
        return countFixes(trx, importId)
      }),
  }
}
export type ShownRow = PlannedRow

const looksOf = (cells: readonly string[]): Telltale | null => {
  const tally = noTally()
  for (const cell of cells) tallyCell(tally, cell)
  return mostlyLooksLike(tally)
}

/** The outcome that was announced for the row, with the details of the records as they are now. */
const asAnnounced = (planned: PlannedRow, row: OpenRow): ShownRow => {
  const { outcome, refusals, warnings } = row
  return { ...planned, row, outcome: outcome === 'unknown' ? planned.outcome : outcome, refusals, warnings }
}
