import { systemActor } from '../../platform/actor.ts'
import { record } from '../../platform/audit/record.ts'
import type { Db } from '../../platform/db/tenant.ts'
import type { Unscoped } from '../../platform/db/unscoped.ts'
import { nextPlace } from './hashing.ts'
import { auditYears, findSeal, lastRemovable, lockChain, removeSealed, selectTenants } from './queries.ts'
import type { Sealing } from './sealing.ts'
import type { Stub } from './verifying.ts'

type Needs = { db: Db; unscoped: Unscoped; sealing: Sealing }

/** Seals that go in one transaction. */
const sealsAtOnce = 200

/**
 * Removes what an organisation keeps no longer, always from the beginning of its chain and whole seals at a time. A stub at the chain's
 * end says up to where, with the hash that the rest goes on from, so that what is left verifies as before.
 */
export const createRetention = ({ db, unscoped, sealing }: Needs) => {
  const removeSome = (tenantId: string): Promise<number> =>
    db.asTenant({ tenantId }, async trx => {
      await lockChain(trx, tenantId)
      const through = await lastRemovable(trx, tenantId, sealsAtOnce)
      const last = through === null ? null : await findSeal(trx, through)
      if (!last) return 0
      const stub: Stub = { through: last.number, head: last.head.toString('hex'), events: nextPlace(last) - 1 }
      const { number } = await sealing.note(trx, tenantId, { kind: 'removed', detail: stub })
      const events = await removeSealed(trx, number)
      await record(trx, systemActor(tenantId), 'audit.removed', undefined, {
        events,
        years: await auditYears(trx, tenantId),
      })
      return events
    })

  return {
    /** What is due, of every organisation, those that were destroyed too. @returns how many events were removed */
    removeDue: async (): Promise<number> => {
      let removed = 0
      for (const tenantId of await unscoped.read(selectTenants))
        for (let some = await removeSome(tenantId); some > 0; some = await removeSome(tenantId)) removed += some
      return removed
    },
  }
}
