import { installationId, type Actor } from '../../platform/actor.ts'
import { record } from '../../platform/audit/record.ts'
import type { Db, Trx } from '../../platform/db/tenant.ts'
import { NotFound } from '../../platform/errors.ts'
import { countJobs, lockTried, removeJob, retryJob, selectJobs, type Counts } from './queries.ts'

const mostShown = 200

/** The queue, as operators see it: tasks, times and the kinds of faults. Payloads hold ids only, and not even those are shown. */
export const createJobDesk = ({ db }: { db: Db }) => {
  const change = (
    actor: Actor,
    id: string,
    action: 'job.retried' | 'job.removed',
    work: (trx: Trx) => Promise<unknown>,
  ) =>
    db.asTenant(actor, async trx => {
      const task = await lockTried(trx, id)
      if (!task) throw new NotFound()
      await work(trx)
      await record(trx, actor, action, id, { task })
    })

  return {
    list: (actor: Actor) =>
      db.asTenant(actor, async trx => ({ jobs: await selectJobs(trx, mostShown), counts: await countJobs(trx) })),

    counts: (): Promise<Counts> => db.asTenant({ tenantId: installationId }, countJobs),

    /** Tries a failed job again, from its first attempt. @throws NotFound where it is gone, runs, or has never failed */
    retry: (actor: Actor, id: string): Promise<void> => change(actor, id, 'job.retried', trx => retryJob(trx, id)),

    /** Gives a failed job up. @throws NotFound */
    remove: (actor: Actor, id: string): Promise<void> => change(actor, id, 'job.removed', trx => removeJob(trx, id)),
  }
}
export type JobDesk = ReturnType<typeof createJobDesk>
