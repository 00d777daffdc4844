import { randomUUID } from 'node:crypto'
import type { Actor } from '../../platform/actor.ts'
import { record } from '../../platform/audit/record.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import { NotFound } from '../../platform/errors.ts'
import { enqueue as enqueueJob } from '../../platform/jobs/jobs.ts'
import { createExportFiles } from './export-files.ts'
import { deriveWrapKey, type WrapKey } from './file/wrap-key.ts'
import { createKeyHandover, KEY_LIFETIME_MS } from './key-handover.ts'
import { createMaker } from './make.ts'
import type { ExportNeeds } from './needs.ts'
import {
  findExport,
  findUnderWay,
  insertExport,
  selectExports,
  selectLastMade,
  settleExports,
  type ExportRow,
} from './queries.ts'

/** Attempts a passphrase is good for; each needs a derivation of its own while the officer waits. */
const ATTEMPTS = 2

export type ListedExport = ExportRow & { madeBy: string }

export const createExports = (needs: ExportNeeds) => {
  const { db, clock, countForExport, accountNames, logN, enqueue = enqueueJob } = needs
  const files = createExportFiles(needs.directory)
  const keys = createKeyHandover(needs.redis, needs.vault)

  const settle = (trx: Trx) => {
    const now = clock()
    // Past this no key is left, so a job that has not moved since cannot end well.
    return settleExports(trx, now, new Date(now.getTime() - KEY_LIFETIME_MS))
  }

  return {
    /** Newest first, with the names of those who asked for them. */
    list: (actor: Actor): Promise<ListedExport[]> =>
      db.asTenant(actor, async trx => {
        await settle(trx)
        const rows = await selectExports(trx)
        const names = await accountNames(trx, actor.tenantId, idsOf(rows))
        return rows.map(row => ({ ...row, madeBy: nameIn(names, row) }))
      }),

    find: (actor: Actor, id: string): Promise<ListedExport> =>
      db.asTenant(actor, async trx => {
        await settle(trx)
        const row = await findExport(trx, id)
        if (!row) throw new NotFound()
        return { ...row, madeBy: nameIn(await accountNames(trx, actor.tenantId, idsOf([row])), row) }
      }),

    count: countForExport,

    /** When the newest export was made; null when there never was one. */
    lastMadeAt: (actor: Actor): Promise<Date | null> => db.asTenant(actor, selectLastMade),

    /**
     * Asks the worker for an export of every active client. The passphrase ends here: only keys derived from it go on.
     * @param passphrase in its normal form, judged strong enough
     * @returns the new export's id; or, with `made: false`, that of the one already under way
     */
    request: async (actor: Actor, passphrase: string): Promise<{ id: string; made: boolean }> => {
      const before = await db.asTenant(actor, async trx => {
        await settle(trx)
        return findUnderWay(trx)
      })
      if (before) return { id: before.id, made: false }

      const total = await countForExport(actor)
      const wrapKeys: WrapKey[] = []
      for (let n = 0; n < ATTEMPTS; n += 1) wrapKeys.push(await deriveWrapKey(passphrase, logN))

      const id = randomUUID()
      return db.asTenant(actor, async trx => {
        const now = clock()
        const made = await insertExport(trx, {
          tenant_id: actor.tenantId,
          id,
          total_clients: total,
          created_by: actor.accountId,
          created_at: now,
          progressed_at: now,
        })
        if (!made) return { id: (await findUnderWay(trx))?.id ?? id, made }
        await record(trx, actor, 'export.requested', id, { clients: total })
        await enqueue(trx, 'export.make', { tenantId: actor.tenantId, exportId: id })
        // Before the job can start; should the transaction fail now, they expire unused.
        await keys.leave({ tenantId: actor.tenantId, exportId: id }, wrapKeys)
        return { id, made }
      })
    },

    /** Lets a finished export be fetched, once the audit log says so. Throws NotFound when it is not ready or expired. */
    download: (actor: Actor, id: string): Promise<{ file: string; name: string; size: number }> =>
      db.asTenant(actor, async trx => {
        await settle(trx)
        const row = await findExport(trx, id)
        if (row?.status !== 'ready') throw new NotFound()
        await record(trx, actor, 'export.downloaded', id, { clients: row.done_clients, sha256: row.sha256 })
        return {
          file: files.fileOf({ tenantId: actor.tenantId, exportId: id }),
          name: `ostoja-export-${row.created_at.toISOString().slice(0, 10)}.html`,
          size: Number(row.size),
        }
      }),

    /** The job `export.make`. */
    make: createMaker({ ...needs, files, keys }),

    /** Removes files whose time is over; for the worker, every few minutes. @returns how many */
    sweep: () => files.sweep(clock()),
  }
}
export type Exports = ReturnType<typeof createExports>

const idsOf = (rows: readonly ExportRow[]) => rows.flatMap(({ created_by }) => created_by ?? [])
const nameIn = (names: Map<number, string>, { created_by }: ExportRow) => names.get(created_by ?? -1) ?? ''
