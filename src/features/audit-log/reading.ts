import type { Actor } from '../../platform/actor.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import type { ExportsHolding } from './access/exports-holding.ts'
import { actionGroups } from './action-groups.ts'
import { beginningOf, dayAfter } from '../../platform/time/wall-clock.ts'
import type { EventRow, LogEvent } from './event.ts'
import type { LogNeeds } from './needs.ts'
import type { Places } from './places.ts'
import { selectEvents, selectEventsAbout, type Filter, type Subject } from './queries.ts'
import type { Key, KeptWish, LogWish } from './schema.ts'

/** A search as the database can be asked it, page after page; `zone` is in which its days were meant. */
export type Question = { zone: string; filter: Filter; subject: Subject | null }

/** What of the log fits a search: asked once for whom, when and where it means, then read so many events at a time. */
export const createReading = (
  { timeZone }: Pick<LogNeeds, 'timeZone'>,
  { places, exportsHolding }: { places: Places; exportsHolding: ExportsHolding },
) => {
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
    question: async (trx: Trx, actor: Actor, wish: KeptWish): Promise<Question> => {
      const zone = await timeZone(trx, actor)
      return {
        zone,
        filter: await filterOf(trx, actor, wish, zone),
        subject: wish.clientId ? await subjectOf(trx, wish.clientId) : null,
      }
    },

    /** The newest first, beginning after `after`. */
    events: (trx: Trx, { filter, subject }: Question, after: Key | undefined, most: number): Promise<EventRow[]> =>
      subject ? selectEventsAbout(trx, subject, filter, after, most) : selectEvents(trx, filter, after, most),
  }
}
export type Reading = ReturnType<typeof createReading>

/** The clients that were named to the reader: they are told, when they ask, that their names were seen here. */
export const shownIn = (events: readonly LogEvent[]): { count: number; clients?: string[] } => {
  const ids = [...new Set(events.flatMap(({ clients }) => clients.map(({ id }) => id)))]
  return { count: events.length, ...(ids.length > 0 ? { clients: ids } : {}) }
}

/** What was asked for, without what says who or where somebody is. */
export const asked = ({ accountId, group, from, to, place, clientId }: KeptWish) => ({
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
