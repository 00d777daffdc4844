import { randomUUID } from 'node:crypto'
import type { Actor } from '../../platform/actor.ts'
import { record as audit } from '../../platform/audit/record.ts'
import { limitOf } from '../../platform/db/limits.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import { dayIn } from '../../platform/time/wall-clock.ts'
import type { Needs } from './needs.ts'
import { nobodySeen, planRows, type PlannedRow } from './plan.ts'
import { outcomeOf } from './preview.ts'
import {
  deleteRows,
  dropRows,
  findImport,
  listRows,
  lockImport,
  setOutcomes,
  updateImport,
  type ImportRecord,
  type RowOutcome,
} from './queries.ts'
import type { Seals } from './sealed.ts'
import { countRow } from './states.ts'

/** Enough that what a transaction costs by itself is little. */
const batch = 500
/** A turn of the worker; a long import takes many, so that a worker that is asked to stop soon can. */
const usualTurnMs = 2000
/** So many rows are refused at once where there is no room. */
const mostRefused = 1000

/**
 * Carries out a previewed import, `batch` rows a transaction. A row is deleted in the transaction that makes its client:
 * whatever is interrupted goes on where it stopped, and nothing goes in twice.
 */
export const createCarryOut = (
  { db, clock, clients, country, timeZone, turnMs = usualTurnMs }: Needs,
  seals: Seals,
) => {
  /** Does the next rows; null when there is nothing more to do. */
  const step = async (trx: Trx, actor: Actor, importId: string, size: number): Promise<number | null> => {
    const record = await lockImport(trx, importId)
    if (record?.state !== 'importing') return null
    const reading = await seals.openReading(record)
    const rows = await seals.openRows(
      actor.tenantId,
      await listRows(trx, importId, { outcomes: ['new', 'changed'], limit: size }),
      reading.encoding,
    )
    if (rows.length === 0) {
      await finish(trx, actor, record)
      return null
    }

    const today = dayIn(record.started_at ?? clock(), await timeZone(trx, actor))
    const planned = (await planRows({ trx, actor, clients, today, country }, rows, reading, nobodySeen())).map(
      refuseSurprises,
    )
    const found = await write(trx, actor, importId, planned)
    await deleteRows(
      trx,
      importId,
      found.filter(row => row.outcome !== 'refused').map(row => row.row.id),
    )
    await settle(trx, record, found.filter(row => row.outcome === 'refused').map(outcomeOf), found)
    return rows.length
  }

  /** Makes and changes the clients; whom somebody else was faster with is refused. */
  const write = async (
    trx: Trx,
    actor: Actor,
    importId: string,
    planned: readonly PlannedRow[],
  ): Promise<PlannedRow[]> => {
    const withIds = planned.map(row => ({ row, id: row.before?.id ?? randomUUID() }))
    const made = withIds.flatMap(({ row, id }) =>
      row.outcome === 'new' && row.after ? [{ id, profile: row.after }] : [],
    )
    const amended = withIds.flatMap(({ row: { outcome, before, after } }) =>
      outcome === 'changed' && before && after ? [{ ...before, profile: after }] : [],
    )
    const none = { refused: [] }
    const creation = made.length > 0 ? await clients.createMany(trx, actor, made, importId) : none
    const amendment = amended.length > 0 ? await clients.amendMany(trx, actor, amended, importId) : none
    const refused = new Set([...creation.refused, ...amendment.refused])
    return withIds.map(({ row, id }) => (refused.has(id) ? refusedMeanwhile(row) : row))
  }

  /**
   * Refuses, by itself, a row that the records would not take, so that it does not hold up the others. Where it is the
   * organisation that is full, every row that would make a client is refused; those that change one go on.
   */
  const refuseNext = async (trx: Trx, importId: string, full: boolean): Promise<void> => {
    const record = await lockImport(trx, importId)
    const rows = full
      ? await listRows(trx, importId, { outcomes: ['new'], limit: mostRefused })
      : await listRows(trx, importId, { outcomes: ['new', 'changed'], limit: 1 })
    if (record?.state !== 'importing' || rows.length === 0) return
    const code = full ? 'no-room' : 'not-saved'
    await settle(
      trx,
      record,
      rows.map(({ id }) => ({ id, outcome: 'refused', refusals: [{ code }], warnings: [] })),
      rows.map(() => ({ outcome: 'refused' })),
    )
  }

  const settle = async (
    trx: Trx,
    record: ImportRecord,
    refused: RowOutcome[],
    settled: readonly Pick<PlannedRow, 'outcome'>[],
  ) => {
    await setOutcomes(trx, record.id, refused)
    const counts = { ...record.result.counts }
    for (const { outcome } of settled) countRow(counts, outcome)
    await updateImport(trx, record.id, {
      result: { counts },
      rows_done: record.rows_done + settled.length,
      stirred_at: clock(),
    })
  }

  const finish = async (trx: Trx, actor: Actor, { id, result }: ImportRecord) => {
    await dropRows(trx, id, { keepRefused: true })
    await updateImport(trx, id, { state: 'done', finished_at: clock(), stirred_at: clock() })
    await audit(trx, actor, 'import.finished', id, result.counts)
  }

  /** Works for one turn; true where there is more to do. */
  return async (actor: Actor, importId: string): Promise<boolean> => {
    const until = Date.now() + turnMs
    const starter = await db.asTenant(actor, async trx => (await findImport(trx, importId))?.started_by ?? null)
    const behalf: Actor = { ...actor, accountId: starter }
    let size = batch
    while (Date.now() < until) {
      try {
        const done = await db.asTenant(behalf, trx => step(trx, behalf, importId, size))
        if (done === null) return false
        size = batch
      } catch (fault) {
        // One row may be at fault: it is found by taking fewer at a time. With the database gone, this fails as well.
        if (size === 1)
          await db
            .asTenant(behalf, trx => refuseNext(trx, importId, limitOf(fault) !== null))
            .catch(() => Promise.reject(fault as Error))
        size = size === 1 ? batch : Math.ceil(size / 8)
      }
    }
    return true
  }
}

/**
 * What the preview did not announce is not done: somebody else has made, changed or removed that client since. A decision
 * holds only for the client it was made about.
 */
const refuseSurprises = (planned: PlannedRow): PlannedRow => {
  const { outcome: announced, decision, refusals } = planned.row
  const surprise =
    planned.outcome === 'undecided' ||
    (announced === 'new' && planned.before !== null) ||
    (announced === 'changed' && planned.outcome === 'new') ||
    (decision === 'replace' && planned.before?.id !== refusals[0]?.clientId)
  return surprise ? refusedMeanwhile(planned) : planned
}

const refusedMeanwhile = (planned: PlannedRow): PlannedRow => ({
  ...planned,
  outcome: 'refused',
  refusals: [{ code: 'changed-meanwhile' }],
  warnings: [],
  after: null,
})
