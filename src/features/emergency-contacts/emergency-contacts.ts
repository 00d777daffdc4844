import type { Actor } from '../../platform/actor.ts'
import { record } from '../../platform/audit/record.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import { NotFound } from '../../platform/errors.ts'
import { showPhone } from '../../platform/text/phone.ts'
import { createChanges } from './changes.ts'
import { agoFrom, isOverdue } from './confirmation.ts'
import { mostContacts, type EmergencyContact, type ShownContact } from './contact.ts'
import { createContactRecords, recorded, type RecordedContact } from './contact-records.ts'
import { languageName } from '../../platform/text/languages.ts'
import { lockingActive, readRules, type Needs, type Rules } from './needs.ts'
import { createContactHistory } from './history.ts'
import { createOrdering } from './ordering.ts'
import { createConfirming } from './confirming.ts'
import { countContacts, countWithoutContacts } from './counts.ts'
import { selectAnyHaving, selectHaving, selectOrder } from './queries.ts'

/**
 * The people to call when something happens to a client, in order. Every change locks the client first, so that changes
 * of one client's contacts follow one another and ranks stay 1, 2, 3 ….
 */
export const createEmergencyContacts = (needs: Needs) => {
  const { db, lockClient } = needs
  const records = createContactRecords(needs)
  const { find, all } = records
  const lockActive = lockingActive(lockClient)

  const shown = (contact: RecordedContact, { months, country, today }: Rules): ShownContact => ({
    ...contact,
    phones: contact.phones.map(phone => ({ ...phone, ...showPhone(phone, country) })),
    speaks: contact.language
      ? { pl: languageName(contact.language, 'pl'), en: languageName(contact.language, 'en') }
      : null,
    confirmed: contact.lastConfirmedOn ? agoFrom(contact.lastConfirmedOn, today) : null,
    overdue: isOverdue(contact.lastConfirmedOn, today, months),
  })

  return {
    ...createChanges(needs, records),
    ...createOrdering(needs),
    ...createConfirming(needs, records, shown),
    ...createContactHistory(needs, records),

    /**
     * Whose contacts a form is about, and whether there is no room for one more. The form of a new contact shows the client's name:
     * that is audited as a reading of the client. Who shows a contact as well has it audited as that, by `read`.
     * @throws NotFound, Conflict where the client is archived
     */
    before: (actor: Actor, clientId: string, { contactShown = false } = {}) =>
      db.asTenant(actor, async trx => {
        const { displayName } = await lockActive(trx, actor, clientId)
        if (!contactShown) await record(trx, actor, 'client.viewed', clientId)
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

    /** A client's contacts in order, as its page shows them. */
    ofClient: async (trx: Trx, actor: Actor, clientId: string): Promise<ShownContact[]> => {
      const [rules, found] = await Promise.all([readRules(needs)(trx, actor), all(trx, actor, [clientId])])
      return (found.get(clientId) ?? []).map(contact => shown(contact, rules))
    },

    /** The contacts of many clients as pages show them; clients without any are left out. */
    shownOf: async (
      trx: Trx,
      actor: Actor,
      clientIds: readonly string[],
    ): Promise<ReadonlyMap<string, readonly ShownContact[]>> => {
      const [rules, found] = await Promise.all([readRules(needs)(trx, actor), all(trx, actor, clientIds)])
      return new Map([...found].map(([id, contacts]) => [id, contacts.map(contact => shown(contact, rules))]))
    },

    /** The contacts of many clients, each client's in order; clients without any are left out. One query. */
    ofClients: (trx: Trx, actor: Actor, clientIds: readonly string[]): Promise<Map<string, EmergencyContact[]>> =>
      records.lines(trx, actor, clientIds),

    /** How many contacts each of these clients has; clients without any are left out. One query. */
    counts: (trx: Trx, clientIds: readonly string[]): Promise<ReadonlyMap<string, number>> =>
      countContacts(trx, clientIds),

    /** How many active clients have no contact, of those whom the account of this transaction may see. One query. */
    countWithout: (trx: Trx): Promise<number> => countWithoutContacts(trx),

    /** Ids of active clients with a contact, at random, at most so many; nothing of them is read. */
    anyHaving: (trx: Trx, most: number): Promise<string[]> => selectAnyHaving(trx, most),

    /** Of these clients, those for whom there is or ever was a contact. */
    havingContacts: async (trx: Trx, _actor: Actor, clientIds: readonly string[]): Promise<ReadonlySet<string>> =>
      new Set(await selectHaving(trx, clientIds)),
  }
}
export type EmergencyContacts = ReturnType<typeof createEmergencyContacts>
