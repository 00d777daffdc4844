import type { Actor } from '../../platform/actor.ts'
import { record } from '../../platform/audit/record.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Db, Trx } from '../../platform/db/tenant.ts'
import { NotFound } from '../../platform/errors.ts'
import type { Vault } from '../../platform/vault/vault.ts'
import {
  countMembers,
  deleteGroup,
  deleteMembers,
  insertGroup,
  insertMembers,
  lockGroup,
  selectGroup,
  selectGroups,
  selectGroupsOf,
  selectGroupsOfMany,
  selectMembers,
  updateName,
} from './queries.ts'

export type Group = { id: string; name: string }
export type CountedGroup = Group & { count: number }
/** A client as the page of a group lists them; what more there is of them the page knows. */
type Line = { id: string }
export type GroupPage<L> = { group: Group; lines: L[]; total: number; page: number; pages: number }
export type Naming = 'kept' | 'name-taken' | 'full' | 'id-taken'

type Needs<L extends Line> = {
  db: Db
  vault: Vault
  clock: Clock
  /** These clients, in the order of a list. */
  linesOf: (trx: Trx, actor: Actor, ids: readonly string[]) => Promise<L[]>
  /** The same clients with what a list says of each beside the client's own facts. */
  withContactsAndGroups: (trx: Trx, actor: Actor, lines: readonly L[]) => Promise<L[]>
}

const mostGroups = 500
const pageLength = 50
const polish = new Intl.Collator('pl', { sensitivity: 'base' })

/** Groups of clients, named by the tenant: a house, a district, a night shift. A client may be in several. */
export const createGroups = <L extends Line>({ db, vault, clock, linesOf, withContactsAndGroups }: Needs<L>) => {
  const place = (tenant: string, row: string) => ({ tenant, column: 'client_groups.name_sealed', row }) as const
  const open = async (actor: Actor, { id, name_sealed }: { id: string; name_sealed: Buffer }): Promise<Group> => ({
    id,
    name: (await vault.open<{ name: string }>(name_sealed, place(actor.tenantId, id))).name,
  })
  const seal = (actor: Actor, id: string, name: string) => vault.seal({ name }, place(actor.tenantId, id))

  /** Every group, by name. */
  const choices = async (trx: Trx, actor: Actor): Promise<Group[]> => {
    const opened = await Promise.all((await selectGroups(trx)).map(row => open(actor, row)))
    return byName(opened)
  }

  const isTaken = (groups: readonly Group[], { id, name }: Group) =>
    groups.some(group => group.id !== id && polish.compare(group.name, name) === 0)

  return {
    choices,

    /** Every group with the number of its active clients, by name. */
    list: (actor: Actor): Promise<CountedGroup[]> =>
      db.asTenant(actor, async trx => {
        const counts = await countMembers(trx)
        return (await choices(trx, actor)).map(group => ({ ...group, count: counts.get(group.id) ?? 0 }))
      }),

    /** The groups a client is in, by name. */
    ofClient: async (trx: Trx, actor: Actor, clientId: string): Promise<Group[]> => {
      const ids = new Set(await selectGroupsOf(trx, clientId))
      return ids.size === 0 ? [] : (await choices(trx, actor)).filter(({ id }) => ids.has(id))
    },

    /** The groups that each of these clients is in, by name; clients in none are left out. One query. */
    ofClients: async (
      trx: Trx,
      actor: Actor,
      clientIds: readonly string[],
    ): Promise<ReadonlyMap<string, readonly Group[]>> => {
      const rows = await selectGroupsOfMany(trx, clientIds)
      const sealed = new Map(rows.map(row => [row.id, row]))
      const opened = new Map(
        await Promise.all([...sealed.values()].map(async row => [row.id, await open(actor, row)] as const)),
      )
      const byClient = Map.groupBy(rows, row => row.client_id)
      return new Map([...byClient].map(([id, mine]) => [id, byName(mine.map(row => opened.get(row.id)!))]))
    },

    /** The ids of the active clients of some groups, each once, in the order of ids. */
    clientsOfGroups: (trx: Trx, groupIds: readonly string[]): Promise<string[]> => selectMembers(trx, groupIds),

    /** One group; null where there is none. */
    find: async (trx: Trx, actor: Actor, id: string): Promise<Group | null> => {
      const row = await selectGroup(trx, id)
      return row ? open(actor, row) : null
    },

    /** A group with a page of its active clients, which is audited as a list of them. @throws NotFound */
    page: (actor: Actor, id: string, wished: number): Promise<GroupPage<L>> =>
      db.asTenant(actor, async trx => {
        const group = await open(actor, mustBe(await selectGroup(trx, id)))
        const all = await linesOf(trx, actor, await selectMembers(trx, [id]))
        const pages = Math.max(1, Math.ceil(all.length / pageLength))
        const page = Math.min(wished, pages)
        const lines = all.slice((page - 1) * pageLength, page * pageLength)
        await record(trx, actor, 'clients.listed', undefined, {
          count: lines.length,
          group: id,
          clients: lines.map(line => line.id),
        })
        return { group, lines: await withContactsAndGroups(trx, actor, lines), total: all.length, page, pages }
      }),

    /** Makes a group. The same form sent again makes nothing more; 'id-taken' says that its id is a group of another name by now. */
    create: (actor: Actor, group: Group): Promise<Naming> =>
      db.asTenant(actor, async trx => {
        const present = await choices(trx, actor)
        const known = present.find(({ id }) => id === group.id)
        if (known) return namedAs(known, group)
        if (isTaken(present, group)) return 'name-taken'
        if (present.length >= mostGroups) return 'full'
        const made = await insertGroup(trx, {
          tenant_id: actor.tenantId,
          id: group.id,
          name_sealed: await seal(actor, group.id, group.name),
          created_at: clock(),
          created_by: actor.accountId,
        })
        // The same form at the same moment.
        if (!made) return namedAs(await open(actor, mustBe(await selectGroup(trx, group.id))), group)
        await record(trx, actor, 'group.created', group.id)
        return 'kept'
      }),

    /** @throws NotFound */
    rename: (actor: Actor, group: Group): Promise<Naming> =>
      db.asTenant(actor, async trx => {
        const present = await open(actor, mustBe(await lockGroup(trx, group.id)))
        if (present.name === group.name) return 'kept'
        if (isTaken(await choices(trx, actor), group)) return 'name-taken'
        await updateName(trx, group.id, await seal(actor, group.id, group.name))
        await record(trx, actor, 'group.renamed', group.id)
        return 'kept'
      }),

    /** Removes a group; its clients stay. @throws NotFound */
    remove: (actor: Actor, id: string): Promise<void> =>
      db.asTenant(actor, async trx => {
        mustBe(await lockGroup(trx, id))
        const members = await selectMembers(trx, [id])
        await deleteGroup(trx, id)
        await record(trx, actor, 'group.removed', id, { members: members.length })
      }),

    /**
     * Puts a client into exactly these groups; ids of no group are passed over. In the transaction of whoever holds the client's lock.
     * @returns whether anything has changed
     */
    keep: async (trx: Trx, actor: Actor, clientId: string, groupIds: readonly string[]): Promise<boolean> => {
      const present = await selectGroupsOf(trx, clientId)
      const known = new Set((await selectGroups(trx)).map(({ id }) => id))
      const wished = [...new Set(groupIds)].filter(id => known.has(id))
      const joined = wished.filter(id => !present.includes(id))
      const left = present.filter(id => !wished.includes(id))
      if (joined.length === 0 && left.length === 0) return false
      if (left.length > 0) await deleteMembers(trx, clientId, left)
      const row = { tenant_id: actor.tenantId, client_id: clientId }
      if (joined.length > 0)
        await insertMembers(
          trx,
          joined.map(group_id => ({ ...row, group_id })),
        )
      await record(trx, actor, 'client.regrouped', clientId, { joined, left })
      return true
    },
  }
}
export type Groups = ReturnType<typeof createGroups>

const byName = (groups: readonly Group[]) => [...groups].sort((one, other) => polish.compare(one.name, other.name))

const namedAs = (present: Group, wished: Group): Naming => (present.name === wished.name ? 'kept' : 'id-taken')

const mustBe = <Row>(row: Row | undefined): Row => {
  if (!row) throw new NotFound()
  return row
}
