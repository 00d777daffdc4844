import type { Actor } from '../../platform/actor.ts'
import { record } from '../../platform/audit/record.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import { NotFound } from '../../platform/errors.ts'
import type { ContactProfile } from './contact.ts'
import type { ContactRecords } from './contact-records.ts'
import type { Needs } from './needs.ts'
import { selectContacts, selectMoves, selectVersions, type Move } from './queries.ts'
import { typedFrom, type TypedContact } from './schema.ts'

export type ContactField = keyof TypedContact
export type ContactChange = { field: ContactField; before: TypedContact | null; after: TypedContact }
export type ContactEntry = {
  contactId: string
  name: string
  /** What was done; 'removed' and 'moved' have no changes. */
  action: 'added' | 'amended' | 'confirmed' | 'moved' | 'removed'
  at: Date
  /** Null where the program did it, or the account is no more. */
  by: string | null
  changes: ContactChange[]
  /** Of one that was moved: its places in the order, counted from 1. */
  places?: { from: number; to: number }
}
type Version = {
  contactId: string
  version: number
  profile: ContactProfile
  madeAt: Date
  madeBy: number | null
  ended: { at: Date; by: number | null; as: 'amended' | 'confirmed' | 'removed' } | null
}

/** Who changed what of a client's contacts, and when, those that were removed included. */
export const createContactHistory = (
  { db, clientNames, accountNames }: Needs,
  { open, openEarlier }: Pick<ContactRecords, 'open' | 'openEarlier'>,
) => {
  const versionsOf = async (trx: Trx, actor: Actor, clientId: string): Promise<Version[]> => {
    const earlier = (await selectVersions(trx, clientId)).map(async row => ({
      contactId: row.contact_id,
      version: row.version,
      profile: await openEarlier(actor, row),
      madeAt: row.made_at,
      madeBy: row.made_by,
      ended: { at: row.ended_at, by: row.ended_by, as: row.ended_as },
    }))
    const present = (await selectContacts(trx, [clientId])).map(async row => ({
      contactId: row.id,
      version: row.version,
      profile: await open(actor, row),
      madeAt: row.updated_at,
      madeBy: row.updated_by,
      ended: null,
    }))
    return Promise.all([...earlier, ...present])
  }

  return {
    /** Every change, the latest first. @throws NotFound */
    history: (actor: Actor, clientId: string): Promise<{ displayName: string; entries: ContactEntry[] }> =>
      db.asTenant(actor, async trx => {
        const displayName = (await clientNames(trx, actor, [clientId])).get(clientId)
        if (displayName === undefined) throw new NotFound()
        const versions = await versionsOf(trx, actor, clientId)
        const moves = await selectMoves(trx, clientId)
        const people = [
          ...versions.flatMap(({ madeBy, ended }) => [madeBy, ended?.by ?? null]),
          ...moves.map(({ account_id: by }) => by),
        ].filter(id => id !== null)
        const names = await accountNames(trx, actor.tenantId, [...new Set(people)])
        await record(trx, actor, 'client.contact-history-viewed', clientId, { versions: versions.length })
        const entries = [...Map.groupBy(versions, ({ contactId }) => contactId)].flatMap(([id, ofOne]) => [
          ...entriesOf(ofOne, names),
          ...movesOf(
            moves.filter(({ contact }) => contact === id),
            ofOne,
            names,
          ),
        ])
        return { displayName, entries: entries.toSorted((one, other) => other.at.getTime() - one.at.getTime()) }
      }),
  }
}

/** What was done to one contact. */
const entriesOf = (versions: readonly Version[], names: ReadonlyMap<number, string>): ContactEntry[] => {
  const inOrder = versions.toSorted((one, other) => one.version - other.version)
  const nameOf = (id: number | null) => names.get(id ?? 0) ?? null
  const made = inOrder.map((version, index): ContactEntry => {
    const before = inOrder[index - 1]
    const how = before?.ended?.as
    return {
      contactId: version.contactId,
      name: version.profile.name,
      action: how === 'amended' || how === 'confirmed' ? how : 'added',
      at: version.madeAt,
      by: nameOf(version.madeBy),
      changes: changesBetween(before?.profile, version.profile),
    }
  })
  const last = inOrder.at(-1)
  if (last?.ended?.as !== 'removed') return made
  const { at, by } = last.ended
  return [
    ...made,
    { contactId: last.contactId, name: last.profile.name, action: 'removed', at, by: nameOf(by), changes: [] },
  ]
}

/** Where one contact was moved, under the name it had then. */
const movesOf = (
  moves: readonly Move[],
  versions: readonly Version[],
  names: ReadonlyMap<number, string>,
): ContactEntry[] =>
  moves.map(({ at, account_id: by, contact, from, to }) => {
    const known = versions.toSorted((one, other) => one.version - other.version)
    const { profile } = known.findLast(({ madeAt }) => madeAt <= at) ?? known[0]!
    const places = { from, to }
    return {
      contactId: contact,
      name: profile.name,
      action: 'moved',
      at,
      by: names.get(by ?? 0) ?? null,
      changes: [],
      places,
    }
  })

/** A contact that was just added was not there before: all that is said of it is new. */
const changesBetween = (before: ContactProfile | undefined, after: ContactProfile): ContactChange[] => {
  const [was, is] = [before ? typedFrom(before) : null, typedFrom(after)]
  return (Object.keys(is) as ContactField[])
    .filter(field => (was ? JSON.stringify(was[field]) !== JSON.stringify(is[field]) : is[field].length > 0))
    .map(field => ({ field, before: was, after: is }))
}
