import { installationId, type Actor } from '../../platform/actor.ts'
import { record } from '../../platform/audit/record.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import { Conflict, NotFound } from '../../platform/errors.ts'
import type { Needs } from './needs.ts'
import { lockTenant, selectAccountIds, updateTenant, type TenantRow } from './queries.ts'

const dayMs = 24 * 60 * 60_000
/** So many sessions are ended at the same time. */
const atOnce = 200

/** Shutting an organisation's doors, for a while or for good. Each verb is one transaction of the operators' realm. */
export const createLifecycle = ({ db, clock, endSession }: Needs) => {
  const change = (actor: Actor, id: string, work: (trx: Trx, row: TenantRow) => Promise<void>) =>
    db.asTenant(actor, async trx => {
      const row = id === installationId ? undefined : await lockTenant(trx, id)
      if (!row) throw new NotFound()
      if (row.status === 'closed') throw new Conflict('tenants:conflict.closed')
      await work(trx, row)
    })

  /** After the commit: whoever signs in meanwhile is turned away, or claims a session before and loses it here. */
  const signEverybodyOut = async (tenantId: string) => {
    const ids = await db.asTenant({ tenantId }, selectAccountIds)
    for (let from = 0; from < ids.length; from += atOnce)
      await Promise.all(
        ids.slice(from, from + atOnce).map(accountId => endSession({ tenantId, accountId }, 'suspended')),
      )
  }

  return {
    /** Nobody of the organisation can sign in until it is resumed, and whoever is signed in no longer is. @throws NotFound, Conflict */
    suspend: async (actor: Actor, id: string): Promise<void> => {
      await change(actor, id, async (trx, row) => {
        if (row.suspended_at) return
        await updateTenant(trx, id, { status: 'suspended', suspended_at: clock() })
        await record(trx, actor, 'tenant.suspended', id)
      })
      await signEverybodyOut(id) // done again where it was suspended already: the first time it may not have got this far
    },

    /** @throws NotFound, Conflict while the organisation is being closed */
    resume: (actor: Actor, id: string): Promise<void> =>
      change(actor, id, async (trx, row) => {
        if (row.closes_at) throw new Conflict('tenants:conflict.closing')
        if (row.status === 'active') return
        await updateTenant(trx, id, { status: 'active', suspended_at: null })
        await record(trx, actor, 'tenant.resumed', id)
      }),

    /** Shuts the doors now, and destroys the organisation's keys and all it holds in `days` days. @throws NotFound, Conflict */
    close: async (actor: Actor, id: string, days: number): Promise<void> => {
      await change(actor, id, async (trx, row) => {
        if (row.closes_at) throw new Conflict('tenants:conflict.closing')
        await updateTenant(trx, id, { status: 'suspended', closes_at: new Date(clock().getTime() + days * dayMs) })
        await record(trx, actor, 'tenant.closing-begun', id, { days })
      })
      await signEverybodyOut(id)
    },

    /** Takes a closing back: the organisation is where it was before. @throws NotFound, Conflict where there is none */
    cancelClosing: (actor: Actor, id: string): Promise<void> =>
      change(actor, id, async (trx, row) => {
        if (!row.closes_at) throw new Conflict('tenants:conflict.notClosing')
        await updateTenant(trx, id, { status: row.suspended_at ? 'suspended' : 'active', closes_at: null })
        await record(trx, actor, 'tenant.closing-cancelled', id)
      }),
  }
}
