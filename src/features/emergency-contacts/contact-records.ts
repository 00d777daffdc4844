import type { Actor } from '../../platform/actor.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import type { Vault } from '../../platform/vault/vault.ts'
import type { ContactProfile, EmergencyContact } from './contact.ts'
import {
  insertContact,
  insertVersion,
  selectContact,
  selectContactLines,
  selectContacts,
  updateContact,
  type ContactRow,
  type EndedVersion,
} from './queries.ts'

/** A contact as it is recorded; `version` counts what was recorded of it, not where it stands in the order. */
export type RecordedContact = EmergencyContact & { version: number }
export type Found = { row: ContactRow; profile: ContactProfile }

/** Contacts as sealed rows: opened on the way out, sealed for their place on the way in, and no version lost. */
export const createContactRecords = ({ vault, clock }: { vault: Vault; clock: Clock }) => {
  // Facts of a profile that are counted without opening it.
  const inTheClear = (profile: ContactProfile) => ({
    last_confirmed_on: profile.lastConfirmedOn,
    wrong_number: profile.phones.some(({ wrongSince }) => wrongSince),
  })

  const place = (tenant: string, id: string) =>
    ({ tenant, column: 'emergency_contacts.profile_sealed', row: id }) as const
  const earlierPlace = (tenant: string, id: string, version: number) =>
    ({ tenant, column: 'emergency_contact_versions.profile_sealed', row: `${id}:${version}` }) as const
  const open = (tenant: string, row: ContactRow) =>
    vault.open<ContactProfile>(row.profile_sealed, place(tenant, row.id))

  /** Keeps a version that ends, sealed for the place of kept versions. */
  const keep = async (trx: Trx, actor: Actor, { row, profile }: Found, endedAs: EndedVersion['ended_as']) => {
    await insertVersion(trx, {
      tenant_id: actor.tenantId,
      contact_id: row.id,
      version: row.version,
      client_id: row.client_id,
      profile_sealed: await vault.seal(profile, earlierPlace(actor.tenantId, row.id, row.version)),
      made_at: row.updated_at,
      made_by: row.updated_by,
      ended_at: clock(),
      ended_by: actor.accountId,
      ended_as: endedAs,
    })
  }

  return {
    keep,
    inTheClear,
    open: (actor: Actor, row: ContactRow) => open(actor.tenantId, row),

    /** A kept version. */
    openEarlier: (actor: Actor, row: Pick<EndedVersion, 'contact_id' | 'version' | 'profile_sealed'>) =>
      vault.open<ContactProfile>(row.profile_sealed, earlierPlace(actor.tenantId, row.contact_id, row.version)),

    find: async (trx: Trx, actor: Actor, clientId: string, id: string): Promise<Found | undefined> => {
      const row = await selectContact(trx, clientId, id)
      return row && { row, profile: await open(actor.tenantId, row) }
    },

    /** The contacts of these clients, by client, in order. Clients without any are left out. */
    all: async (trx: Trx, actor: Actor, clientIds: readonly string[]): Promise<Map<string, RecordedContact[]>> => {
      const rows = await selectContacts(trx, clientIds)
      const opened = rows.map(async row => ({ row, profile: await open(actor.tenantId, row) }))
      const found = Map.groupBy(await Promise.all(opened), ({ row }) => row.client_id)
      return new Map([...found].map(([clientId, contacts]) => [clientId, contacts.map(recorded)]))
    },

    /** The same of very many clients, as they are to be called. */
    lines: async (trx: Trx, { tenantId }: Actor, clientIds: readonly string[]) => {
      const rows = await selectContactLines(trx, clientIds)
      const profiles = await vault.openAll<ContactProfile>(
        rows.map(({ id, profile_sealed: sealed }) => ({ row: id, sealed })),
        { tenant: tenantId, column: 'emergency_contacts.profile_sealed' },
      )
      const found = new Map<string, EmergencyContact[]>()
      for (const [index, { id, client_id: clientId, rank }] of rows.entries()) {
        const contact = { ...profiles[index]!, id, rank }
        const before = found.get(clientId)
        if (before) before.push(contact)
        else found.set(clientId, [contact])
      }
      return found
    },

    insert: async (
      trx: Trx,
      actor: Actor,
      contact: { id: string; clientId: string; rank: number },
      profile: ContactProfile,
    ) => {
      const { id, clientId, rank } = contact
      const profile_sealed = await vault.seal(profile, place(actor.tenantId, id))
      await insertContact(
        trx,
        { tenant_id: actor.tenantId, id, client_id: clientId, rank, profile_sealed, ...inTheClear(profile) },
        clock(),
        actor.accountId,
      )
    },

    replace: async (trx: Trx, actor: Actor, found: Found, profile: ContactProfile, as: 'amended' | 'confirmed') => {
      await keep(trx, actor, found, as)
      await updateContact(trx, found.row.id, {
        version: found.row.version + 1,
        profile_sealed: await vault.seal(profile, place(actor.tenantId, found.row.id)),
        ...inTheClear(profile),
        updated_at: clock(),
        updated_by: actor.accountId,
      })
    },
  }
}

export type ContactRecords = ReturnType<typeof createContactRecords>

export const recorded = ({ row, profile }: Found): RecordedContact => ({
  ...profile,
  id: row.id,
  rank: row.rank,
  version: row.version,
})
