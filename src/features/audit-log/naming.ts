import type { Actor } from '../../platform/actor.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import { accountIn, clientsIn, type EventRow, type LogEvent } from './event.ts'
import type { LogNeeds } from './needs.ts'
import type { Places } from './places.ts'

/** Of a list that showed many clients, so many are named; the others are counted. */
const mostNamed = 5

/** Names everybody in a page of events, in one question each for accounts, clients and sign-ins. */
export const createNaming =
  ({ accountNames, clientNames }: Pick<LogNeeds, 'accountNames' | 'clientNames'>, places: Places) =>
  async (trx: Trx, actor: Actor, rows: readonly EventRow[]): Promise<LogEvent[]> => {
    const accountIds = rows.flatMap(row => [row.account_id ?? [], accountIn(row) ?? []].flat())
    const shown = rows.map(row => clientsIn(row))
    const wanted = [...new Set(shown.flatMap(ids => ids.slice(0, mostNamed)))]
    const [accounts, clients, seen] = await Promise.all([
      accountNames(trx, actor.tenantId, accountIds),
      wanted.length > 0 ? clientNames(trx, actor, wanted) : new Map<string, string>(),
      places.ofSignIns(
        trx,
        actor,
        rows.flatMap(({ sign_in_id }) => sign_in_id ?? []),
      ),
    ])
    const account = (id: number | null) => (id === null ? null : { id, name: accounts.get(id) ?? `#${id}` })

    return rows.map((row, index) => {
      const ids = shown[index]!
      const first = ids.slice(0, mostNamed)
      const named = first.flatMap(id => (clients.has(id) ? [{ id, name: clients.get(id)! }] : []))
      const about = accountIn(row)
      return {
        id: row.id,
        at: row.at,
        action: row.action,
        account: account(row.account_id),
        about: about === row.account_id ? null : account(about),
        place: row.sign_in_id === null ? null : (seen.get(row.sign_in_id) ?? null),
        clients: named,
        more: ids.length - first.length,
        unnamed: first.length - named.length,
        detail: row.detail,
      }
    })
  }
