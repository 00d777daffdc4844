import type { Actor } from '../../platform/actor.ts'
import { record } from '../../platform/audit/record.ts'
import type { EventRow, LogEvent } from './event.ts'
import { createKeptSearches } from './kept-searches.ts'
import type { createNaming } from './naming.ts'
import type { LogNeeds } from './needs.ts'
import { selectAccountIds } from './queries.ts'
import { asked, shownIn, type Reading } from './reading.ts'
import { writeKey, type Key, type KeptWish, type LogWish } from './schema.ts'

/** Events on a page. */
const pageLength = 50
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** `next` begins the page after; null where this is the last. */
export type LogPage = { events: LogEvent[]; next: string | null; timeZone: string }

type Parts = { reading: Reading; name: ReturnType<typeof createNaming> }

/** The log of an organisation, page by page, for its security officers; looking at it is an event like any other. */
export const createSearching = (needs: LogNeeds, { reading, name }: Parts) => {
  const { db, redis, vault, accountNames, findClients } = needs
  const kept = createKeptSearches(redis, vault)

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
    search: (actor: Actor, wish: KeptWish, after?: Key): Promise<LogPage> =>
      db.asTenant(actor, async trx => {
        const question = await reading.question(trx, actor, wish)
        const rows = await reading.events(trx, question, after, pageLength + 1)
        const shown = rows.slice(0, pageLength)
        const events = await name(trx, actor, shown)
        await record(trx, actor, 'log.viewed', undefined, { ...asked(wish), ...shownIn(events) })
        return { events, next: keyAfter(rows, shown), timeZone: question.zone }
      }),
  }
}

/** The key of the page after these, where there are more. */
const keyAfter = (rows: readonly EventRow[], shown: readonly EventRow[]): string | null =>
  rows.length > shown.length ? writeKey(shown.at(-1)!) : null

const { compare } = new Intl.Collator('pl')
