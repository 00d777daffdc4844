import type { Actor, Role } from '../../../platform/actor.ts'
import { record } from '../../../platform/audit/record.ts'
import type { Trx } from '../../../platform/db/tenant.ts'
import { NotFound } from '../../../platform/errors.ts'
import type { Language } from '../../../platform/i18n/translations.ts'
import { readings } from '../action-groups.ts'
import { localTime } from '../../../platform/time/wall-clock.ts'
import { casesIn, type EventRow, type LogEvent } from '../event.ts'
import type { ExportsHolding } from './exports-holding.ts'
import type { createNaming } from '../naming.ts'
import type { LogNeeds } from '../needs.ts'
import { selectEventsAbout, selectRoles } from '../queries.ts'
import { writeKey, type Key } from '../schema.ts'
import { selectWatching } from '../watching/queries.ts'

const pageLength = 50
/** Events read at a time for a list of all of them, and the most that a list is made of. */
const batch = 1000
const mostListed = 50_000

/** By what somebody came to see something of a client. */
const seeing = [
  ...readings,
  'export.downloaded',
  'log.viewed',
  'log.clients-exported',
  'client.access-viewed',
  'client.access-printed',
] as const

export type AccessPage = { id: string; name: string; events: LogEvent[]; next: string | null; timeZone: string }

/** What of it a client is told: one line for what one person did in one way on one day. */
export type Visit = {
  /** 'YYYY-MM-DD' in the organisation's zone. */
  day: string
  first: Date
  last: Date
  /** How: opened, listed, printed, exported, with the log printed or exported, checked. */
  way: Way
  /** In an emergency, past a restriction, with a reason that is kept. */
  emergency: boolean
  roles: readonly Role[]
  /** Null where the organisation does not name its staff to clients. */
  name: string | null
  times: number
}
export type Way = 'opened' | 'listed' | 'printed' | 'exported' | 'log-printed' | 'log-exported' | 'checked'
export type PrintWish = { language: Language; format: 'page' | 'pdf' }
export type Visits = {
  id: string
  name: string
  organisation: string
  at: Date
  timeZone: string
  visits: Visit[]
  /** Whether there were more than a list holds. */
  cut: boolean
}

type Parts = { name: ReturnType<typeof createNaming>; exportsHolding: ExportsHolding }

/** Who has seen one client, and how. */
export const createAccess = (needs: LogNeeds, { name, exportsHolding }: Parts) => {
  const { db, clock, timeZone, organisation, accountNames, clientNames } = needs

  /** A record that the actor may not see now is as unknown as one that is not there. */
  const nameOf = async (trx: Trx, actor: Actor, clientId: string): Promise<string> => {
    const found = (await clientNames(trx, actor, [clientId])).get(clientId)
    if (found === undefined) throw new NotFound()
    return found
  }

  async function* everything(trx: Trx, clientId: string) {
    const subject = { clientId, exportIds: await exportsHolding(trx, clientId) }
    let after: Key | undefined
    for (let read = 0; read < mostListed; read += batch) {
      const rows = await selectEventsAbout(trx, subject, { actions: seeing }, after, batch)
      yield rows
      if (rows.length < batch) return
      after = rows.at(-1)
    }
  }

  const visitsOf = async (trx: Trx, actor: Actor, clientId: string): Promise<Visits> => {
    const zone = await timeZone(trx, actor)
    const { nameStaff } = await selectWatching(trx)
    const found = new Map<string, Visit & { accountId: number }>()
    let read = 0
    for await (const rows of everything(trx, clientId)) {
      read += rows.length
      for (const row of rows) addTo(found, row, zone)
    }
    const ids = [...new Set([...found.values()].map(({ accountId }) => accountId))]
    const roles = await selectRoles(trx, ids)
    const names = nameStaff ? await accountNames(trx, actor.tenantId, ids) : new Map<number, string>()
    const visits = [...found.values()].map(({ accountId, ...visit }) => ({
      ...visit,
      roles: roles.get(accountId) ?? [],
      name: names.get(accountId) ?? null,
    }))
    return {
      id: clientId,
      name: await nameOf(trx, actor, clientId),
      organisation: '',
      at: clock(),
      timeZone: zone,
      visits,
      cut: read >= mostListed,
    }
  }

  return {
    /** Each event by which somebody saw the client, the newest first, for security officers. @throws NotFound */
    page: (actor: Actor, clientId: string, after?: Key): Promise<AccessPage> =>
      db.asTenant(actor, async trx => {
        const called = await nameOf(trx, actor, clientId)
        const subject = { clientId, exportIds: await exportsHolding(trx, clientId) }
        const rows = await selectEventsAbout(trx, subject, { actions: seeing }, after, pageLength + 1)
        const shown = rows.slice(0, pageLength)
        await record(trx, actor, 'client.access-viewed', clientId, { count: shown.length })
        const next = rows.length > shown.length ? writeKey(shown.at(-1)!) : null
        const events = await name(trx, actor, shown)
        return { id: clientId, name: called, events, next, timeZone: await timeZone(trx, actor) }
      }),

    /** What a client may be told of who has seen them. @throws NotFound */
    visits: async (actor: Actor, clientId: string): Promise<Visits> => {
      const called = await organisation(actor)
      return db.asTenant(actor, async trx => {
        const visits = await visitsOf(trx, actor, clientId)
        await record(trx, actor, 'client.access-viewed', clientId, { count: visits.visits.length })
        return { ...visits, organisation: called }
      })
    },

    /** Whether there is such a client; nothing of the record is shown, so nothing is audited. @throws NotFound */
    expect: (actor: Actor, clientId: string): Promise<void> =>
      db.asTenant(actor, async trx => {
        await nameOf(trx, actor, clientId)
      }),

    /** The same to be given to the client, on paper or as a file. @throws NotFound */
    print: async (actor: Actor, clientId: string, wish: PrintWish): Promise<Visits> => {
      const called = await organisation(actor)
      return db.asTenant(actor, async trx => {
        const visits = await visitsOf(trx, actor, clientId)
        await record(trx, actor, 'client.access-printed', clientId, { ...wish, count: visits.visits.length })
        return { ...visits, organisation: called }
      })
    },
  }
}

const addTo = (found: Map<string, Visit & { accountId: number }>, row: EventRow, zone: string) => {
  const { at, account_id: accountId, action } = row
  if (accountId === null) return
  const { day } = localTime(at, zone)
  const way = wayOf(action)
  const emergency = casesIn(row).length > 0
  const key = `${day} ${accountId} ${way} ${emergency}`
  const visit = found.get(key) ?? {
    accountId,
    day,
    first: at,
    last: at,
    way,
    emergency,
    roles: [],
    name: null,
    times: 0,
  }
  found.set(key, { ...visit, first: at < visit.first ? at : visit.first, times: visit.times + 1 })
}

const wayOf = (action: string): Way => {
  if (action === 'export.downloaded') return 'exported'
  if (action === 'log.printed') return 'log-printed'
  if (action === 'log.clients-exported') return 'log-exported'
  if (action === 'log.viewed' || action.startsWith('client.access-')) return 'checked'
  if (action.endsWith('printed')) return 'printed'
  return action.startsWith('clients.') || action === 'drafts.listed' ? 'listed' : 'opened'
}
