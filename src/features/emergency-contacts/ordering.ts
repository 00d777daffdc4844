import type { Actor } from '../../platform/actor.ts'
import { record } from '../../platform/audit/record.ts'
import { Conflict, NotFound } from '../../platform/errors.ts'
import { lockingActive, type Needs } from './needs.ts'
import { moved, movedItem, sameItems, type Direction } from './order.ts'
import { selectOrder, updateOrder } from './queries.ts'

/** In which order contacts are called. Each change refuses, by a Conflict, while the client is archived. */
export const createOrdering = ({ db, lockClient }: Pick<Needs, 'db' | 'lockClient'>) => {
  const lockActive = lockingActive(lockClient)

  return {
    /**
     * Changes places with the contact before or after; at either end nothing happens.
     * @throws NotFound, Conflict when there is no direction
     */
    move: (actor: Actor, clientId: string, id: string, direction: Direction | null) =>
      db.asTenant(actor, async trx => {
        await lockActive(trx, actor, clientId)
        const order = await selectOrder(trx, clientId)
        if (!order.includes(id)) throw new NotFound()
        if (!direction) throw new Conflict('emergency-contacts:conflict.order')
        const wanted = moved(order, id, direction)
        if (wanted.every((one, index) => one === order[index])) return
        await updateOrder(trx, clientId, wanted)
        const ranks = { from: order.indexOf(id) + 1, to: wanted.indexOf(id) + 1 }
        await record(trx, actor, 'emergency-contact.moved', clientId, { contact: id, ...ranks })
      }),

    /** Puts all contacts of a client into this order. @throws Conflict when these are not exactly the client's contacts */
    reorder: (actor: Actor, clientId: string, ids: readonly string[] | null) =>
      db.asTenant(actor, async trx => {
        await lockActive(trx, actor, clientId)
        const order = await selectOrder(trx, clientId)
        if (!ids || !sameItems(order, ids)) throw new Conflict('emergency-contacts:conflict.order')
        const contact = movedItem(order, ids)
        if (contact === null) return
        await updateOrder(trx, clientId, ids)
        const ranks = { from: order.indexOf(contact) + 1, to: ids.indexOf(contact) + 1 }
        await record(trx, actor, 'emergency-contact.moved', clientId, { contact, ...ranks })
      }),
  }
}
