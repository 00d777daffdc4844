import type { Actor } from '../../platform/actor.ts'
import { record } from '../../platform/audit/record.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import { NotFound } from '../../platform/errors.ts'
import { fileNumberKey } from '../../platform/text/file-number.ts'
import { compare, type Change } from './changes.ts'
import { findTaken, isTakenFileNumber } from './file-numbers.ts'
import type { GroupChoice, Needs } from './needs.ts'
import type { Action, ClientProfile, Status } from './profile.ts'
import { findClient, lockClient, type ReadRow } from './queries.ts'
import { replacing } from './replacing.ts'
import type { Sealing } from './sealing.ts'

/** A version, and who made it when; `by` is null where the program did. */
export type Made = { version: number; at: Date; by: string | null; action: Action; byImport: boolean }
export type ClientRecord = {
  id: string
  status: Status
  profile: ClientProfile
  last: Made
  created: { at: Date; by: string | null }
  contacts: readonly unknown[]
  groups: readonly GroupChoice[]
}
export type Amendment =
  | { outcome: 'amended' | 'unchanged' | 'file-number-taken' }
  | { outcome: 'changed-meanwhile'; current: Made; differences: Change[] }
type Reading = 'client.viewed' | 'client.printed'

/** One client: read, amended, archived and brought back, each with its audit event in the same transaction. */
export const createRecords = ({ db, clock, accountNames, contactsOf, groups }: Needs, sealing: Sealing) => {
  const replace = replacing(clock, sealing)

  const read = (actor: Actor, clientId: string, reading: Reading): Promise<ClientRecord> =>
    db.asTenant(actor, async trx => {
      // In one flight with its event; where there is no such client, nothing of it stays.
      const [row, contacts, inGroups] = await Promise.all([
        mustFind(findClient(trx, clientId)),
        contactsOf(trx, actor, clientId),
        groups.ofClient(trx, actor, clientId),
        record(trx, actor, reading, clientId),
      ])
      const names = await namesFor(trx, actor, [row.created_by, row.updated_by])
      return {
        id: row.id,
        status: row.status,
        profile: await sealing.open(actor.tenantId, row.id, row.profile_sealed),
        last: madeBy(row, names),
        created: { at: row.created_at, by: names.get(row.created_by ?? 0) ?? null },
        contacts,
        groups: inGroups,
      }
    })

  const namesFor = (trx: Trx, actor: Actor, ids: (number | null)[]) =>
    accountNames(
      trx,
      actor.tenantId,
      ids.filter(id => id !== null),
    )

  const move = (actor: Actor, clientId: string, status: Status, action: Action): Promise<void> =>
    db.asTenant(actor, async trx => {
      const row = await mustFind(lockClient(trx, clientId))
      if (row.status === status) return
      await replace(
        trx,
        actor,
        row,
        await sealing.open(actor.tenantId, clientId, row.profile_sealed),
        { status },
        action,
      )
    })

  return {
    /** Opens a client's record. @throws NotFound */
    view: (actor: Actor, clientId: string) => read(actor, clientId, 'client.viewed'),

    /** Opens a client's record to be printed. @throws NotFound */
    print: (actor: Actor, clientId: string) => read(actor, clientId, 'client.printed'),

    /**
     * Changes a client that is still as it was when the form was opened; otherwise says who changed it and what differs now
     * from what was typed. An empty file number keeps the present one.
     * @param version the version the change was made upon
     * @param groupIds the groups the client is in from now on; those of now, when left out
     * @throws NotFound
     */
    amend: async (
      actor: Actor,
      clientId: string,
      version: number,
      typed: ClientProfile,
      groupIds?: readonly string[],
    ): Promise<Amendment> => {
      try {
        return await db.asTenant(actor, async trx => {
          const row = await mustFind(lockClient(trx, clientId))
          const present = await sealing.open(actor.tenantId, clientId, row.profile_sealed)
          const amended = { ...typed, fileNumber: typed.fileNumber || present.fileNumber }
          const differences = compare(present, amended)
          if (differences.length === 0) {
            const regrouped = groupIds !== undefined && (await groups.keep(trx, actor, clientId, groupIds))
            return { outcome: regrouped ? 'amended' : 'unchanged' }
          }

          if (row.version !== version) {
            await record(trx, actor, 'client.viewed', clientId)
            return {
              outcome: 'changed-meanwhile',
              current: madeBy(row, await namesFor(trx, actor, [row.updated_by])),
              differences,
            }
          }
          const renumbered = fileNumberKey(amended.fileNumber) !== fileNumberKey(present.fileNumber)
          const wanted = [{ id: clientId, fileNumber: amended.fileNumber }]
          if (renumbered && (await findTaken(trx, actor, sealing, wanted)).size) return { outcome: 'file-number-taken' }
          await replace(trx, actor, row, present, await sealing.seal(actor.tenantId, clientId, amended), 'amended')
          if (groupIds) await groups.keep(trx, actor, clientId, groupIds)
          return { outcome: 'amended' }
        })
      } catch (fault) {
        if (isTakenFileNumber(fault)) return { outcome: 'file-number-taken' }
        throw fault
      }
    },

    /** Puts a client away; nothing is lost, and it is still found. @throws NotFound */
    archive: (actor: Actor, clientId: string) => move(actor, clientId, 'archived', 'archived'),

    /** Brings an archived client back. @throws NotFound */
    restore: (actor: Actor, clientId: string) => move(actor, clientId, 'active', 'restored'),
  }
}

const mustFind = async (found: Promise<ReadRow | undefined>): Promise<ReadRow> => {
  const row = await found
  if (!row) throw new NotFound()
  return row
}

export const madeBy = (
  row: Pick<ReadRow, 'version' | 'updated_at' | 'updated_by' | 'action' | 'import_id'>,
  names: ReadonlyMap<number, string>,
): Made => ({
  version: row.version,
  at: row.updated_at,
  by: names.get(row.updated_by ?? 0) ?? null,
  action: row.action,
  byImport: row.import_id !== null,
})
