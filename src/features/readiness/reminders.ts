import { installationId, systemActor } from '../../platform/actor.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Db, Trx } from '../../platform/db/tenant.ts'
import { asleepBefore, contactsLeftDays, exportDue, practiceDue, reminders, type Reminder } from './due.ts'
import type { OrganisationFacts } from './facts.ts'
import { lockReminders } from './queries.ts'

type Needs = {
  db: Db
  clock: Clock
  facts: OrganisationFacts
  /** Whether the certificate of the pages ends soon. */
  certificateEnding: () => Promise<boolean>
  /** Tells those who can mend it, unless they were told a short time ago. */
  tell: (trx: Trx, tenantId: string, reminder: Reminder) => Promise<void>
  /** These are mended: what is unread of them is dealt with. */
  settle: (trx: Trx, done: readonly Reminder[]) => Promise<unknown>
}

/**
 * Reminds of what waits. Nothing is remembered but the notices themselves: each round looks at how things stand and tells, in
 * one transaction, so that a round that was broken off has done all or nothing and the next one does what is left.
 */
export const createReminders = ({ db, clock, facts, certificateEnding, tell, settle }: Needs) => {
  const dueIn = async (trx: Trx, tenantId: string, madeAt: Date, contactsLeft: boolean): Promise<Reminder[]> => {
    const now = clock()
    const sleeping = await facts.sleepingAccounts(trx, asleepBefore(now))
    if (tenantId === installationId)
      return [
        ...(sleeping > 0 ? (['operators-asleep'] as const) : []),
        ...((await certificateEnding()) ? (['certificate-ending'] as const) : []),
      ]
    const stand = {
      madeAt,
      freshDays: (await facts.plan(trx)).freshDays,
      lastDrill: await facts.lastDrill(trx),
      ...(await facts.exportsMade(trx)),
    }
    return [
      ...exportDue(stand, now),
      ...practiceDue(stand, now),
      ...(contactsLeft ? (['contacts-to-confirm'] as const) : []),
      ...(sleeping > 0 ? (['accounts-asleep'] as const) : []),
    ]
  }

  return {
    /** One round of one organisation, for the worker, every hour; of a suspended one nobody could do anything. */
    run: async (tenantId: string): Promise<void> => {
      const contactsLeft = tenantId !== installationId && (await facts.contactsLeft(tenantId, contactsLeftDays))
      await db.asTenant(systemActor(tenantId), async trx => {
        await lockReminders(trx, tenantId)
        const { madeAt, active } = await facts.organisation(trx, tenantId)
        if (!active) return
        const due = await dueIn(trx, tenantId, madeAt, contactsLeft)
        for (const reminder of due) await tell(trx, tenantId, reminder)
        await settle(
          trx,
          reminders.filter(each => !due.includes(each)),
        )
      })
    },
  }
}
