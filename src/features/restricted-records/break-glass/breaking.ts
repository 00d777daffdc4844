import { randomUUID } from 'node:crypto'
import type { Actor } from '../../../platform/actor.ts'
import { record } from '../../../platform/audit/record.ts'
import type { Trx } from '../../../platform/db/tenant.ts'
import { NotFound } from '../../../platform/errors.ts'
import type { Needs, Told } from '../needs.ts'
import { isOfficer } from '../policy.ts'
import {
  endCases,
  findRestriction,
  findUnderWay,
  insertCase,
  selectClosedTo,
  selectUnderWay,
  type RestrictionRow,
} from '../queries.ts'
import type { BreakForm, FindForm } from '../schema.ts'
import type { CaseReason, Seals } from '../sealing.ts'
import { fits } from './matching.ts'

/** How somebody comes to see a restricted record. `until`, and so many minutes: where the glass was broken; null for the named. */
export type Standing = { mayManage: boolean; until: Date | null; minutes: number | null }
export type Finding = { found: string } | { found: null; because: 'nobody' | 'several' }

const minuteMs = 60_000

/** Opening a restricted record in an emergency, for a reason and a limited time. */
export const createBreaking = (needs: Needs, seals: Seals) => {
  const { db, clock, visible, named, findable, people, minutes, country, tell, ring } = needs
  const asProgram = <T>({ tenantId }: Actor, work: (trx: Trx) => Promise<T>) => db.asTenant({ tenantId }, work)
  const accountOf = ({ accountId }: Actor): number => {
    if (accountId === null) throw new NotFound()
    return accountId
  }

  /** Where an organisation has no officer, its administrators stand in: somebody is always told. */
  const officersIn = async (trx: Trx, { tenantId }: Actor): Promise<number[]> => {
    const everybody = await people(trx, tenantId)
    const officers = everybody.filter(isOfficer)
    const told = officers.length > 0 ? officers : everybody.filter(({ roles }) => roles.includes('administrator'))
    return told.map(({ id }) => id)
  }

  const tellOfficers = async (trx: Trx, actor: Actor, told: Told) =>
    tell(trx, actor.tenantId, await officersIn(trx, actor), told, accountOf(actor))

  /** Pages that are open show it at once. */
  const ringOfficers = async (actor: Actor) =>
    ring(actor.tenantId, await asProgram(actor, trx => officersIn(trx, actor)))

  const isClosedTo = (actor: Actor, restriction: RestrictionRow | undefined) =>
    restriction !== undefined && !restriction.people.includes(accountOf(actor))

  /** Opens the record in a transaction of the program; a second form while it is open opens nothing more. */
  const open = async (trx: Trx, actor: Actor, clientId: string, reason: CaseReason): Promise<void> => {
    const now = clock()
    if (await findUnderWay(trx, clientId, accountOf(actor), now)) return
    const id = randomUUID()
    const lasts = await minutes(trx, actor)
    await insertCase(trx, {
      tenant_id: actor.tenantId,
      id,
      client_id: clientId,
      account_id: accountOf(actor),
      opened_at: now,
      ends_at: new Date(now.getTime() + lasts * minuteMs),
      reason_sealed: await seals.sealReason(actor.tenantId, id, reason),
    })
    await record(trx, actor, 'break-glass.opened', clientId, { cases: [id], minutes: lasts })
    await tellOfficers(trx, actor, 'break-glass-opened')
  }

  const miss = async (trx: Trx, actor: Actor, reason: CaseReason) => {
    const [id, now] = [randomUUID(), clock()]
    await insertCase(trx, {
      tenant_id: actor.tenantId,
      id,
      client_id: null,
      account_id: accountOf(actor),
      opened_at: now,
      ends_at: now,
      reason_sealed: await seals.sealReason(actor.tenantId, id, reason),
    })
    await record(trx, actor, 'break-glass.missed', id, { cases: [id] })
    await tellOfficers(trx, actor, 'break-glass-missed')
  }

  return {
    /**
     * Whether a record is hidden from the actor now: its pages lead on to breaking the glass.
     * @throws NotFound where there is no such record
     */
    isHidden: (actor: Actor, clientId: string): Promise<boolean> =>
      asProgram(actor, async trx => {
        if (!(await visible(trx, [clientId])).has(clientId)) throw new NotFound()
        const restriction = await findRestriction(trx, clientId)
        return isClosedTo(actor, restriction) && !(await findUnderWay(trx, clientId, accountOf(actor), clock()))
      }),

    /** How long the glass will stay broken, in minutes. */
    minutes: (actor: Actor): Promise<number> => db.asTenant(actor, trx => minutes(trx, actor)),

    /** Opens a record whose address is known. @throws NotFound where there is none, or it is hidden from nobody */
    breakFor: async (actor: Actor, clientId: string, { reason, details }: BreakForm): Promise<void> => {
      await asProgram(actor, async trx => {
        const [found] = await named(trx, actor.tenantId, [clientId])
        if (!found || !isClosedTo(actor, await findRestriction(trx, clientId))) throw new NotFound()
        await open(trx, actor, clientId, { reason, details, sought: null, birthDate: null })
      })
      await ringOfficers(actor)
    },

    /** Looks for a restricted record by what is known of the person, and opens it. Finding nobody is a case as well. */
    find: async (actor: Actor, { reason, details, sought, birthDate }: FindForm): Promise<Finding> => {
      const finding = await asProgram<Finding>(actor, async trx => {
        const closed = await selectClosedTo(trx, accountOf(actor))
        const home = await country(trx, actor)
        const fitting = (await findable(trx, actor.tenantId, closed)).filter(each =>
          fits(each, sought, birthDate ?? '', home),
        )
        const why = { reason, details, sought, birthDate: birthDate || null }
        const [found, another] = fitting
        if (found && !another) {
          await open(trx, actor, found.id, why)
          return { found: found.id }
        }
        await miss(trx, actor, why)
        return { found: null, because: another ? 'several' : 'nobody' }
      })
      await ringOfficers(actor)
      return finding
    },

    /** Ends the actor's access to a record before its time. @throws NotFound where there is none */
    end: (actor: Actor, clientId: string): Promise<void> =>
      db.asTenant(actor, async trx => {
        const ended = await endCases(trx, clientId, accountOf(actor), clock())
        if (ended.length === 0) throw new NotFound()
        await record(trx, actor, 'break-glass.ended', clientId, { cases: ended })
      }),

    /** How the actor comes to see a record, for its pages, read alongside; null where it isn't restricted, or hidden from them. */
    standingBeside: (actor: Actor, clientId: string): (() => Promise<Standing | null>) =>
      db.alongside(actor, async trx => {
        const restriction = await findRestriction(trx, clientId)
        if (!restriction) return null
        if (!isClosedTo(actor, restriction)) return { mayManage: true, until: null, minutes: null }
        const now = clock()
        const underWay = await findUnderWay(trx, clientId, accountOf(actor), now)
        if (!underWay) return null
        const minutes = Math.max(1, Math.ceil((underWay.ends_at.getTime() - now.getTime()) / minuteMs))
        return { mayManage: isOfficer(actor), until: underWay.ends_at, minutes }
      }),

    /** What the actor has open now. */
    underWay: (trx: Trx, actor: Actor) => selectUnderWay(trx, accountOf(actor), clock()),
  }
}
