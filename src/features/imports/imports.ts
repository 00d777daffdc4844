import type { Actor } from '../../platform/actor.ts'
import { record as audit } from '../../platform/audit/record.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import { Conflict } from '../../platform/errors.ts'
import { enqueue } from '../../platform/jobs/jobs.ts'
import { arrived } from './arrived.ts'
import { createCarryOut } from './carry-out.ts'
import { createChooseHeader } from './choose-header.ts'
import { createDecide } from './decide.ts'
import { createCheckAgain } from './fixes/check-again.ts'
import type { Needs } from './needs.ts'
import { createPreview } from './preview.ts'
import { progressOf } from './progress.ts'
import { dropRows, findImport, lockImport, stirStalled, updateImport } from './queries.ts'
import { createReadings } from './readings.ts'
import { createRefusedFile } from './refused-file.ts'
import { countDecisions, settleDecisions } from './rows/decision-queries.ts'
import { createSeals, type FileReading } from './sealed.ts'
import { busyStates, type State } from './states.ts'
import { sweep } from './sweep.ts'
import { createUpload } from './upload.ts'

/** So few rows that the person can wait for them; more go to the worker. */
const quickRows = 2000
/** Without a sign of life for so long, the worker that was busy with an import is gone. */
const stalledMs = 60_000

const taskOf: Partial<Record<State, string>> = {
  previewing: 'import.preview',
  importing: 'import.carry-out',
  'taking-back': 'import.take-back',
}

/** The spreadsheet import: from the file that arrives to the batch that is taken back. */
export const createImports = (needs: Needs) => {
  const { db, clock, vault, clients } = needs
  const seals = createSeals(vault)
  const preview = createPreview(needs, seals)
  const carryOut = createCarryOut(needs, seals)

  const locked = async (trx: Trx, importId: string) => arrived(await lockImport(trx, importId))

  const hand = (trx: Trx, { tenantId }: Actor, importId: string, state: State) =>
    enqueue(trx, taskOf[state] ?? '', { tenantId, importId })

  /** In the eyes of whoever asked for it, the worker too: a record that has been restricted from them since stays as it is. */
  const undo = async (actor: Actor, importId: string): Promise<void> => {
    const asked = await db.asTenant(actor, trx => findImport(trx, importId))
    const behalf = { ...actor, accountId: asked?.result.takenBackBy ?? null }
    await db.asTenant(behalf, async trx => {
      const found = await lockImport(trx, importId)
      if (found?.state !== 'taking-back') return
      const { counts } = found.result
      const { removed, reverted } = await clients.takeBack(trx, behalf, importId)
      // What is not undone is one number: a restricted record does not stand out from those that were changed since.
      const takenBack = { removed, reverted, kept: counts.new + counts.changed - removed - reverted }
      await updateImport(trx, importId, {
        state: 'taken-back',
        result: { ...found.result, takenBack },
        stirred_at: clock(),
      })
      await audit(trx, behalf, 'import.taken-back', importId, takenBack)
    })
  }

  return {
    ...createReadings(needs, seals),
    upload: createUpload(needs, seals),
    ...createRefusedFile(needs, seals),
    chooseHeader: createChooseHeader(needs, seals),
    decide: createDecide(needs),
    checkAgain: createCheckAgain(needs, seals),

    /** Takes what the columns are said to be and works out what the import would do. @throws NotFound, Conflict */
    chooseColumns: async (actor: Actor, importId: string, reading: FileReading): Promise<void> => {
      const rows = await db.asTenant(actor, async trx => {
        const found = await locked(trx, importId)
        if (found.state === 'previewing') return 0
        if (found.state !== 'mapping' && found.state !== 'previewed')
          throw new Conflict('imports:conflict.already-started')
        await updateImport(trx, importId, {
          state: 'previewing',
          reading_sealed: await seals.sealReading(actor.tenantId, importId, reading),
          result: { ...found.result, previewedBy: actor.accountId },
          rows_done: 0,
          stirred_at: clock(),
        })
        if (found.row_count > quickRows) await hand(trx, actor, importId, 'previewing')
        return found.row_count
      })
      if (rows > 0 && rows <= quickRows) await preview(actor, importId)
    },

    /** Starts what the preview announced; a second click starts nothing more. @throws NotFound, Conflict */
    start: (actor: Actor, importId: string): Promise<void> =>
      db.asTenant(actor, async trx => {
        const found = await locked(trx, importId)
        if (found.state === 'importing' || found.state === 'done') return
        if (found.state !== 'previewed') throw new Conflict('imports:conflict.not-previewed')
        const decided = await countDecisions(trx, importId)
        await settleDecisions(trx, importId)
        const { undecided: _, 'left-out': leftOut = 0, ...before } = found.planned.counts
        const counts = {
          new: before.new + decided.new,
          changed: before.changed + decided.replace,
          unchanged: before.unchanged + decided.keep,
          refused: before.refused + decided.open,
          ...(leftOut > 0 && { 'left-out': leftOut }),
        }
        const now = clock()
        await updateImport(trx, importId, {
          state: 'importing',
          planned: { ...found.planned, counts },
          result: { counts: { ...counts, new: 0, changed: 0 } },
          rows_done: 0,
          started_by: actor.accountId,
          started_at: now,
          stirred_at: now,
        })
        await hand(trx, actor, importId, 'importing')
        await audit(trx, actor, 'import.started', importId, counts)
      }),

    /** Drops an import that has not been started, or what is kept of the refused rows of a finished one. @throws NotFound, Conflict */
    discard: (actor: Actor, importId: string): Promise<void> =>
      db.asTenant(actor, async trx => {
        const found = await locked(trx, importId)
        if (found.rows_dropped_at) return
        if (found.state === 'importing' || found.state === 'taking-back') throw new Conflict('imports:conflict.busy')
        const over = found.state === 'done' || found.state === 'taken-back'
        const now = clock()
        await dropRows(trx, importId, { keepRefused: false })
        await updateImport(trx, importId, {
          rows_dropped_at: now,
          ...(!over && { state: 'discarded', finished_at: now }),
        })
        await audit(trx, actor, 'import.discarded', importId, { rows: found.row_count })
      }),

    /** Undoes a finished import. @throws NotFound, Conflict */
    takeBack: async (actor: Actor, importId: string): Promise<void> => {
      const atOnce = await db.asTenant(actor, async trx => {
        const found = await locked(trx, importId)
        if (found.state === 'taking-back' || found.state === 'taken-back') return false
        if (found.state !== 'done') throw new Conflict('imports:conflict.not-finished')
        const result = { ...found.result, takenBackBy: actor.accountId }
        await updateImport(trx, importId, { state: 'taking-back', result, stirred_at: clock() })
        const { counts } = found.result
        if (counts.new + counts.changed <= quickRows) return true
        await hand(trx, actor, importId, 'taking-back')
        return false
      })
      if (atOnce) await undo(actor, importId)
    },

    /** How far the worker is. Where it has gone silent, another is asked to go on. @throws NotFound */
    progress: (actor: Actor, importId: string) =>
      db.asTenant(actor, async trx => {
        const found = arrived(await findImport(trx, importId))
        const now = clock()
        if (
          busyStates.includes(found.state) &&
          (await stirStalled(trx, importId, busyStates, new Date(now.getTime() - stalledMs), now))
        )
          await hand(trx, actor, importId, found.state)
        return progressOf(found)
      }),

    /** What the worker calls; each is safe to repeat. */
    work: {
      preview,
      takeBack: undo,
      carryOut: async (actor: Actor, importId: string): Promise<void> => {
        if (await carryOut(actor, importId)) await db.asTenant(actor, trx => hand(trx, actor, importId, 'importing'))
      },
      sweep: (actor: Actor) => db.asTenant(actor, trx => sweep(trx, clock())),
    },
  }
}
export type Imports = ReturnType<typeof createImports>
