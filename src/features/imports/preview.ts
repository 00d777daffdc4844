import { randomUUID } from 'node:crypto'
import type { Actor } from '../../platform/actor.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import { dayIn } from '../../platform/time/wall-clock.ts'
import type { Needs } from './needs.ts'
import { nobodySeen, planRows, type PlannedRow } from './plan.ts'
import { findImport, listRows, lockImport, setOutcomes, updateImport } from './queries.ts'
import type { Seals } from './sealed.ts'
import { nothingPlanned, type Planned } from './states.ts'

/** Few enough that pages served by the same process don't wait. */
const batch = 200

/**
 * Works out what an import would do, changing nothing but the rows' own outcomes. Begins anew whenever it is started,
 * and stops when another run has begun.
 */
export const createPreview =
  ({ db, clock, clients, timeZone }: Needs, seals: Seals) =>
  async (actor: Actor, importId: string): Promise<void> => {
    const run = randomUUID()
    const planned = nothingPlanned()
    const seen = nobodySeen()
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
        { trx, actor, clients, today: dayIn(clock(), await timeZone(trx, actor)) },
        rows,
        reading,
        seen,
      )
      for (const row of found) count(planned, row)
      await setOutcomes(trx, importId, found.map(outcomeOf))

      after = rows.at(-1)?.number ?? after
      const finished = rows.length < batch
      await updateImport(trx, importId, {
        rows_done: record.rows_done + rows.length,
        stirred_at: clock(),
        ...(finished && { state: 'previewed', planned }),
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

/** Adds a row to the counts; a row with two reasons counts under each. */
const count = (planned: Planned, { outcome, refusals, warnings, changed }: PlannedRow) => {
  planned.counts[outcome]++
  if (warnings.length > 0) planned.warned++
  for (const code of new Set(refusals.map(refusal => refusal.code)))
    planned.refusals[code] = (planned.refusals[code] ?? 0) + 1
  for (const code of new Set(warnings.map(warning => warning.code)))
    planned.warnings[code] = (planned.warnings[code] ?? 0) + 1
  for (const field of changed) planned.changed[field] = (planned.changed[field] ?? 0) + 1
}
