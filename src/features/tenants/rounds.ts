import { installationId } from '../../platform/actor.ts'
import type { Needs } from './needs.ts'
import { countBytes, keepUsage, selectDue, selectUnmeasured } from './queries.ts'

const measuredEveryMs = 20 * 60 * 60_000
const realm = { tenantId: installationId }

/** What the worker does for organisations by itself. */
export const createRounds = ({ db, clock, destroyIfDue, sealed }: Needs) => ({
  /** Destroys the organisations whose waiting time is over. One that cannot be destroyed holds up no other. */
  destroyDue: async (): Promise<void> => {
    const now = clock()
    const faults: unknown[] = []
    for (const id of await db.asTenant(realm, trx => selectDue(trx, now)))
      await destroyIfDue(id, now).catch((fault: unknown) => faults.push(fault))
    if (faults.length > 0) throw faults[0]
  },

  /** Measures, once a day each, how many bytes organisations hold: lengths only, nothing is opened. */
  measure: async (): Promise<void> => {
    const now = clock()
    const since = new Date(now.getTime() - measuredEveryMs)
    for (const tenantId of await db.asTenant(realm, trx => selectUnmeasured(trx, since)))
      await db.asTenant({ tenantId }, async trx => {
        await keepUsage(trx, tenantId, await countBytes(trx, sealed), now)
      })
  },
})
