import type { Actor } from '../../../platform/actor.ts'
import { record } from '../../../platform/audit/record.ts'
import type { Trx } from '../../../platform/db/tenant.ts'
import { compare } from '../changes.ts'
import { findTaken, takeFileNumbers } from '../file-numbers.ts'
import type { Needs } from '../needs.ts'
import type { ClientProfile } from '../profile.ts'
import { findClient, insertClients, type ReadRow } from '../queries.ts'
import type { Sealing } from '../sealing.ts'
import type { FirstContacts } from './needs.ts'

/** 'already-there': the same form was sent twice; 'id-taken': the id is already a client's of whom something else was typed. */
export type Creation = 'created' | 'already-there' | 'id-taken' | 'file-number-taken'
type Alongside = Pick<FirstContacts, 'add' | 'areThere'>

const alone: Alongside = { add: async () => undefined, areThere: async () => true }

/** Makes clients, with what begins with them. */
export const createCreating = ({ db, clock, groups }: Needs, sealing: Sealing) => {
  /** Whether a client holds exactly what was typed; an empty file number stands for any. */
  const isSame = async (
    trx: Trx,
    actor: Actor,
    row: ReadRow,
    profile: ClientProfile,
    groupIds: readonly string[],
    contacts: Alongside,
  ): Promise<boolean> => {
    const present = await sealing.open(actor.tenantId, row.id, row.profile_sealed)
    const typed = { ...profile, fileNumber: profile.fileNumber || present.fileNumber }
    if (compare(present, typed).length > 0 || !(await contacts.areThere(trx, actor, row.id))) return false
    const known = (await groups.choices(trx, actor)).filter(({ id }) => groupIds.includes(id))
    const inGroups = new Set((await groups.ofClient(trx, actor, row.id)).map(({ id }) => id))
    return known.length === inGroups.size && known.every(({ id }) => inGroups.has(id))
  }

  return {
    /**
     * Makes a client. A form sent twice carries the same id and makes one client.
     * @param profile an empty file number asks for the next one
     * @param groupIds the groups the client is in
     * @param contacts those made with the client, in the same transaction; where they throw, nothing is made
     */
    create: async (
      actor: Actor,
      id: string,
      profile: ClientProfile,
      groupIds: readonly string[] = [],
      contacts: Alongside = alone,
    ): Promise<Creation> => {
      try {
        return await db.asTenant(actor, async (trx): Promise<Creation> => {
          for (;;) {
            const present = await findClient(trx, id)
            if (present)
              return (await isSame(trx, actor, present, profile, groupIds, contacts)) ? 'already-there' : 'id-taken'
            const fileNumber = profile.fileNumber || (await takeFileNumbers(trx, actor, sealing, 1))[0]!
            const taken = await findTaken(trx, actor, sealing, [{ id, fileNumber }])
            if (taken.size > 0 && profile.fileNumber) return 'file-number-taken'
            if (taken.size > 0) continue
            const now = clock()
            const [made] = await insertClients(trx, [
              {
                ...(await sealing.seal(actor.tenantId, id, { ...profile, fileNumber })),
                tenant_id: actor.tenantId,
                id,
                status: 'active',
                version: 1,
                action: 'created',
                created_at: now,
                created_by: actor.accountId,
                updated_at: now,
                updated_by: actor.accountId,
                import_id: null,
              },
            ])
            if (made) {
              await groups.keep(trx, actor, id, groupIds)
              await record(trx, actor, 'client.created', id)
              await contacts.add(trx, actor, id)
              return 'created'
            }
            if (profile.fileNumber && !(await findClient(trx, id))) return 'file-number-taken'
          }
        })
      } catch (fault) {
        if (isHiddenRow(fault)) return 'id-taken'
        throw fault
      }
    },
  }
}

/** PostgreSQL's insufficient_privilege: row-level security lets nobody write a row whose id is a record hidden from them. */
const isHiddenRow = (fault: unknown) => (fault as { code?: string }).code === '42501'
