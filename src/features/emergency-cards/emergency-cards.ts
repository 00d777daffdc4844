import type { Actor } from '../../platform/actor.ts'
import { record } from '../../platform/audit/record.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Db, Trx } from '../../platform/db/tenant.ts'
import { NotFound } from '../../platform/errors.ts'
import type { CountryCode } from '../../platform/text/phone.ts'
import type { Vault } from '../../platform/vault/vault.ts'
import type { Call, CallProfile } from './call.ts'
import { calleeOf, cardOf, type Callee, type Card, type CardClient, type CardContact } from './card.ts'
import { insertCall, selectCalled, selectCalls, type CallRow } from './queries.ts'
import type { CallForm } from './schema.ts'

type Needs = {
  db: Db
  vault: Vault
  clock: Clock
  timeZone: (trx: Trx, actor: Actor) => Promise<string>
  /** Whose telephone numbers need no country code. */
  country: (trx: Trx, actor: Actor) => Promise<CountryCode>
  accountNames: (trx: Trx, tenantId: string, ids: readonly number[]) => Promise<Map<number, string>>
  /** These clients; those that are no more are left out. */
  clientsOf: (trx: Trx, actor: Actor, ids: readonly string[]) => Promise<readonly CardClient[]>
  contactsOf: (trx: Trx, actor: Actor, clientId: string) => Promise<readonly CardContact[]>
  /** Mark a number as wrong until it is mended. */
  flagContact: (
    trx: Trx,
    actor: Actor,
    clientId: string,
    wrong: { contactId: string; typed: string },
  ) => Promise<unknown>
  flagClient: (trx: Trx, actor: Actor, clientId: string, typed: string) => Promise<unknown>
}

const shownOnCard = 10
const shownInLog = 500

/** The emergency card of a client: whom to call now, and the log of who was called. */
export const createEmergencyCards = (needs: Needs) => {
  const { db, vault, clock, timeZone, country, accountNames, clientsOf, contactsOf, flagContact, flagClient } = needs
  const place = (tenant: string, row: string) => ({ tenant, column: 'calls.call_sealed', row }) as const

  const mustFind = async (trx: Trx, actor: Actor, clientId: string): Promise<CardClient> => {
    const [client] = await clientsOf(trx, actor, [clientId])
    if (!client) throw new NotFound()
    return client
  }

  const callsOf = async (trx: Trx, actor: Actor, clientId: string, most: number): Promise<Call[]> => {
    const rows = await selectCalls(trx, clientId, most)
    const names = await accountNames(
      trx,
      actor.tenantId,
      rows.map(({ by }) => by).filter(by => by !== null),
    )
    return Promise.all(rows.map(row => open(actor, row, names)))
  }

  const open = async (actor: Actor, row: CallRow, names: ReadonlyMap<number, string>): Promise<Call> => ({
    ...(await vault.open<CallProfile>(row.call_sealed, place(actor.tenantId, row.id))),
    id: row.id,
    contactId: row.contact_id,
    outcome: row.outcome,
    at: row.at,
    by: names.get(row.by ?? 0) ?? null,
  })

  /** Whose number it is that was called, as the record stands. @returns undefined where it is nobody's */
  const called = async (trx: Trx, actor: Actor, client: CardClient, { who, number }: CallForm) => {
    if (who === 'client') {
      const known = client.profile.phones.some(({ typed }) => typed === number)
      return known ? { contactId: null, name: nameOf(client) } : undefined
    }
    const contact = (await contactsOf(trx, actor, client.id)).find(({ id }) => id === who)
    const known = contact?.phones.some(({ typed }) => typed === number)
    return contact && known ? { contactId: contact.id, name: contact.name } : undefined
  }

  return {
    /** A client's card as it stands now, which is audited as a reading. @throws NotFound */
    read: (actor: Actor, clientId: string): Promise<Card> =>
      db.asTenant(actor, async trx => {
        const client = await mustFind(trx, actor, clientId)
        await record(trx, actor, 'client.card-viewed', clientId)
        return cardOf({
          client,
          contacts: await contactsOf(trx, actor, clientId),
          calls: await callsOf(trx, actor, clientId, shownOnCard),
          at: clock(),
          timeZone: await timeZone(trx, actor),
          country: await country(trx, actor),
        })
      }),

    /** Whom to call for a client, in order, for a page about something else; whoever shows it records that the client was read. */
    whomToCall: async (trx: Trx, actor: Actor, clientId: string): Promise<Callee[]> => {
      const at = clock()
      const zone = await timeZone(trx, actor)
      return (await contactsOf(trx, actor, clientId)).map(contact => calleeOf(contact, at, zone))
    },

    /** Every call that was logged for a client, the latest first. @throws NotFound */
    log: (actor: Actor, clientId: string): Promise<{ client: CardClient; calls: Call[]; timeZone: string }> =>
      db.asTenant(actor, async trx => {
        const client = await mustFind(trx, actor, clientId)
        const calls = await callsOf(trx, actor, clientId, shownInLog)
        await record(trx, actor, 'client.calls-viewed', clientId, { calls: calls.length })
        return { client, calls, timeZone: await timeZone(trx, actor) }
      }),

    /**
     * Logs a call; one that found a wrong number marks the number until somebody mends it. `id` was given out with the form: the same
     * form sent again logs nothing more.
     * @returns 'unknown-number' where the record has no such number any more
     * @throws NotFound
     */
    logCall: (actor: Actor, clientId: string, id: string, form: CallForm): Promise<'logged' | 'unknown-number'> =>
      db.asTenant(actor, async trx => {
        const client = await mustFind(trx, actor, clientId)
        const whom = await called(trx, actor, client, form)
        if (!whom) return 'unknown-number'
        const profile: CallProfile = { who: whom.name, number: form.number, note: form.note }
        const logged = await insertCall(trx, {
          tenant_id: actor.tenantId,
          id,
          client_id: clientId,
          contact_id: whom.contactId,
          outcome: form.outcome,
          call_sealed: await vault.seal(profile, place(actor.tenantId, id)),
          at: clock(),
          by: actor.accountId,
        })
        if (!logged) return 'logged'
        if (form.outcome === 'wrong-number') {
          if (whom.contactId === null) await flagClient(trx, actor, clientId, form.number)
          else await flagContact(trx, actor, clientId, { contactId: whom.contactId, typed: form.number })
        }
        await record(trx, actor, 'call.logged', clientId, { call: id, contact: whom.contactId, outcome: form.outcome })
        return 'logged'
      }),

    /** Of these clients, those for whom a call was ever logged. */
    havingCalls: async (trx: Trx, _actor: Actor, clientIds: readonly string[]): Promise<ReadonlySet<string>> =>
      new Set(await selectCalled(trx, clientIds)),
  }
}
export type EmergencyCards = ReturnType<typeof createEmergencyCards>

const nameOf = ({ profile }: CardClient) => `${profile.givenNames} ${profile.familyName}`.trim()
