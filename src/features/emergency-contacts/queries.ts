import type { Trx } from '../../platform/db/tenant.ts'

export type ContactRow = {
  id: string
  client_id: string
  rank: number
  version: number
  profile_sealed: Buffer
  updated_at: Date
  updated_by: number | null
}
const columns = ['id', 'client_id', 'rank', 'version', 'profile_sealed', 'updated_at', 'updated_by'] as const

export const selectContacts = (trx: Trx, clientIds: readonly string[]): Promise<ContactRow[]> =>
  trx<ContactRow>('emergency_contacts')
    .whereIn('client_id', clientIds)
    .orderBy(['client_id', 'rank'])
    .select(...columns)

export type ContactLine = Pick<ContactRow, 'id' | 'client_id' | 'rank' | 'profile_sealed'>

/** The same of very many clients, and no more of each contact than whoever is to call needs. */
export const selectContactLines = (trx: Trx, clientIds: readonly string[]): Promise<ContactLine[]> =>
  trx<ContactRow>('emergency_contacts')
    .whereRaw('client_id = any(?::uuid[])', [clientIds as string[]])
    .orderBy(['client_id', 'rank'])
    .select('id', 'client_id', 'rank', 'profile_sealed')

export const selectContact = (trx: Trx, clientId: string, id: string): Promise<ContactRow | undefined> =>
  trx<ContactRow>('emergency_contacts')
    .where({ client_id: clientId, id })
    .first(...columns)

/** Whose contact this is or was: its client, by id. */
export const selectOwner = async (trx: Trx, id: string): Promise<string | undefined> => {
  const row =
    (await trx<{ client_id: string }>('emergency_contacts').where('id', id).first('client_id')) ??
    (await trx<{ client_id: string }>('emergency_contact_versions').where('contact_id', id).first('client_id'))
  return row?.client_id
}

/** Of these clients, those that have or ever had a contact. */
export const selectHaving = async (trx: Trx, clientIds: readonly string[]): Promise<string[]> => {
  const having = (table: string) =>
    trx<{ client_id: string }>(table).whereIn('client_id', clientIds).distinct().pluck('client_id')
  return [...(await having('emergency_contacts')), ...(await having('emergency_contact_versions'))] as string[]
}

export const selectOrder = async (trx: Trx, clientId: string): Promise<string[]> =>
  trx<ContactRow>('emergency_contacts').where('client_id', clientId).orderBy('rank').pluck<string[]>('id')

type NewContact = Pick<ContactRow, 'id' | 'client_id' | 'rank' | 'profile_sealed'> & { tenant_id: string }

export const insertContact = (trx: Trx, contact: NewContact, at: Date, by: number | null) =>
  trx('emergency_contacts').insert({ ...contact, created_at: at, created_by: by, updated_at: at, updated_by: by })

export const updateContact = (
  trx: Trx,
  id: string,
  change: Pick<ContactRow, 'version' | 'profile_sealed' | 'updated_at' | 'updated_by'>,
) => trx('emergency_contacts').where('id', id).update(change)

export const deleteContact = (trx: Trx, id: string) => trx('emergency_contacts').where('id', id).delete()

/** Ranks 1, 2, 3 … in the order of `ids`, in one statement: the unique constraint looks only at its end. */
export const updateOrder = (trx: Trx, clientId: string, ids: readonly string[]) =>
  trx.raw(
    `update emergency_contacts as contact set rank = wanted.rank
     from unnest(?::uuid[]) with ordinality as wanted (id, rank)
     where contact.client_id = ? and contact.id = wanted.id and contact.rank <> wanted.rank`,
    [[...ids], clientId],
  )

export type EndedVersion = {
  tenant_id: string
  contact_id: string
  version: number
  client_id: string
  profile_sealed: Buffer
  made_at: Date
  made_by: number | null
  ended_at: Date
  ended_by: number | null
  ended_as: 'amended' | 'confirmed' | 'removed'
}

export const insertVersion = (trx: Trx, version: EndedVersion) => trx('emergency_contact_versions').insert(version)
