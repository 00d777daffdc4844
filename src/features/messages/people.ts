import type { Actor, Role } from '../../platform/actor.ts'
import { record } from '../../platform/audit/record.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import type { Access } from './access.ts'
import type { Addressing, Choices } from './addressing.ts'
import type { Needs } from './needs.ts'
import { deliver, insertRoles, joinThreadsOfRoles } from './queries.ts'
import type { Addressees } from './schema.ts'
import type { Sealing } from './sealing.ts'
import type { Sending } from './writing.ts'

type Adding = Choices & { id: string; subject: string }

/** Bringing people into a thread. */
export const createPeople = (needs: Needs, access: Access, sealing: Sealing, addressing: Addressing) => {
  const { db, clock, live, notify } = needs

  return {
    /** Whom one can bring in: who takes no part yet. @throws NotFound */
    peopleToAdd: (actor: Actor, threadId: string): Promise<Adding> =>
      db.asTenant(actor, async trx => {
        const { thread, roles } = await access.open(trx, actor, threadId)
        const [subject = ''] = await sealing.openSubjects(actor.tenantId, [thread])
        const present = await addressing.audienceOf(trx, actor, thread, roles)
        const all = await addressing.choices(trx, actor, thread.client_id)
        return {
          id: threadId,
          subject,
          people: all.people.filter(({ id }) => !present.named.includes(id)),
          roles: all.roles.filter(role => !roles.includes(role)),
        }
      }),

    /**
     * Lets more people take part: they can read what was written before, and find the thread unread.
     * @throws NotFound
     * @returns 'nobody' where all of them take part already
     */
    addPeople: async (actor: Actor, threadId: string, to: Addressees): Promise<Sending> => {
      const fresh = await db.asTenant(actor, async trx => {
        const { thread, roles } = await access.lock(trx, actor, threadId)
        const found = await addressing.chosen(trx, actor, thread.client_id, to)
        if (!found) return 'not-allowed'
        const present = await addressing.audienceOf(trx, actor, thread, roles)
        const takesPart = new Set([...present.named, ...present.byRole])
        const arrivals = found.readers.filter(id => !takesPart.has(id) && id !== actor.accountId)
        const named = found.named.filter(id => !present.named.includes(id))
        const addedRoles = to.roles.filter(role => !roles.includes(role))
        if (named.length === 0 && addedRoles.length === 0) return 'nobody'

        await insertRoles(trx, thread, addedRoles)
        await deliver(
          trx,
          { tenant_id: actor.tenantId, thread_id: threadId, sent_at: thread.last_at, urgent: false },
          [...new Set([...arrivals, ...named])].map(accountId => ({
            accountId,
            named: named.includes(accountId),
            unread: arrivals.includes(accountId) ? 1 : 0,
          })),
        )
        await notify(trx, actor.tenantId, arrivals, 'message-waiting')
        await record(trx, actor, 'thread.people-added', threadId, {
          accounts: named.map(String),
          roles: addedRoles,
          client: thread.client_id,
        })
        return arrivals
      })
      if (typeof fresh === 'string') return fresh
      await live.tell(actor.tenantId, fresh, { what: 'messages', id: threadId })
      return 'sent'
    },

    /** Somebody has been given roles: what is addressed to these is theirs to read from now on, whenever it was written. */
    joinThreadsOfRoles: (trx: Trx, tenantId: string, accountId: number, roles: readonly Role[]) =>
      joinThreadsOfRoles(trx, tenantId, accountId, roles, clock()),
  }
}
