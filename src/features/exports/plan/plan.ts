import { systemActor, type Actor } from '../../../platform/actor.ts'
import { record } from '../../../platform/audit/record.ts'
import type { Clock } from '../../../platform/clock.ts'
import type { Db, Trx } from '../../../platform/db/tenant.ts'
import type { Language } from '../../../platform/i18n/translations.ts'
import type { ExportFiles } from '../export-files.ts'
import type { RequestExport } from '../wish.ts'
import {
  expireExports,
  lockPlan,
  putPlan,
  selectLastScheduled,
  selectPastKeeping,
  selectPlan,
  type Plan,
} from './queries.ts'

export type TellOfficers = (trx: Trx, tenantId: string, what: 'waiting' | 'stuck' | 'not-stored') => Promise<void>

type Needs = {
  db: Db
  clock: Clock
  files: ExportFiles
  request: RequestExport
  keysInUse: (trx: Trx) => Promise<readonly { id: string }[]>
  languageOf: (trx: Trx, tenantId: string) => Promise<Language>
  tellOfficers: TellOfficers
  /** Copies in the backup store. @returns whether any is to be made or removed */
  copiesDue: (trx: Trx) => Promise<boolean>
  enqueueCopies: (trx: Trx, tenantId: string) => Promise<void>
}

const dayMs = 24 * 60 * 60_000
/** A run an hour early is no run too many: otherwise the hour would wander round the clock. */
const slackMs = 60 * 60_000

/** Exports that are made by themselves, to officers' keys only: nobody's passphrase is needed, or kept. */
export const createPlans = ({
  db,
  clock,
  files,
  request,
  keysInUse,
  languageOf,
  tellOfficers,
  copiesDue,
  enqueueCopies,
}: Needs) => {
  const within = (trx: Trx): Promise<Plan> => selectPlan(trx)
  const of = (actor: Pick<Actor, 'tenantId'>): Promise<Plan> => db.asTenant(actor, within)

  const isDue = async (trx: Trx, { everyDays }: Plan) => {
    if (everyDays === 0) return false
    const last = await selectLastScheduled(trx)
    return !last || clock().getTime() - last.getTime() >= everyDays * dayMs - slackMs
  }

  const makeDue = async (tenantId: string) => {
    const actor = systemActor(tenantId)
    const due = await db.asTenant(actor, async trx => {
      await lockPlan(trx, tenantId)
      if (!(await isDue(trx, await selectPlan(trx)))) return null
      const keyIds = (await keysInUse(trx)).map(({ id }) => id)
      if (keyIds.length === 0) await tellOfficers(trx, tenantId, 'stuck')
      return { keyIds, language: await languageOf(trx, tenantId) }
    })
    if (!due || due.keyIds.length === 0) return
    await request(actor, { ...due, format: 'viewer', passphrase: null, scheduled: true })
  }

  return {
    of,
    within,

    /** @returns false where exports should make themselves and there is no key to seal them to */
    change: (actor: Actor, plan: Plan): Promise<boolean> =>
      db.asTenant(actor, async trx => {
        if (plan.everyDays > 0 && (await keysInUse(trx)).length === 0) return false
        await putPlan(trx, actor.tenantId, plan, clock())
        await record(trx, actor, 'export-plan.changed', undefined, { ...plan })
        return true
      }),

    /** Makes what is due, removes what is past keeping; for the worker, every hour. */
    run: async (tenantId: string): Promise<void> => {
      await makeDue(tenantId)
      const actor = systemActor(tenantId)
      const past = await db.asTenant(actor, async trx => {
        const { keep } = await selectPlan(trx)
        const ids = await selectPastKeeping(trx, keep)
        await expireExports(trx, ids)
        for (const id of ids) await record(trx, actor, 'export.removed', id)
        if (await copiesDue(trx)) await enqueueCopies(trx, tenantId)
        return ids
      })
      for (const exportId of past) await files.remove({ tenantId, exportId })
    },
  }
}
export type Plans = ReturnType<typeof createPlans>
