import type { Actor } from '../../platform/actor.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Db } from '../../platform/db/tenant.ts'
import type { InstallationFacts, OrganisationFacts } from './facts.ts'
import { backupSign, dataKeySign, fileKeysSign, operatorsSign } from './installation-signs.ts'
import { asleepBefore } from './due.ts'
import {
  accountsSign,
  copiesSign,
  drillSign,
  exportSign,
  officerKeysSign,
  proofSign,
  toConfirmSign,
  unjudgedSign,
  type Sign,
} from './signs.ts'

type Needs = { db: Db; clock: Clock; facts: OrganisationFacts & InstallationFacts }

/** Whether an organisation is ready for the day on which nothing works, part by part. */
export const createReadiness = ({ db, clock, facts }: Needs) => {
  const sleeping = (actor: Actor, now: Date) =>
    db.asTenant(actor, trx => facts.sleepingAccounts(trx, asleepBefore(now)))

  const forOperators = async (actor: Actor, now: Date): Promise<Sign[]> => {
    const since = await facts.keysSince()
    return [
      backupSign(await facts.backup(), now, true),
      dataKeySign(since.data, facts.rotationDays, now, true),
      fileKeysSign(since.files, now, facts.fileRotationDays),
      operatorsSign(await sleeping(actor, now)),
    ]
  }

  const forOfficers = async (actor: Actor, now: Date): Promise<Sign[]> => {
    const [made, plan, copies, lastDrill] = await db.asTenant(actor, trx =>
      Promise.all([facts.exportsMade(trx), facts.plan(trx), facts.copies(trx), facts.lastDrill(trx)]),
    )
    const registered = await facts.officerKeys(actor)
    const oldest = registered.length > 0 ? new Date(Math.min(...registered.map(at => at.getTime()))) : null
    return [
      exportSign(made.last, plan.freshDays, now),
      copiesSign(copies, plan, now),
      proofSign(made.proved, now),
      officerKeysSign(registered.length, oldest, now),
      drillSign(lastDrill, now),
      toConfirmSign(await facts.toConfirm(actor), actor.roles.includes('staff')),
      unjudgedSign(await facts.unjudgedCases(actor)),
      backupSign(await facts.backup(), now, false),
      dataKeySign(await facts.dataKeySince(actor), facts.rotationDays, now, false),
      accountsSign(await sleeping(actor, now), actor.roles.includes('administrator')),
    ]
  }

  return {
    /** Every part that concerns the actor: an operator sees the installation's, and nothing of an organisation. */
    of: (actor: Actor): Promise<Sign[]> =>
      actor.roles.includes('operator') ? forOperators(actor, clock()) : forOfficers(actor, clock()),
  }
}
export type Readiness = ReturnType<typeof createReadiness>
