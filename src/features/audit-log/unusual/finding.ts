import { systemActor, type Actor } from '../../../platform/actor.ts'
import type { Clock } from '../../../platform/clock.ts'
import type { Db, Trx } from '../../../platform/db/tenant.ts'
import { beginningOf, localTime } from '../../../platform/time/wall-clock.ts'
import { lockLookedUntil, putLookedUntil, selectWatching } from '../watching/queries.ts'
import { sameFamilyName, samePerson } from './names.ts'
import {
  deleteThingsBefore,
  keepHappenings,
  selectExported,
  selectManyRead,
  selectOddHours,
  selectPrinted,
  selectReadings,
  selectRefused,
  type Happening,
  type Reading,
  type UnusualKind,
} from './queries.ts'

type Called = { given: string; family: string }
export type FindingNeeds = {
  db: Db
  clock: Clock
  timeZone: (trx: Trx, actor: Pick<Actor, 'tenantId'>) => Promise<string>
  /** Everybody who signs in, by account. */
  people: (trx: Trx, tenantId: string) => Promise<ReadonlyMap<number, Called>>
  /** How these clients are called; those that are no more are left out. */
  calledClients: (trx: Trx, actor: Actor, ids: readonly string[]) => Promise<ReadonlyMap<string, Called>>
  /** Tells the security officers that there is something new. */
  tellOfficers: (trx: Trx, tenantId: string) => Promise<unknown>
}

const hourMs = 60 * 60_000
const dayMs = 24 * hourMs
/** How far back the first look goes, and how long what was found is kept. */
const firstLookMs = 30 * dayMs
const keptMs = 365 * dayMs
/** A transaction may have begun, and so have its moment, this long before it can be seen. */
const lateMs = hourMs
const openedAtOnce = 500

/**
 * Looks through what has been written since the last look for what is unusual; again and again the same comes to the same. Days are
 * looked at whole, from the one before, so that their numbers are whole.
 */
export const createFinding = ({ db, clock, timeZone, people, calledClients, tellOfficers }: FindingNeeds) => ({
  /** @returns how many new things were found */
  look: (tenantId: string): Promise<number> => {
    const actor = systemActor(tenantId)
    return db.asTenant(actor, async trx => {
      const until = clock()
      const before = (await lockLookedUntil(trx, tenantId)) ?? new Date(until.getTime() - firstLookMs)
      const since = new Date(before.getTime() - lateMs)
      const zone = await timeZone(trx, actor)
      const watching = await selectWatching(trx)
      const from = beginningOf(localTime(new Date(since.getTime() - dayMs), zone).day, zone)
      const days = { from, until, zone }
      const readings = await selectReadings(trx, { from: since, until, zone })
      const { relatives, colleagues } = await acquainted(trx, actor, readings)

      const found: [UnusualKind, readonly Happening[]][] = [
        ['many-read', await selectManyRead(trx, days, watching)],
        ['odd-hours', await selectOddHours(trx, days, watching)],
        ['own-family-name', relatives],
        ['colleague', colleagues],
        ['refused', await selectRefused(trx, days, watching)],
        ['exported', await selectExported(trx, days)],
        ['printed', await selectPrinted(trx, days)],
      ]
      let fresh = 0
      for (const [kind, happenings] of found) fresh += await keepHappenings(trx, tenantId, kind, happenings)
      if (fresh > 0) await tellOfficers(trx, tenantId)
      await deleteThingsBefore(trx, new Date(until.getTime() - keptMs))
      await putLookedUntil(trx, until)
      return fresh
    })

    /** Names lie sealed on both sides, so they are opened here, by the worker: no page waits, and no index tells of kinship. */
    async function acquainted(trx: Trx, actor: Actor, readings: readonly Reading[]) {
      const relatives: Happening[] = []
      const colleagues: Happening[] = []
      if (readings.length === 0) return { relatives, colleagues }
      const staff = await people(trx, tenantId)
      const ids = [...new Set(readings.map(({ subject_id }) => subject_id))]
      for (let from = 0; from < ids.length; from += openedAtOnce) {
        const clients = await calledClients(trx, actor, ids.slice(from, from + openedAtOnce))
        for (const { month, ...reading } of readings) {
          const client = clients.get(reading.subject_id)
          const reader = staff.get(reading.account_id)
          if (!client || !reader) continue
          const happening = { ...reading, mark: `${reading.account_id}/${reading.subject_id}/${month}` }
          if ([...staff.values()].some(person => samePerson(person, client))) colleagues.push(happening)
          else if (sameFamilyName(reader, client)) relatives.push(happening)
        }
      }
      return { relatives, colleagues }
    }
  },
})
