import { ask, type Trx } from '../../platform/db/tenant.ts'

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
  ask(
    trx,
    `select ${columns.join(', ')} from emergency_contacts where client_id = any(?::uuid[]) order by client_id, rank`,
    [clientIds],
  )

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

/** Active clients with a contact at random: from a random place on, so that no table is sorted. */
export const selectAnyHaving = async (trx: Trx, most: number): Promise<string[]> => {
  const having = (side: string) =>
    `select client_id as id from emergency_contacts contact join clients on clients.id = contact.client_id, start
      where clients.status = 'active' and contact.rank = 1 and contact.client_id ${side} start.place
      order by contact.client_id limit ?`
  const rows = await ask<{ id: string }>(
    trx,
    `with start as materialized (select gen_random_uuid() as place),
          later as (${having('>=')}), earlier as (${having('<')})
     select id from later union all select id from earlier limit ?`,
    [most, most, most],
  )
  return rows.map(({ id }) => id)
}

export const selectOrder = async (trx: Trx, clientId: string): Promise<string[]> =>
  trx<ContactRow>('emergency_contacts').where('client_id', clientId).orderBy('rank').pluck<string[]>('id')

/** What stands in the clear of a profile: day of the last confirmation ('YYYY-MM-DD'), and whether a number is known to be wrong. */
export type ClearFacts = { last_confirmed_on: string | null; wrong_number: boolean }
type NewContact = Pick<ContactRow, 'id' | 'client_id' | 'rank' | 'profile_sealed'> & ClearFacts & { tenant_id: string }

export const insertContact = (trx: Trx, contact: NewContact, at: Date, by: number | null) =>
  trx('emergency_contacts').insert({ ...contact, created_at: at, created_by: by, updated_at: at, updated_by: by })

export const updateContact = (
  trx: Trx,
  id: string,
  change: Pick<ContactRow, 'version' | 'profile_sealed' | 'updated_at' | 'updated_by'> & ClearFacts,
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

/** The versions a client's contacts had before their present ones, of removed contacts too. */
export const selectVersions = (trx: Trx, clientId: string): Promise<EndedVersion[]> =>
  trx<EndedVersion>('emergency_contact_versions').where({ client_id: clientId }).select('*')

export type Move = { at: Date; account_id: number | null; contact: string; from: number; to: number }

/** Every change of the order of a client's contacts, as the log tells it. */
export const selectMoves = (trx: Trx, clientId: string): Promise<Move[]> =>
  ask(
    trx,
    `select at, account_id, detail ->> 'contact' as contact, (detail ->> 'from')::int as "from", (detail ->> 'to')::int as "to"
       from audit_events where subject_id = ? and action = 'emergency-contact.moved'`,
    [clientId],
  )

/** Contacts written before their facts stood in the clear. */
export const selectUnnoted = (trx: Trx, most: number): Promise<ContactRow[]> =>
  trx<ContactRow>('emergency_contacts')
    .whereNull('wrong_number')
    .limit(most)
    .select(...columns)

export const updateFacts = (trx: Trx, id: string, version: number, facts: ClearFacts) =>
  trx('emergency_contacts').where({ id, version }).update(facts)

/** Where a contact stands among those to confirm. `confirmedOn` is an ISO date, null where nobody ever confirmed it. */
export type PlaceInList = { wrong: boolean; confirmedOn: string | null; clientId: string; rank: number }

// In the words of the index (migrations/2026-11-24-79), which row security lets be searched by: `coalesce` it would not.
const notWrong = `(contact.wrong_number is not true)`
const confirmedOn = `(case when contact.last_confirmed_on is null then '-infinity'::date else contact.last_confirmed_on end)`
/** Wrong numbers first, then never confirmed, then the longest ago. */
const listOrder = [notWrong, confirmedOn, 'contact.client_id', 'contact.rank']

/** Of active clients: contacts not confirmed since a day, or with a wrong number; in the order of the list they are its beginning. */
const toConfirm = (trx: Trx, since: string) =>
  trx('emergency_contacts as contact')
    .join('clients', 'clients.id', 'contact.client_id')
    .where('clients.status', 'active')
    .whereRaw(`(${notWrong}, ${confirmedOn}) < (true, ?::date)`, [since])

/**
 * Up to `most` contacts next to a place in the list, or next to its end where there is none: those after it, or those before it,
 * the nearest first.
 */
export const selectToConfirm = (
  trx: Trx,
  since: string,
  { way, place }: { way: 'after' | 'before'; place: PlaceInList | null },
  most: number,
): Promise<(ContactRow & ClearFacts)[]> => {
  const list = toConfirm(trx, since)
  if (place)
    list.whereRaw(`(${listOrder.join(', ')}) ${way === 'after' ? '>' : '<'} (?, ?::date, ?::uuid, ?::int)`, [
      !place.wrong,
      place.confirmedOn ?? '-infinity',
      place.clientId,
      place.rank,
    ])
  return list
    .orderByRaw(listOrder.map(part => `${part} ${way === 'after' ? 'asc' : 'desc'}`).join(', '))
    .limit(most)
    .select(
      ...columns.map(column => `contact.${column}`),
      trx.raw('contact.last_confirmed_on::text, contact.wrong_number is true as wrong_number'),
    ) as unknown as Promise<(ContactRow & ClearFacts)[]>
}

/** Up to `most` of each, so that a start page never counts them all. */
export const hintToConfirm = async (trx: Trx, since: string, most: number): Promise<{ all: number; wrong: number }> => {
  const active = `from emergency_contacts contact join clients on clients.id = contact.client_id where clients.status = 'active'`
  const due = `(contact.last_confirmed_on is null or contact.last_confirmed_on < ? or contact.wrong_number)`
  const [counted] = await ask<{ all: number; wrong: number }>(
    trx,
    // Wrong numbers in the words of their index, which holds no others: there are few, or none, among all contacts.
    `select (select count(*)::int from (select 1 ${active} and ${due} limit ?) few) as all,
            (select count(*)::int from (select 1 ${active} and contact.wrong_number and contact.wrong_number is not false limit ?) few) as wrong`,
    [since, most, most],
  )
  return counted ?? { all: 0, wrong: 0 }
}

/**
 * Whether one of them has been left so since a moment: a wrong number or a contact never confirmed that was last touched before
 * it, or one whose time was over before that day.
 */
export const areLeftToConfirm = async (trx: Trx, { day, before }: { day: string; before: Date }): Promise<boolean> => {
  const [found] = await ask<{ left: boolean }>(
    trx,
    `select exists (
       select from emergency_contacts contact join clients on clients.id = contact.client_id
        where clients.status = 'active'
          and (contact.last_confirmed_on < ?
               or contact.updated_at < ? and (contact.last_confirmed_on is null or contact.wrong_number))) as left`,
    [day, before],
  )
  return found?.left ?? false
}

export const countToConfirm = async (trx: Trx, since: string): Promise<{ all: number; wrong: number }> => {
  const row = (await toConfirm(trx, since)
    .select(trx.raw('count(*)::int as all, count(*) filter (where contact.wrong_number)::int as wrong'))
    .first()) as { all: number; wrong: number }
  return row
}
