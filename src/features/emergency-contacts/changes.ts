import { randomUUID } from 'node:crypto'
import type { Actor } from '../../platform/actor.ts'
import { record } from '../../platform/audit/record.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import { Conflict, NotFound } from '../../platform/errors.ts'
import { dayIn } from '../../platform/time/wall-clock.ts'
import { mostContacts, type ContactProfile } from './contact.ts'
import { recorded, type ContactRecords, type RecordedContact } from './contact-records.ts'
import { lockingActive, type Needs } from './needs.ts'
import { deleteContact, selectContacts, selectOrder, selectOwner, updateOrder } from './queries.ts'

export type Amendment = { outcome: 'amended' } | { outcome: 'removed' } | { outcome: 'changed'; now: RecordedContact }

/** Contacts added, amended, confirmed and removed. Each refuses, by a Conflict, while the client is archived. */
export const createChanges = ({ db, clock, lockClient, rules }: Needs, records: ContactRecords) => {
  const today = async (trx: Trx, actor: Actor) => dayIn(clock(), (await rules(trx, actor)).timeZone)
  const { find, insert, replace, keep } = records
  const lockActive = lockingActive(lockClient)

  return {
    /**
     * Puts a contact last in the client's order. `id` was given out with the form: the same form sent again adds nothing.
     * 'taken' says that this id is already another contact, or this one as somebody changed or removed it since.
     */
    add: (actor: Actor, clientId: string, id: string, profile: ContactProfile): Promise<'added' | 'full' | 'taken'> =>
      db.asTenant(actor, async trx => {
        await lockActive(trx, actor, clientId)
        const known = await find(trx, actor, clientId, id)
        if (known && same(known.profile, profile)) return 'added'
        if (known ?? (await selectOwner(trx, id))) return 'taken'

        const order = await selectOrder(trx, clientId)
        if (order.length >= mostContacts) return 'full'
        await insert(trx, actor, { id, clientId, rank: order.length + 1 }, profile)
        await record(trx, actor, 'emergency-contact.added', clientId, { contact: id })
        return 'added'
      }),

    /** Adds the contacts that a client begins with, in their order; for a feature that makes the client in this transaction. */
    addFirst: async (trx: Trx, actor: Actor, clientId: string, profiles: readonly ContactProfile[]): Promise<void> => {
      for (const [index, profile] of profiles.entries()) {
        const id = randomUUID()
        await insert(trx, actor, { id, clientId, rank: index + 1 }, profile)
        await record(trx, actor, 'emergency-contact.added', clientId, { contact: id })
      }
    },

    /** Whether these are all contacts of a client, in their order and as they are recorded now. */
    areExactly: async (
      trx: Trx,
      actor: Actor,
      clientId: string,
      profiles: readonly ContactProfile[],
    ): Promise<boolean> => {
      const rows = await selectContacts(trx, [clientId])
      return same(await Promise.all(rows.map(row => records.open(actor, row))), profiles)
    },

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
        await lockActive(trx, actor, clientId)
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
     * Notes that everything recorded of a contact was confirmed today: no number of it is wrong any more.
     * @param areNumbersRight whether the person was asked about the numbers that are marked as wrong
     * @throws NotFound, Conflict when it has changed since it was looked at, or a number is marked as wrong and nobody was asked
     */
    confirm: (actor: Actor, clientId: string, id: string, version: number | null, areNumbersRight = false) =>
      db.asTenant(actor, async trx => {
        await lockActive(trx, actor, clientId)
        const found = await find(trx, actor, clientId, id)
        if (!found) throw new NotFound()
        const profile = confirmedProfile(found.profile, await today(trx, actor))
        if (same(found.profile, profile)) return
        if (found.row.version !== version) throw new Conflict('emergency-contacts:conflict.confirm')
        if (!areNumbersRight && found.profile.phones.some(({ wrongSince }) => wrongSince))
          throw new Conflict('emergency-contacts:conflict.confirm-wrong')
        await replace(trx, actor, found, profile, 'confirmed')
        await record(trx, actor, 'emergency-contact.confirmed', clientId, { contact: id, version: version + 1 })
      }),

    /**
     * Marks a number as a wrong one until somebody mends or confirms it; for a feature that logs calls, in its transaction.
     * @returns whether there is such a contact, with such a number, that was not marked yet
     */
    flagWrongNumber: async (
      trx: Trx,
      actor: Actor,
      clientId: string,
      { contactId, typed }: { contactId: string; typed: string },
    ): Promise<boolean> => {
      await lockClient(trx, actor, clientId)
      const found = await find(trx, actor, clientId, contactId)
      const phone = found?.profile.phones.find(one => one.typed === typed && !one.wrongSince)
      if (!found || !phone) return false
      const wrongSince = await today(trx, actor)
      const phones = found.profile.phones.map(one => (one === phone ? { ...one, wrongSince } : one))
      await replace(trx, actor, found, { ...found.profile, phones }, 'amended')
      await record(trx, actor, 'emergency-contact.amended', clientId, {
        contact: contactId,
        version: found.row.version + 1,
        fields: 'phones',
      })
      return true
    },

    /**
     * Takes a contact off the list and closes the gap. Its last version is kept with the older ones until the client goes.
     * Removing it again changes nothing.
     * @throws NotFound, Conflict when it has changed since it was looked at
     */
    remove: (actor: Actor, clientId: string, id: string, version: number | null) =>
      db.asTenant(actor, async trx => {
        await lockActive(trx, actor, clientId)
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
  }
}

/** Equal as JSON. Both sides come from the same schema, so their keys stand in the same order. */
const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other)

const confirmedProfile = (profile: ContactProfile, today: string): ContactProfile => ({
  ...profile,
  phones: profile.phones.map(({ wrongSince: _, ...phone }) => phone),
  lastConfirmedOn: today,
})

/** A contact that is no more, if it ever was this client's. @throws NotFound */
const gone = async (trx: Trx, clientId: string, id: string) => {
  if ((await selectOwner(trx, id)) !== clientId) throw new NotFound()
  return { outcome: 'removed' } as const
}

const changedFields = (before: ContactProfile, after: ContactProfile) =>
  (Object.keys(after) as (keyof ContactProfile)[]).filter(field => !same(before[field], after[field]))
