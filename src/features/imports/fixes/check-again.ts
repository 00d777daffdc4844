import type { Actor } from '../../../platform/actor.ts'
import { record as audit } from '../../../platform/audit/record.ts'
import type { Trx } from '../../../platform/db/tenant.ts'
import { Conflict } from '../../../platform/errors.ts'
import { dayIn } from '../../../platform/time/wall-clock.ts'
import { arrived } from '../arrived.ts'
import { readRow } from '../columns/read-row.ts'
import type { Needs } from '../needs.ts'
import { noteSeen, nobodySeen, planRows, withoutDecision } from '../plan.ts'
import { count, outcomeOf, uncount } from '../preview.ts'
import { listRows, lockImport, setOutcomes, updateImport, type ImportRecord } from '../queries.ts'
import { withFixes, type FileReading, type OpenRow, type Seals } from '../sealed.ts'
import type { FixableOutcome, Outcome } from '../states.ts'
import { fixesAfter, shownCells, stateOf, type PostedRow } from './editable.ts'
import { reviseRow } from './queries.ts'

export type Posted = { show: FixableOutcome; rows: Record<string, PostedRow> }
/**
 * What became of the rows of a page. `wrong`: ids of those that are refused still; `conflicts`: of those that somebody else has
 * changed meanwhile, which stay as that person left them; `gone`: numbers of rows that somebody else has dealt with, for
 * which something was typed in vain.
 */
export type Checked = { taken: number; leftOut: number; wrong: string[]; conflicts: string[]; gone: number[] }

/** Few enough that pages served by the same process don't wait. */
const batch = 200

/** Reads rows once more with what a person has typed, by the functions that read the file, and takes them into the plan. */
export const createCheckAgain = ({ db, clock, clients, country, timeZone }: Needs, seals: Seals) => {
  /** @throws NotFound, Conflict where the import is not in its preview */
  return (actor: Actor, importId: string, posted: Posted): Promise<Checked> =>
    db.asTenant(actor, async trx => {
      const record = arrived(await lockImport(trx, importId))
      if (record.state !== 'previewed') throw new Conflict('imports:conflict.not-previewed')
      const reading = await seals.openReading(record)
      const ids = Object.keys(posted.rows)
      const stored = await listRows(trx, importId, { ids, limit: ids.length })
      const opened = await seals.openRows(actor.tenantId, stored, reading.encoding)
      const { rows, conflicts, gone } = sortOut(opened, posted, reading)

      const changed = rows.filter(row => row.changed)
      const today = dayIn(clock(), await timeZone(trx, actor))
      const toRead = rows.map(({ row }) => withoutDecision(row))
      const seen = await seenElsewhere(trx, actor, record, toRead, reading, today)
      const replanned = await planRows({ trx, actor, clients, country, today }, toRead, reading, seen)

      for (const { row, fixes } of changed) {
        const cells = (await seals.openBytes(actor.tenantId, [row]))[0]!.cells
        await reviseRow(trx, importId, {
          id: row.id,
          row_sealed: await seals.sealRow(actor.tenantId, row.id, { number: row.number, cells, fixes }),
          left_out: row.left_out,
          fixed_columns: Object.keys(fixes).map(Number),
        })
      }
      await setOutcomes(trx, importId, replanned.map(outcomeOf))
      const planned = structuredClone(record.planned)
      for (const { row } of rows) uncount(planned, row)
      for (const one of replanned) count(planned, one)
      await updateImport(trx, importId, { planned, stirred_at: clock() })

      const became = (outcome: Outcome) => replanned.filter(one => one.outcome === outcome)
      const leftOut = became('left-out').length
      const wrong = became('refused').map(one => one.row.id)
      const taken = replanned.length - leftOut - wrong.length
      const hasMoved = ({ row, outcome }: (typeof replanned)[number]) => row.outcome !== outcome
      if (changed.length > 0 || replanned.some(hasMoved))
        await audit(trx, actor, 'import.rows-fixed', importId, {
          changed: changed.length,
          taken,
          refused: wrong.length,
          leftOut,
        })
      return { taken, leftOut, wrong, conflicts, gone }
    })

  /** Whom the rows in the plan are about; looked through only where one of these rows could join them. */
  async function seenElsewhere(
    trx: Trx,
    actor: Actor,
    record: ImportRecord,
    rows: readonly OpenRow[],
    reading: FileReading,
    today: string,
  ) {
    const seen = nobodySeen()
    const own = await country(trx, actor)
    const mayJoin = (row: OpenRow) => !row.left_out && readRow(row, reading, today, own).refusals.length === 0
    if (!rows.some(mayJoin)) return seen
    for (let after = 0; ;) {
      const inPlan = { outcomes: ['new', 'changed', 'unchanged', 'undecided'], after, limit: batch } as const
      const found = await listRows(trx, record.id, inPlan)
      noteSeen(await seals.openRows(actor.tenantId, found, reading.encoding), reading, today, own, seen)
      if (found.length < batch) return seen
      after = found.at(-1)!.number
    }
  }
}

type Sorted = { row: OpenRow; fixes: ReturnType<typeof fixesAfter>; changed: boolean }

/** The rows to read once more, as they are with what was typed, apart from those that somebody else was faster with. */
const sortOut = (opened: readonly OpenRow[], { show, rows: posted }: Posted, { columns }: FileReading) => {
  const rows: Sorted[] = []
  const conflicts: string[] = []
  const gone: number[] = []
  for (const row of opened) {
    const { seen, leaveOut, cells } = posted[row.id]!
    const typed = stateOf(leaveOut, cells)
    const now = stateOf(row.left_out, shownCells(row, columns))
    if (row.outcome !== show) {
      if (typed !== seen && typed !== now) gone.push(row.number)
    } else if (now === seen || typed === now) {
      const fixes = fixesAfter(row, cells, columns)
      const revised = { ...row, left_out: leaveOut, cells: withFixes(row.original, fixes) }
      rows.push({ row: revised, fixes, changed: typed !== now })
    } else if (typed !== seen) conflicts.push(row.id)
  }
  return { rows, conflicts, gone }
}
