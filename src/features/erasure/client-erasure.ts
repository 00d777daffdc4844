import { randomUUID } from 'node:crypto'
import type { Actor } from '../../platform/actor.ts'
import { record } from '../../platform/audit/record.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import { NotFound } from '../../platform/errors.ts'
import { SealBroken } from '../../platform/vault/cipher.ts'
import type { Ledger, Tombstone } from './ledger.ts'
import type { DescribedPerson, Needs } from './needs.ts'
import type { createPassingThings } from './passing-things.ts'
import { isAbout } from './person.ts'
import { countDownloads, countOfClient, insertErasure, selectErasures } from './queries.ts'

/** What is shown before the last step: enough to be sure of the person, and what goes with them. */
export type Doomed = {
  id: string
  displayName: string
  fileNumber: string
  birthDate: string | null
  contacts: number
  versions: number
  /** Threads of messages about them. */
  threads: number
  /** Downloads of exports that may hold the person and that nobody can call back. */
  downloads: number
}
export type ListedErasure = { clientId: string; at: Date; by: string | null; reason: string | null }
export type Erased = { drafts: number; importRows: number; files: number; exports: number; threads: number }

/** Erasing one client for good (GDPR, article 17). */
export const createClientErasure = (needs: Needs, ledger: Ledger, passing: ReturnType<typeof createPassingThings>) => {
  const { db, vault, clock, clients, drafts, imports, attachments, exports } = needs
  const reasonPlace = (tenant: string, row: string) => ({ tenant, column: 'erasures.reason_sealed', row }) as const

  /** Removes the client wherever the database holds them. Without keys, what only names them cannot be found, nor read. */
  const removeAll = async (trx: Trx, actor: Actor, clientId: string): Promise<Erased & { withdrawn: string[] }> => {
    const person = await describe(trx, actor, clientId)
    const about = person && isAbout({ ...person, clientId })
    const threads = await needs.threadsOf(trx, clientId)
    let ofPages = 0
    for (const id of [clientId, ...threads]) ofPages += await drafts.dropOnPagesOf(trx, id)
    const ofTexts = about ? await drafts.dropAbout(trx, actor, about) : 0
    const importRows = about ? await imports.dropAbout(trx, actor, about) : 0
    const files = about ? await attachments.dropAbout(trx, actor, about) : 0
    const withdrawn = await exports.withdraw(trx, actor)
    await clients.remove(trx, clientId)
    return {
      drafts: ofPages + ofTexts,
      importRows,
      files,
      exports: withdrawn.length,
      threads: threads.length,
      withdrawn,
    }
  }

  const describe = (trx: Trx, actor: Actor, clientId: string): Promise<DescribedPerson | null> =>
    clients.describe(trx, actor, clientId).catch((fault: unknown) => {
      if (fault instanceof SealBroken) return null
      throw fault
    })

  const afterwards = async (tenantId: string, withdrawn: readonly string[]) => {
    await exports.remove(tenantId, withdrawn)
    await passing.forgetSearches(tenantId)
  }

  return {
    /** Finds a client by file number, for somebody who may not look through clients. @returns the id, or null */
    find: (actor: Actor, fileNumber: string): Promise<string | null> =>
      db.asTenant(actor, trx => needs.findByFileNumber(trx, actor, fileNumber)),

    /** Whom an administrator is about to erase; that they were shown is audited. @throws NotFound */
    look: (actor: Actor, clientId: string): Promise<Doomed> =>
      db.asTenant(actor, async trx => {
        const person = await clients.describe(trx, actor, clientId)
        if (!person) throw new NotFound()
        await record(trx, actor, 'client.shown-for-erasure', clientId)
        const { displayName, fileNumber, birthDate, createdAt } = person
        return {
          id: clientId,
          displayName,
          fileNumber,
          birthDate,
          ...(await countOfClient(trx, clientId)),
          downloads: await countDownloads(trx, createdAt),
        }
      }),

    /**
     * Erases a client: the record with its versions, contacts and messages about them, drafts and import rows about them, exports that may hold
     * them, kept searches. A tombstone and the audit trail keep that it was done, by whom and, sealed, why.
     * @throws NotFound
     */
    erase: async (actor: Actor, clientId: string, reason: string): Promise<Erased> => {
      const { withdrawn, ...erased } = await db.asTenant(actor, async trx => {
        if (!(await clients.lock(trx, clientId))) throw new NotFound()
        const [id, erasedAt] = [randomUUID(), clock()]
        await insertErasure(trx, {
          tenant_id: actor.tenantId,
          id,
          subject_kind: 'client',
          subject_id: clientId,
          erased_at: erasedAt,
          erased_by: actor.accountId,
          reason_sealed: await vault.seal(reason, reasonPlace(actor.tenantId, id)),
        })
        const { withdrawn, ...counts } = await removeAll(trx, actor, clientId)
        await record(trx, actor, 'client.erased', clientId, counts)
        // Last of all: once this is written the erasure is repeated wherever it is missing.
        await ledger.append([
          { tenantId: actor.tenantId, kind: 'client', subjectId: clientId, erasedAt, by: actor.accountId },
        ])
        return { ...counts, withdrawn }
      })
      await afterwards(actor.tenantId, withdrawn)
      return erased
    },

    /** Does again, in a database that knows nothing of it, what a tombstone tells of. @returns whether anything was there */
    repeat: async (actor: Actor, { subjectId, erasedAt, by }: Tombstone): Promise<boolean> => {
      const found = await db.asTenant(actor, async trx => {
        const row = {
          tenant_id: actor.tenantId,
          id: randomUUID(),
          subject_kind: 'client' as const,
          subject_id: subjectId,
          erased_at: erasedAt,
          erased_by: by,
          reason_sealed: null,
        }
        await insertErasure(trx, row)
        const there = await clients.lock(trx, subjectId)
        if (!there) return { there, drafts: await drafts.dropOnPagesOf(trx, subjectId), withdrawn: [] }
        const { withdrawn, ...counts } = await removeAll(trx, actor, subjectId)
        await record(trx, actor, 'client.erased-again', subjectId, counts)
        return { there, drafts: counts.drafts, withdrawn }
      })
      if (found.there) await afterwards(actor.tenantId, found.withdrawn)
      return found.there || found.drafts > 0
    },

    /** Who was erased, the latest first: by ids, with the reason opened for the administrators who must account for it. */
    list: (actor: Actor): Promise<ListedErasure[]> =>
      db.asTenant(actor, async trx => {
        const rows = await selectErasures(trx)
        const by = rows.flatMap(row => row.erased_by ?? [])
        const names = await needs.accountNames(trx, actor.tenantId, by)
        await record(trx, actor, 'erasures.listed', undefined, { count: rows.length })
        return Promise.all(
          rows.map(async row => ({
            clientId: row.subject_id,
            at: row.erased_at,
            by: names.get(row.erased_by ?? 0) ?? null,
            reason: row.reason_sealed
              ? await vault.open<string>(row.reason_sealed, reasonPlace(actor.tenantId, row.id))
              : null,
          })),
        )
      }),
  }
}
