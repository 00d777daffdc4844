import { randomUUID } from 'node:crypto'
import type { Actor } from '../../platform/actor.ts'
import { record } from '../../platform/audit/record.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Db, Trx } from '../../platform/db/tenant.ts'
import { NotFound } from '../../platform/errors.ts'
import {
  findDrill,
  finishDrill,
  insertDrill,
  lockOwnRunning,
  selectDrills,
  selectLastPassed,
  type DrilledPerson,
  type DrillRow,
  type Outcome,
  type Trouble,
} from './queries.ts'

/** Somebody to be found in the export: no more than is needed to look for them, and what proves that they were found. */
export type Sought = {
  clientId: string
  name: string
  fileNumber: string
  /** The last digits of every number of the contact to call first. */
  endings: readonly string[]
}
type Needs = {
  db: Db
  clock: Clock
  accountNames: (trx: Trx, tenantId: string, ids: readonly number[]) => Promise<Map<number, string>>
  /** Ids of active clients at random who have somebody to call, at most so many; leaves the reading in the audit log. */
  draw: (actor: Actor, most: number) => Promise<string[]>
  /** Those of these who are still there; leaves the reading in the audit log. */
  look: (actor: Actor, clientIds: readonly string[]) => Promise<Sought[]>
  /** @returns the export that this code is of, or null */
  proveOpened: (actor: Actor, code: string) => Promise<string | null>
}
export type ListedDrill = DrillRow & { by: string; seconds: number | null }
export type DrillResult = { code: string; trouble: Trouble; answers: Readonly<Record<string, string>> }

/** Fewer where fewer have somebody to call. */
const peopleInDrill = 3

/** Guided exercises: open the last export from its file, find three people, and keep how it went. */
export const createDrills = ({ db, clock, accountNames, draw, look, proveOpened }: Needs) => {
  const listed = async (trx: Trx, tenantId: string, rows: readonly DrillRow[]): Promise<ListedDrill[]> => {
    const names = await accountNames(
      trx,
      tenantId,
      rows.map(({ account_id }) => account_id),
    )
    return rows.map(row => ({ ...row, by: names.get(row.account_id) ?? '', seconds: secondsOf(row) }))
  }

  return {
    list: (actor: Actor): Promise<ListedDrill[]> =>
      db.asTenant(actor, async trx => listed(trx, actor.tenantId, await selectDrills(trx))),

    /** @throws NotFound */
    find: (actor: Actor, id: string): Promise<ListedDrill> =>
      db.asTenant(actor, async trx => {
        const row = await findDrill(trx, id)
        if (!row) throw new NotFound()
        return (await listed(trx, actor.tenantId, [row]))[0]!
      }),

    /** Whom to look for, in the order of the drill. */
    sought: async (actor: Actor, { people }: Pick<DrillRow, 'people'>): Promise<Sought[]> =>
      look(
        actor,
        people.map(({ clientId }) => clientId),
      ),

    /** Begins a drill: the clock runs from now. @returns its id; null where nobody can be looked for */
    start: async (actor: Actor): Promise<string | null> => {
      const { accountId, tenantId } = actor
      if (accountId === null) throw new NotFound()
      const drawn = await draw(actor, peopleInDrill)
      if (drawn.length === 0) return null
      const id = randomUUID()
      await db.asTenant(actor, async trx => {
        const people = drawn.map(clientId => ({ clientId, outcome: null }))
        await insertDrill(trx, { tenant_id: tenantId, id, account_id: accountId, started_at: clock(), people })
        await record(trx, actor, 'drill.started', id, { people: drawn.length })
      })
      return id
    },

    /**
     * Ends a drill with what was found; it is passed when everybody who can still be compared was found in an export that the code proves.
     * @throws NotFound where it is over already, or another's
     */
    finish: async (actor: Actor, id: string, { code, trouble, answers }: DrillResult): Promise<void> => {
      const finished_at = clock()
      const { accountId } = actor
      if (accountId === null) throw new NotFound()
      const drill = await db.asTenant(actor, trx => lockOwnRunning(trx, id, accountId))
      if (!drill) throw new NotFound()
      const export_id = code ? await proveOpened(actor, code) : null
      const sought = await look(
        actor,
        drill.people.map(({ clientId }) => clientId),
      )
      const people: DrilledPerson[] = drill.people.map(({ clientId }) => ({
        clientId,
        outcome: outcomeOf(
          answers[clientId] ?? '',
          sought.find(each => each.clientId === clientId),
        ),
      }))
      const passed = export_id !== null && isPassed(people)
      await db.asTenant(actor, async trx => {
        if (!(await lockOwnRunning(trx, id, accountId))) throw new NotFound()
        await finishDrill(trx, id, { finished_at, people, export_id, trouble, passed })
        const seconds = Math.round((finished_at.getTime() - drill.started_at.getTime()) / 1000)
        await record(trx, actor, 'drill.finished', id, { passed, seconds, trouble })
      })
    },

    /** When a drill was last passed; null when none ever was. */
    lastPassedAt: (trx: Trx): Promise<Date | null> => selectLastPassed(trx),
  }
}
export type Drills = ReturnType<typeof createDrills>

const secondsOf = ({ started_at, finished_at }: DrillRow) =>
  finished_at && Math.round((finished_at.getTime() - started_at.getTime()) / 1000)

/** Whose record went out of sight meanwhile says nothing of the export: the others decide, if there are any. */
const isPassed = (people: readonly DrilledPerson[]) => {
  const compared = people.filter(({ outcome }) => outcome !== 'gone')
  return compared.length > 0 && compared.every(({ outcome }) => outcome === 'found')
}

/** Compared with the record as it is now: an export that is behind it shows as `differs`, and that is worth knowing. */
const outcomeOf = (answer: string, sought: Sought | undefined): Outcome => {
  if (!sought) return 'gone'
  const digits = answer.replaceAll(/\D/g, '')
  if (!digits) return 'missing'
  return sought.endings.some(ending => digits.endsWith(ending)) ? 'found' : 'differs'
}
