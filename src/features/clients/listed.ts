import type { Actor } from '../../platform/actor.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import type { GroupChoice, Needs } from './needs.ts'

/** What a list says of a client beside the client's own facts: how many people there are to call, and the groups by name. */
export type Listed<Line> = Line & { contacts: number; groups: readonly GroupChoice[] }

/** Adds to lines of clients what lists say of each: two queries for all of them, sent together. */
export const createListed =
  ({ contactCounts, groups }: Pick<Needs, 'contactCounts' | 'groups'>) =>
  async <Line extends { id: string }>(trx: Trx, actor: Actor, lines: readonly Line[]): Promise<Listed<Line>[]> => {
    if (lines.length === 0) return []
    const ids = lines.map(({ id }) => id)
    const [contacts, groupsOf] = await Promise.all([contactCounts(trx, ids), groups.ofClients(trx, actor, ids)])
    return lines.map(line => ({
      ...line,
      contacts: contacts.get(line.id) ?? 0,
      groups: groupsOf.get(line.id) ?? [],
    }))
  }
