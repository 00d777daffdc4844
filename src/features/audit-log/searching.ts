import type { Actor } from '../../platform/actor.ts'
import { record } from '../../platform/audit/record.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import { actionGroups } from './action-groups.ts'
import { beginningOf, dayAfter } from './days.ts'
import type { EventRow, LogEvent } from './event.ts'
import type { ExportsHolding } from './access/exports-holding.ts'
import { createKeptSearches } from './kept-searches.ts'
import type { createNaming } from './naming.ts'
import type { LogNeeds } from './needs.ts'
import type { Places } from './places.ts'
import { selectAccountIds, selectEvents, selectEventsAbout, type Filter, type Subject } from './queries.ts'
import { writeKey, type Key, type LogWish } from './schema.ts'

/** Events on a page. */
const pageLength = 50
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** `next` begins the page after; null where this is the last. */
export type LogPage = { events: LogEvent[]; next: string | null; timeZone: string }
/** A search with the client that it means, found when it was asked. */
type Kept = LogWish & { clientId?: string | undefined }

type Parts = { places: Places; name: ReturnType<typeof createNaming>; exportsHolding: ExportsHolding }

/** The log of an organisation, page by page, for its security officers; looking at it is an event like any other. */
export const createSearching = (needs: LogNeeds, { places, name, exportsHolding }: Parts) => {
  const { db, redis, vault, timeZone, accountNames, findClients } = needs
  const kept = createKeptSearches(redis, vault)

  const subjectOf = async (trx: Trx, clientId: string): Promise<Subject> => ({
    clientId,
    exportIds: await exportsHolding(trx, clientId),
  })

  const filterOf = async (trx: Trx, actor: Actor, wish: LogWish, zone: string): Promise<Filter> => {
    const filter: Filter = {
      accounts: wish.accountId === undefined ? undefined : [wish.accountId],
      actions: wish.group && actionGroups[wish.group],
      since: wish.from ? beginningOf(wish.from, zone) : undefined,
      until: wish.to ? beginningOf(dayAfter(wish.to), zone) : undefined,
    }
    return wish.place ? { ...filter, signIns: await places.find(trx, actor, wish.place, signedInFor(filter)) } : filter
  }

  return {
    /** Keeps a search. @returns its id, or why no one client is meant by what was typed */
    keep: async (actor: Actor, wish: LogWish): Promise<{ id: string } | { problem: 'nobody' | 'several' }> => {
      if (!wish.client) return { id: await kept.keep(actor, wish) }
      const ids = uuid.test(wish.client) ? [wish.client.toLowerCase()] : await findClients(actor, wish.client)
      if (ids.length !== 1) return { problem: ids.length === 0 ? 'nobody' : 'several' }
      return { id: await kept.keep(actor, { ...wish, clientId: ids[0] }) }
    },

    /** What was looked for, or null where it is past its time or somebody else's. */
    find: kept.find,

    /** Every account by name, for whom to choose. */
    people: (actor: Actor): Promise<{ id: number; name: string }[]> =>
      db.asTenant(actor, async trx => {
        const names = await accountNames(trx, actor.tenantId, await selectAccountIds(trx))
        return [...names].map(([id, called]) => ({ id, name: called })).sort((a, b) => compare(a.name, b.name))
      }),

    /** A page of what fits, beginning after `after`. */
    search: (actor: Actor, wish: Kept, after?: Key): Promise<LogPage> =>
      db.asTenant(actor, async trx => {
        const { clientId } = wish
        const zone = await timeZone(trx, actor)
        const filter = await filterOf(trx, actor, wish, zone)
        const rows = clientId
          ? await selectEventsAbout(trx, await subjectOf(trx, clientId), filter, after, pageLength + 1)
          : await selectEvents(trx, filter, after, pageLength + 1)
        const shown = rows.slice(0, pageLength)
        const events = await name(trx, actor, shown)
        await record(trx, actor, 'log.viewed', undefined, { ...said(wish), ...shownIn(events) })
        return { events, next: keyAfter(rows, shown), timeZone: zone }
      }),
  }
}

/** The key of the page after these, where there are more. */
export const keyAfter = (rows: readonly EventRow[], shown: readonly EventRow[]): string | null =>
  rows.length > shown.length ? writeKey(shown.at(-1)!) : null

/** The clients that were named to the reader: they are told, when they ask, that their names were seen here. */
const shownIn = (events: readonly LogEvent[]) => {
  const ids = [...new Set(events.flatMap(({ clients }) => clients.map(({ id }) => id)))]
  return { count: events.length, ...(ids.length > 0 ? { clients: ids } : {}) }
}

/** What was asked for, without what says who or where somebody is. */
const said = ({ accountId, group, from, to, place, clientId }: Kept) => ({
  ...(accountId === undefined ? {} : { account: accountId }),
  ...(group ? { group } : {}),
  ...(clientId ? { client: clientId } : {}),
  ...(from ? { from } : {}),
  ...(to ? { to } : {}),
  ...(place ? { place: true } : {}),
})

/** A session lasts twelve hours at most, thirty days where it is remembered: what is done in it began with a sign-in before. */
const signedInFor = ({ since, until, accounts }: Filter): Filter => ({
  accounts,
  until,
  since: since && new Date(since.getTime() - 31 * 24 * 60 * 60_000),
})

const { compare } = new Intl.Collator('pl')
