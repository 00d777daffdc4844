import { randomUUID } from 'node:crypto'
import type { Actor } from '../../platform/actor.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import { dayIn } from '../../platform/time/wall-clock.ts'
import { mostlyLooksLike, noTally, tallyCell, type Tally } from './columns/looks-like.ts'
import { isLeftOut } from './columns/guess.ts'
import type { Needs } from './needs.ts'
import { nobodySeen, planRows, withoutDecision, type PlannedRow } from './plan.ts'
import { findImport, listRows, lockImport, setOutcomes, updateImport, type RowRecord } from './queries.ts'
import { readableHeader, type FileReading, type Seals } from './sealed.ts'
import { countRow, nothingPlanned, type Planned } from './states.ts'

/** Few enough that pages served by the same process don't wait. */
const batch = 200

/**
 * Works out what an import would do, changing nothing but the rows' own outcomes. Begins anew whenever it is started,
 * and stops when another run has begun.
 */
export const createPreview =
  ({ db, clock, clients, country, timeZone }: Needs, seals: Seals) =>
  async (actor: Actor, importId: string): Promise<void> => {
    const run = randomUUID()
    const planned = nothingPlanned()
    const seen = nobodySeen()
    const tallies = new Map<number, Tally>()
    let after = 0

    const next = async (trx: Trx, actor: Actor): Promise<boolean> => {
      const record = await lockImport(trx, importId)
      if (record?.state !== 'previewing' || record.run_id !== run) return false

      const reading = await seals.openReading(record)
      const rows = await seals.openRows(
        actor.tenantId,
        await listRows(trx, importId, { after, limit: batch }),
        reading.encoding,
      )
      const found = await planRows(
        { trx, actor, clients, country, today: dayIn(clock(), await timeZone(trx, actor)) },
        rows.map(withoutDecision),
        reading,
        seen,
      )
      for (const row of found) count(planned, row)
      const unused = unusedColumns(readableHeader(await seals.openFile(record), reading.encoding), reading)
      for (const { cells } of rows) tallyUnused(tallies, cells, unused)
      await setOutcomes(trx, importId, found.map(outcomeOf))

      after = rows.at(-1)?.number ?? after
      const finished = rows.length < batch
      await updateImport(trx, importId, {
        rows_done: record.rows_done + rows.length,
        stirred_at: clock(),
        ...(finished && { state: 'previewed', planned: { ...planned, overlooked: overlookedIn(tallies) } }),
      })
      return !finished
    }

    const record = await db.asTenant(actor, async trx => {
      const found = await findImport(trx, importId)
      if (found?.state === 'previewing') await updateImport(trx, importId, { run_id: run, rows_done: 0 })
      return found
    })
    // The worker must not count what is hidden from whoever asked.
    const behalf = { ...actor, accountId: record?.result.previewedBy ?? record?.created_by ?? null }
    while (await db.asTenant(behalf, trx => next(trx, behalf)));
  }

export const outcomeOf = ({ row, outcome, refusals, warnings }: PlannedRow) => ({
  id: row.id,
  outcome,
  refusals,
  warnings,
})

/** Adds a row to the counts; a refused row with two reasons counts under each. */
export const count = (planned: Planned, { outcome, refusals, warnings, changed }: PlannedRow) => {
  countRow(planned.counts, outcome)
  if (warnings.length > 0) planned.warned++
  const reasons = outcome === 'refused' ? refusals.map(refusal => refusal.code) : []
  for (const code of new Set(reasons)) planned.refusals[code] = (planned.refusals[code] ?? 0) + 1
  for (const code of new Set(warnings.map(warning => warning.code)))
    planned.warnings[code] = (planned.warnings[code] ?? 0) + 1
  for (const field of changed) planned.changed[field] = (planned.changed[field] ?? 0) + 1
}

/** Takes a refused or left out row, as it is stored, out of the counts again. */
export const uncount = (planned: Planned, { outcome, refusals }: Pick<RowRecord, 'outcome' | 'refusals'>) => {
  if (outcome === 'refused') planned.counts.refused--
  else if (outcome === 'left-out') planned.counts['left-out'] = (planned.counts['left-out'] ?? 1) - 1
  const codes = new Set<string>(refusals.map(refusal => refusal.code))
  const left = Object.entries(planned.refusals).map(
    ([code, rows]) => [code, codes.has(code) ? rows - 1 : rows] as const,
  )
  planned.refusals = Object.fromEntries(left.filter(([, rows]) => rows > 0))
}

/** Columns that nobody imports and nobody leaves out on purpose. */
const unusedColumns = (header: readonly string[], { columns }: FileReading): number[] =>
  columns.flatMap((field, column) => (field || isLeftOut(header[column] ?? '') ? [] : [column]))

const tallyUnused = (tallies: Map<number, Tally>, cells: readonly string[], unused: readonly number[]) => {
  for (const column of unused) {
    const tally = tallies.get(column) ?? noTally()
    tallyCell(tally, cells[column] ?? '')
    tallies.set(column, tally)
  }
}

const overlookedIn = (tallies: ReadonlyMap<number, Tally>) =>
  [...tallies].flatMap(([column, tally]) => {
    const looksLike = mostlyLooksLike(tally)
    return looksLike ? [{ column, looksLike }] : []
  })
