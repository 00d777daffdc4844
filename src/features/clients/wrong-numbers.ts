import type { Actor } from '../../platform/actor.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import { NotFound } from '../../platform/errors.ts'
import { dayIn } from '../../platform/time/wall-clock.ts'
import type { Needs } from './needs.ts'
import { lockClient } from './queries.ts'
import { replacing } from './replacing.ts'
import type { Sealing } from './sealing.ts'

/** Numbers of a client that a call found to be wrong. */
export const createWrongNumbers = ({ clock, timeZone }: Pick<Needs, 'clock' | 'timeZone'>, sealing: Sealing) => {
  const replace = replacing(clock, sealing)

  return {
    /**
     * Marks one of the client's own numbers as wrong until somebody mends it; for a feature that logs calls, in its transaction.
     * @returns whether the client has such a number, that was not marked yet
     */
    flagWrongNumber: async (trx: Trx, actor: Actor, clientId: string, typed: string): Promise<boolean> => {
      const row = await lockClient(trx, clientId)
      if (!row) throw new NotFound()
      const present = await sealing.open(actor.tenantId, clientId, row.profile_sealed)
      const phone = present.phones.find(one => one.typed === typed && !one.wrongSince)
      if (!phone) return false
      const wrongSince = dayIn(clock(), await timeZone(trx, actor))
      const phones = present.phones.map(one => (one === phone ? { ...one, wrongSince } : one))
      await replace(
        trx,
        actor,
        row,
        present,
        await sealing.seal(actor.tenantId, clientId, { ...present, phones }),
        'amended',
      )
      return true
    },
  }
}
