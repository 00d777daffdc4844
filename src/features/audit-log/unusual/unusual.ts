import { randomUUID } from 'node:crypto'
import type { Actor } from '../../../platform/actor.ts'
import { record } from '../../../platform/audit/record.ts'
import type { Trx } from '../../../platform/db/tenant.ts'
import { Conflict, NotFound } from '../../../platform/errors.ts'
import type { LogNeeds } from '../needs.ts'
import { maySettle } from '../policy.ts'
import {
  countOpen,
  findThing,
  insertLook,
  lockThing,
  markLookedAt,
  selectLooks,
  selectThings,
  type ThingKey,
  type ThingRow,
} from './queries.ts'

const pageLength = 50
/** More than these are told as "more than". */
const mostCounted = 99

type Named = { id: string | number; name: string } | null
export type Thing = Pick<ThingRow, 'id' | 'kind' | 'count'> & {
  first: Date
  last: Date
  open: boolean
  account: Named
  client: Named
}
export type Look = { at: Date; by: string; note: string }
export type ThingPage = { things: Thing[]; next: ThingKey | null; timeZone: string }

type Needs = Pick<LogNeeds, 'db' | 'vault' | 'clock' | 'timeZone' | 'accountNames' | 'clientNames'> & {
  /** Active security officers. */
  officers: (trx: Trx) => Promise<readonly number[]>
}

/** What was found unusual, for the officers to look at and say what it was. */
export const createUnusual = (needs: Needs) => {
  const { db, vault, clock, timeZone, accountNames, clientNames, officers } = needs
  const place = (tenant: string, row: string) => ({ tenant, column: 'unusual_looks.note_sealed', row }) as const

  const named = async (trx: Trx, actor: Actor, rows: readonly ThingRow[]): Promise<Thing[]> => {
    const accounts = await accountNames(
      trx,
      actor.tenantId,
      rows.map(row => row.account_id),
    )
    const ids = [...new Set(rows.flatMap(row => row.subject_id ?? []))]
    const clients = ids.length > 0 ? await clientNames(trx, actor, ids) : new Map<string, string>()
    return rows.map(({ id, kind, count, first_at, last_at, looked_at, account_id, subject_id }) => ({
      id,
      kind,
      count,
      first: first_at,
      last: last_at,
      open: looked_at === null || looked_at < last_at,
      account: { id: account_id, name: accounts.get(account_id) ?? `#${account_id}` },
      client: subject_id && clients.has(subject_id) ? { id: subject_id, name: clients.get(subject_id)! } : null,
    }))
  }

  const noteShown = (trx: Trx, actor: Actor, things: readonly Thing[]) => {
    const clients = [...new Set(things.flatMap(({ client }) => (client ? [String(client.id)] : [])))]
    if (clients.length === 0) return Promise.resolve()
    return record(trx, actor, 'log.viewed', undefined, { unusual: true, count: things.length, clients })
  }

  return {
    /** A page of them, the newest first: the open ones, or all. */
    list: (actor: Actor, wish: { all: boolean; after?: ThingKey | undefined }): Promise<ThingPage> =>
      db.asTenant(actor, async trx => {
        const rows = await selectThings(trx, { ...wish, most: pageLength + 1 })
        const shown = rows.slice(0, pageLength)
        const things = await named(trx, actor, shown)
        await noteShown(trx, actor, things)
        const last = shown.at(-1)
        const next = rows.length > shown.length && last ? { at: last.last_at, id: last.id } : null
        return { things, next, timeZone: await timeZone(trx, actor) }
      }),

    /** How many are open, in the transaction of a page; more than 99 are told as 100. */
    countOpen: (trx: Trx): Promise<number> => countOpen(trx, mostCounted + 1),

    /** One, with what officers wrote about it. @throws NotFound */
    find: (actor: Actor, id: string): Promise<{ thing: Thing; looks: Look[]; mayLook: boolean; timeZone: string }> =>
      db.asTenant(actor, async trx => {
        const row = await findThing(trx, id)
        if (!row) throw new NotFound()
        const [thing] = await named(trx, actor, [row])
        const looks = await selectLooks(trx, id)
        const names = await accountNames(
          trx,
          actor.tenantId,
          looks.map(look => look.looked_by),
        )
        await noteShown(trx, actor, [thing!])
        const opened = looks.map(async ({ id: look, looked_at, looked_by, note_sealed }) => ({
          at: looked_at,
          by: names.get(looked_by) ?? `#${looked_by}`,
          note: await vault.open<string>(note_sealed, place(actor.tenantId, look)),
        }))
        const others = (await officers(trx)).filter(each => each !== actor.accountId)
        return {
          thing: thing!,
          looks: await Promise.all(opened),
          mayLook: maySettle(actor, row, others),
          timeZone: await timeZone(trx, actor),
        }
      }),

    /** Notes that somebody looked, and what it was. @throws NotFound, Conflict where it is about the actor and another could look */
    lookAt: (actor: Actor, id: string, note: string): Promise<void> =>
      db.asTenant(actor, async trx => {
        const row = await lockThing(trx, id)
        if (!row || actor.accountId === null) throw new NotFound()
        const others = (await officers(trx)).filter(each => each !== actor.accountId)
        if (!maySettle(actor, row, others)) throw new Conflict('audit-log:conflict.own')
        const look = randomUUID()
        const at = clock()
        await insertLook(trx, {
          tenant_id: actor.tenantId,
          id: look,
          thing_id: id,
          looked_at: at,
          looked_by: actor.accountId,
          note_sealed: await vault.seal(note, place(actor.tenantId, look)),
        })
        await markLookedAt(trx, id, at)
        await record(trx, actor, 'unusual.looked-at', id, { kind: row.kind, account: row.account_id })
      }),
  }
}
export type Unusual = ReturnType<typeof createUnusual>
