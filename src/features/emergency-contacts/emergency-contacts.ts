import type { Actor } from '../../platform/actor.ts'
import { record } from '../../platform/audit/record.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Db, Trx } from '../../platform/db/tenant.ts'
import { Conflict, NotFound } from '../../platform/errors.ts'
import type { Vault } from '../../platform/vault/vault.ts'
import { agoFrom, dayOf, isOverdue } from './confirmation.ts'
import { mostContacts, type ContactProfile, type EmergencyContact, type ShownContact } from './contact.ts'
import { createContactRecords, recorded, type RecordedContact } from './contact-records.ts'
import { languageName } from './languages.ts'
import { moved, sameItems, type Direction } from './order.ts'
import { shownNumber } from './phone-number.ts'
import { deleteContact, selectHaving, selectOrder, selectOwner, updateOrder } from './queries.ts'

/** Locks a client of the actor's tenant until the transaction ends. @throws NotFound */
export type LockClient = (trx: Trx, actor: Actor, clientId: string) => Promise<{ displayName: string }>
export type Amendment =
  { outcome: 'amended' | 'removed'; now?: undefined } | { outcome: 'changed'; now: RecordedContact }
type Needs = { db: Db; vault: Vault; clock: Clock; lockClient: LockClient }

/**
 * The people to call when something happens to a client, in order. Every change locks the client first, so that changes
 * of one client's contacts follow one another and ranks stay 1, 2, 3 ….
 */
export const createEmergencyContacts = ({ db, vault, clock, lockClient }: Needs) => {
  const { find, all, insert, replace, keep } = createContactRecords({ vault, clock })

  const shown = (contact: RecordedContact): ShownContact => {
    const today = dayOf(clock())
    return {
      ...contact,
      phones: contact.phones.map(phone => ({ ...phone, ...shownNumber(phone) })),
      speaks: contact.language
        ? { pl: languageName(contact.language, 'pl'), en: languageName(contact.language, 'en') }
        : null,
      confirmed: contact.lastConfirmedOn ? agoFrom(contact.lastConfirmedOn, today) : null,
      overdue: isOverdue(contact.lastConfirmedOn, today),
    }
  }

  return {
    /** The latest day on which a contact can have been confirmed. */
    today: () => dayOf(clock()),

    /** Whose contacts a form is about, and whether there is no room for one more. @throws NotFound */
    before: (actor: Actor, clientId: string) =>
      db.asTenant(actor, async trx => {
        const { displayName } = await lockClient(trx, actor, clientId)
        return { displayName, full: (await selectOrder(trx, clientId)).length >= mostContacts }
      }),

    /** One contact, read to be changed. @throws NotFound */
    read: (actor: Actor, clientId: string, id: string): Promise<RecordedContact> =>
      db.asTenant(actor, async trx => {
        const found = await find(trx, actor, clientId, id)
        if (!found) throw new NotFound()
        await record(trx, actor, 'emergency-contact.viewed', clientId, { contact: id })
        return recorded(found)
      }),

    /**
     * Puts a contact last in the client's order. `id` was given out with the form: the same form sent again adds nothing.
     * 'taken' says that this id is already another contact, or this one as somebody changed or removed it since.
     */
    add: (actor: Actor, clientId: string, id: string, profile: ContactProfile): Promise<'added' | 'full' | 'taken'> =>
      db.asTenant(actor, async trx => {
        await lockClient(trx, actor, clientId)
        const known = await find(trx, actor, clientId, id)
        if (known && same(known.profile, profile)) return 'added'
        if (known ?? (await selectOwner(trx, id))) return 'taken'

        const order = await selectOrder(trx, clientId)
        if (order.length >= mostContacts) return 'full'
        await insert(trx, actor, { id, clientId, rank: order.length + 1 }, profile)
        await record(trx, actor, 'emergency-contact.added', clientId, { contact: id })
        return 'added'
      }),

    /**
     * Replaces what is recorded, if it still is the version that was looked at. Otherwise nothing changes: it was 'removed'
     * meanwhile, or 'changed', and `now` is the contact as it stands.
     * @throws NotFound when there never was such a contact of this client
     */
    amend: (
      actor: Actor,
      clientId: string,
      id: string,
      version: number | null,
      profile: ContactProfile,
    ): Promise<Amendment> =>
      db.asTenant(actor, async (trx): Promise<Amendment> => {
        await lockClient(trx, actor, clientId)
        const found = await find(trx, actor, clientId, id)
        if (!found) return gone(trx, clientId, id)

        const fields = changedFields(found.profile, profile)
        if (fields.length === 0) return { outcome: 'amended' }
        if (found.row.version !== version) {
          await record(trx, actor, 'emergency-contact.viewed', clientId, { contact: id })
          return { outcome: 'changed', now: recorded(found) }
        }
        await replace(trx, actor, found, profile, 'amended')
        await record(trx, actor, 'emergency-contact.amended', clientId, {
          contact: id,
          version: version + 1,
          fields: fields.join(' '),
        })
        return { outcome: 'amended' }
      }),

    /**
     * Changes places with the contact before or after; at either end nothing happens.
     * @throws NotFound, Conflict when there is no direction
     */
    move: (actor: Actor, clientId: string, id: string, direction: Direction | null) =>
      db.asTenant(actor, async trx => {
        await lockClient(trx, actor, clientId)
        const order = await selectOrder(trx, clientId)
        if (!order.includes(id)) throw new NotFound()
        if (!direction) throw new Conflict('emergency-contacts:conflict.order')
        const wanted = moved(order, id, direction)
        if (same(order, wanted)) return
        await updateOrder(trx, clientId, wanted)
        const ranks = { from: order.indexOf(id) + 1, to: wanted.indexOf(id) + 1 }
        await record(trx, actor, 'emergency-contact.moved', clientId, { contact: id, ...ranks })
      }),

    /** Puts all contacts of a client into this order. @throws Conflict when these are not exactly the client's contacts */
    reorder: (actor: Actor, clientId: string, ids: readonly string[] | null) =>
      db.asTenant(actor, async trx => {
        await lockClient(trx, actor, clientId)
        const order = await selectOrder(trx, clientId)
        if (!ids || !sameItems(order, ids)) throw new Conflict('emergency-contacts:conflict.order')
        for (const [index, id] of ids.entries()) {
          const from = order.indexOf(id) + 1
          if (from !== index + 1)
            await record(trx, actor, 'emergency-contact.moved', clientId, { contact: id, from, to: index + 1 })
        }
        await updateOrder(trx, clientId, ids)
      }),

    /** Notes that everything recorded of a contact was confirmed today. @throws NotFound, Conflict when it has changed since it was looked at */
    confirm: (actor: Actor, clientId: string, id: string, version: number | null) =>
      db.asTenant(actor, async trx => {
        await lockClient(trx, actor, clientId)
        const found = await find(trx, actor, clientId, id)
        if (!found) throw new NotFound()
        const today = dayOf(clock())
        if (found.profile.lastConfirmedOn === today) return
        if (found.row.version !== version) throw new Conflict('emergency-contacts:conflict.confirm')
        await replace(trx, actor, found, { ...found.profile, lastConfirmedOn: today }, 'confirmed')
        await record(trx, actor, 'emergency-contact.confirmed', clientId, { contact: id, version: version + 1 })
      }),

    /**
     * Takes a contact off the list and closes the gap. Its last version is kept with the older ones until the client goes.
     * Removing it again changes nothing.
     * @throws NotFound, Conflict when it has changed since it was looked at
     */
    remove: (actor: Actor, clientId: string, id: string, version: number | null) =>
      db.asTenant(actor, async trx => {
        await lockClient(trx, actor, clientId)
        const found = await find(trx, actor, clientId, id)
        if (!found) {
          await gone(trx, clientId, id)
          return
        }
        if (found.row.version !== version) throw new Conflict('emergency-contacts:conflict.remove')
        await keep(trx, actor, found, 'removed')
        await deleteContact(trx, id)
        await updateOrder(trx, clientId, await selectOrder(trx, clientId))
        await record(trx, actor, 'emergency-contact.removed', clientId, { contact: id, version })
      }),

    /** A client's contacts in order, as its page shows them. */
    ofClient: async (trx: Trx, actor: Actor, clientId: string): Promise<ShownContact[]> =>
      ((await all(trx, actor, [clientId])).get(clientId) ?? []).map(shown),

    /** The contacts of many clients, each client's in order; clients without any are left out. One query. */
    ofClients: (trx: Trx, actor: Actor, clientIds: readonly string[]): Promise<Map<string, EmergencyContact[]>> =>
      all(trx, actor, clientIds),

    /** Of these clients, those for whom there is or ever was a contact. */
    havingContacts: async (trx: Trx, _actor: Actor, clientIds: readonly string[]): Promise<ReadonlySet<string>> =>
      new Set(await selectHaving(trx, clientIds)),
  }
}
export type EmergencyContacts = ReturnType<typeof createEmergencyContacts>

/** Equal as JSON. Both sides come from the same schema, so their keys stand in the same order. */
const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other)

/** A contact that is no more, if it ever was this client's. @throws NotFound */
const gone = async (trx: Trx, clientId: string, id: string) => {
  if ((await selectOwner(trx, id)) !== clientId) throw new NotFound()
  return { outcome: 'removed' } as const
}

const changedFields = (before: ContactProfile, after: ContactProfile) =>
  (Object.keys(after) as (keyof ContactProfile)[]).filter(field => !same(before[field], after[field]))
