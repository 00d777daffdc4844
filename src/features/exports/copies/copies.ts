import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { systemActor, type Actor } from '../../../platform/actor.ts'
import { record } from '../../../platform/audit/record.ts'
import type { Clock } from '../../../platform/clock.ts'
import type { Db, Trx } from '../../../platform/db/tenant.ts'
import type { ExportFiles } from '../export-files.ts'
import type { TellOfficers } from '../plan/plan.ts'
import {
  hasExports,
  letCopiesLeave,
  noteCopy,
  noteRemoved,
  selectLeaving,
  selectNewestKept,
  selectNewestStored,
  selectUncopied,
} from './queries.ts'
import { copiesOf, copyName, type CopyFailure, type CopyStore } from './store.ts'

type Needs = {
  db: Db
  clock: Clock
  files: ExportFiles
  store: CopyStore
  /** What is wrong, of a fault of the store. */
  storeFailure: (fault: unknown) => CopyFailure
  tellOfficers: TellOfficers
}
type Copied = Awaited<ReturnType<typeof selectUncopied>>[number]

/** What was read on this machine is not what was made. */
class Altered extends Error {}

/**
 * Copies of exports that make themselves, in the backup store: on the day when this server is gone they are elsewhere. They go
 * when the export itself goes, or as soon after that as the store can be reached.
 */
export const createCopies = ({ db, clock, files, store, storeFailure, tellOfficers }: Needs) => {
  const copy = async (actor: Actor, row: Copied) => {
    const name = nameOf(actor, row)
    await checked(files.fileOf({ tenantId: actor.tenantId, exportId: row.id, kept: true }), row, source =>
      store.write(name, source),
    )
    if ((await store.size(name)) !== Number(row.size)) throw new Altered('the store holds another size')
    const stands = await db.asTenant(actor, async trx => {
      const noted = await noteCopy(trx, row.id, { state: 'stored', failure: null, at: clock() })
      if (noted) await record(trx, actor, 'export.copied', row.id)
      return noted
    })
    if (!stands) await store.remove(name)
  }

  const noteFault = (actor: Actor, row: Copied, fault: unknown) =>
    db.asTenant(actor, async trx => {
      const failure = fault instanceof Altered ? 'altered' : storeFailure(fault)
      await noteCopy(trx, row.id, { state: 'failed', failure, at: clock() })
      await record(trx, actor, 'export.copy-failed', row.id, { failure })
      await tellOfficers(trx, actor.tenantId, 'not-stored')
    })

  const remove = async (actor: Actor, row: Copied) => {
    const name = nameOf(actor, row)
    const wasThere = (await store.size(name)) !== null
    await store.remove(name)
    await db.asTenant(actor, async trx => {
      await noteRemoved(trx, row.id)
      if (wasThere) await record(trx, actor, 'export.copy-removed', row.id)
    })
  }

  /** Of an organisation that was destroyed no row says what there was. */
  const removeAll = async (tenantId: string) => {
    for (const { name } of await store.list()) if (name.startsWith(copiesOf(tenantId))) await store.remove(name)
  }

  return {
    /** Has what is no longer kept leave the store. @returns whether anything is to be done there */
    due: async (trx: Trx): Promise<boolean> => {
      await letCopiesLeave(trx)
      return (await selectUncopied(trx)).length + (await selectLeaving(trx)).length > 0
    },

    /**
     * Brings one organisation's copies into the store and takes out what is to leave; one job at a time. What fails is noted and
     * told; the fault of the last is thrown at the end, so that the queue tries again and the operators see it.
     */
    tend: async ({ tenantId }: { tenantId: string }): Promise<void> => {
      const actor = systemActor(tenantId)
      const [uncopied, leaving] = await db.asTenant(actor, async trx => [
        await selectUncopied(trx),
        await selectLeaving(trx),
      ])
      if (!(await db.asTenant(actor, hasExports))) return removeAll(tenantId)
      const faults: unknown[] = []
      await store.sweep().catch((fault: unknown) => faults.push(fault))
      for (const row of uncopied)
        await copy(actor, row).catch(async (fault: unknown) => {
          faults.push(fault)
          await noteFault(actor, row, fault)
        })
      for (const row of leaving) await remove(actor, row).catch((fault: unknown) => faults.push(fault))
      if (faults.length > 0) throw faults.at(-1)
    },

    /** When the newest export that lies in the store was made, and which one, where the newest there is could not be copied. */
    standing: async (trx: Trx): Promise<{ storedOf: Date | null; failing: string | null }> => {
      const [stored, kept] = await Promise.all([selectNewestStored(trx), selectNewestKept(trx)])
      return { storedOf: stored?.finished_at ?? null, failing: kept?.copy_state === 'failed' ? kept.id : null }
    },
  }
}
export type Copies = ReturnType<typeof createCopies>

const nameOf = ({ tenantId }: Actor, { id, created_at }: Copied) =>
  copyName({ tenantId, exportId: id, madeAt: created_at })

/** Hands on a file as it is read, and fails at its end where it is not the one that was made: a damaged copy helps nobody. */
const checked = async (file: string, { sha256 }: Copied, write: (source: Transform) => Promise<void>) => {
  const hash = createHash('sha256')
  const passing = new Transform({
    transform: (piece: Buffer, _encoding, done) => {
      hash.update(piece)
      done(null, piece)
    },
    flush: done => done(hash.digest('hex') === sha256 ? null : new Altered('the file differs from what was made')),
  })
  await Promise.all([pipeline(createReadStream(file), passing), write(passing)])
}
