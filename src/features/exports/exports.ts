import { randomUUID } from 'node:crypto'
import type { Actor } from '../../platform/actor.ts'
import { record } from '../../platform/audit/record.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import { Conflict, NotFound } from '../../platform/errors.ts'
import { dayIn } from '../../platform/time/wall-clock.ts'
import { enqueue as enqueueJob } from '../../platform/jobs/jobs.ts'
import { createApprovals } from './approvals/approvals.ts'
import { copyJob } from './copies/job.ts'
import { createCopies } from './copies/copies.ts'
import { createExportFiles } from './export-files.ts'
import { endings } from './formats/formats.ts'
import { deriveWrapKey, type WrapKey } from './file/wrap-key.ts'
import { createKeyHandover, KEY_LIFETIME_MS } from './key-handover.ts'
import { createMaker } from './make.ts'
import type { ExportNeeds } from './needs.ts'
import { hashOfCode } from './opening-code.ts'
import { createPlans } from './plan/plan.ts'
import type { ExportWish } from './wish.ts'
import {
  findExport,
  findUnderWay,
  insertExport,
  noteProved,
  selectExports,
  selectMade,
  selectProvable,
  settleExports,
  type ExportRow,
  type Made,
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

  const approvals = createApprovals(needs)
  const copies = createCopies({ ...needs, files })

  /** @throws Conflict where one of the groups is not there any more */
  const countIn = (actor: Actor, groupIds: readonly string[]) =>
    db.asTenant(actor, async trx => {
      const there = new Set((await needs.groups.choices(trx, actor)).map(({ id }) => id))
      if (!groupIds.every(id => there.has(id))) throw new Conflict('exports:conflict.groupGone')
      return (await needs.groups.clientsOfGroups(trx, groupIds)).length
    })

  const exports = {
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

    /** When exports of every client were made, first and last, and when one was last proved to open. */
    made: (trx: Trx): Promise<Made> => selectMade(trx),

    /**
     * Asks the worker for an export of every active client. The passphrase ends here: only keys derived from it go on.
     * @returns the new export's id; with `made: false`, that of the one already under way; null where a key that it should
     * be sealed to is no longer in use
     */
    request: async (actor: Actor, wish: ExportWish): Promise<{ id: string; made: boolean } | null> => {
      const { passphrase, keyIds, format, language, scheduled = false, withHidden = false, groupIds = [] } = wish
      const before = await db.asTenant(actor, async trx => {
        await settle(trx)
        const known = new Set((await needs.keysInUse(trx)).map(({ id }) => id))
        return { underWay: await findUnderWay(trx), allKnown: keyIds.every(id => known.has(id)) }
      })
      if (!before.allKnown) return null
      if (before.underWay) return { id: before.underWay.id, made: false }

      const total = groupIds.length > 0 ? await countIn(actor, groupIds) : await countForExport(actor)
      const wrapKeys: WrapKey[] = []
      if (passphrase !== null)
        for (let n = 0; n < ATTEMPTS; n += 1) wrapKeys.push(await deriveWrapKey(passphrase, logN))

      const id = randomUUID()
      return db.asTenant(actor, async trx => {
        const now = clock()
        const made = await insertExport(trx, {
          tenant_id: actor.tenantId,
          id,
          total_clients: total,
          format,
          language,
          for_passphrase: passphrase !== null,
          sealed_to: [...keyIds],
          scheduled,
          with_hidden: withHidden,
          group_ids: [...groupIds],
          created_by: actor.accountId,
          created_at: now,
          progressed_at: now,
        })
        if (!made) return { id: (await findUnderWay(trx))?.id ?? id, made }
        const consent = withHidden ? await approvals.use(trx, actor) : null
        if (withHidden && !consent) throw new Conflict('exports:conflict.noConsent')
        const seal = { passphrase: passphrase !== null, keys: [...keyIds], groups: [...groupIds], consent }
        await record(trx, actor, 'export.requested', id, { clients: total, format, ...seal })
        await enqueue(trx, 'export.make', { tenantId: actor.tenantId, exportId: id })
        // Before the job can start; should the transaction fail now, they expire unused.
        if (wrapKeys.length > 0) await keys.leave({ tenantId: actor.tenantId, exportId: id }, wrapKeys)
        return { id, made }
      })
    },

    /**
     * Takes the code that an opened export shows as proof that it opens.
     * @returns the id of that export, or null where the code is of none
     */
    prove: (actor: Actor, code: string): Promise<string | null> =>
      db.asTenant(actor, async trx => {
        const candidates = await selectProvable(trx)
        const proved = candidates.find(each => each.opening_code_hash?.equals(hashOfCode(each.id, code)))
        if (!proved) return null
        await noteProved(trx, proved.id, actor.accountId, clock())
        await record(trx, actor, 'export.proved', proved.id)
        return proved.id
      }),

    /** Lets a finished export be fetched, once the audit log says so. Throws NotFound when it is not ready or expired. */
    download: async (actor: Actor, id: string): Promise<{ file: string; name: string; type: string; size: number }> => {
      const timeZone = await needs.timeZone(actor)
      return db.asTenant(actor, async trx => {
        await settle(trx)
        const row = await findExport(trx, id)
        if (row?.status !== 'ready') throw new NotFound()
        await record(trx, actor, 'export.downloaded', id, { clients: row.done_clients, sha256: row.sha256 })
        return {
          file: files.fileOf({ tenantId: actor.tenantId, exportId: id, kept: row.scheduled }),
          name: `ostoja-export-${dayIn(row.created_at, timeZone)}.${endings[row.format]}`,
          type: row.format === 'viewer' ? 'text/html; charset=utf-8' : 'application/octet-stream',
          size: Number(row.size),
        }
      })
    },

    /** The job `export.make`. */
    make: createMaker({ ...needs, files, keys }),

    /** Removes files whose time is over; for the worker, every few minutes. @returns how many */
    sweep: () => files.sweep(clock()),
  }
  return {
    ...exports,
    approvals,
    copies,
    plans: createPlans({
      ...needs,
      files,
      request: exports.request,
      copiesDue: copies.due,
      enqueueCopies: (trx, tenantId) => enqueue(trx, ...copyJob(tenantId)),
    }),
  }
}
export type Exports = ReturnType<typeof createExports>

const idsOf = (rows: readonly ExportRow[]) => rows.flatMap(({ created_by }) => created_by ?? [])
const nameIn = (names: Map<number, string>, { created_by }: ExportRow) => names.get(created_by ?? -1) ?? ''
