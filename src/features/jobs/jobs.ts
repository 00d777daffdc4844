import { installationId, type Actor } from '../../platform/actor.ts'
import { record } from '../../platform/audit/record.ts'
import type { Db, Trx } from '../../platform/db/tenant.ts'
import { Conflict, NotFound } from '../../platform/errors.ts'
import { readMailFault } from '../../platform/mail/mail-fault.ts'
import { shownLetter, type UnsentLetter } from './letters.ts'
import {
  countJobs,
  lockTried,
  lockUnsent,
  removeJob,
  retryJobs,
  selectJobs,
  type Counts,
  type JobRow,
} from './queries.ts'

const mostShown = 200

type Needs = {
  db: Db
  /** What organisations are called, in the operators' realm. */
  organisationNames: (trx: Trx, ids: readonly string[]) => Promise<Map<string, string>>
}
/** What the desk shows of the queue: the letters that could not be sent, and every other job. */
type Queue = { letters: UnsentLetter[]; jobs: JobRow[]; counts: Counts }

/**
 * The queue, as operators see it: tasks, times and the kinds of faults. Payloads hold ids only, and not even those are shown; but
 * for a letter the organisation that waits for it, and of an operator's own letter their number.
 */
export const createJobDesk = ({ db, organisationNames }: Needs) => {
  const readLetters = async (trx: Trx): Promise<UnsentLetter[]> => {
    const rows = await selectJobs(trx, true, mostShown)
    const names = await organisationNames(trx, [...new Set(rows.flatMap(row => row.tenant_id ?? []))])
    return rows.map(row => shownLetter(row, names))
  }

  return {
    list: (actor: Actor): Promise<Queue> =>
      db.asTenant(actor, async trx => ({
        letters: await readLetters(trx),
        jobs: await selectJobs(trx, false, mostShown),
        counts: await countJobs(trx),
      })),

    counts: (): Promise<Counts> => db.asTenant({ tenantId: installationId }, countJobs),

    /**
     * Tries a failed job again, from its first attempt.
     * @throws NotFound where it is gone, runs, or has never failed
     * @throws Conflict for a letter of which nothing is kept that could be sent
     */
    retry: (actor: Actor, id: string): Promise<void> =>
      db.asTenant(actor, async trx => {
        const job = await lockTried(trx, id)
        if (!job) throw new NotFound()
        if (isGone(job)) throw new Conflict('jobs:conflict.gone')
        await retryJobs(trx, [id])
        await record(trx, actor, 'job.retried', id, { task: job.task })
      }),

    /** Tries every letter again that was not sent and still can be. @returns how many */
    retryLetters: (actor: Actor): Promise<number> =>
      db.asTenant(actor, async trx => {
        const ids = (await lockUnsent(trx)).filter(job => !isGone(job)).map(({ id }) => id)
        if (ids.length === 0) return 0
        await retryJobs(trx, ids)
        await record(trx, actor, 'job.letters-retried', undefined, { letters: ids.length })
        return ids.length
      }),

    /** Gives a failed job up. @throws NotFound */
    remove: (actor: Actor, id: string): Promise<void> =>
      db.asTenant(actor, async trx => {
        const job = await lockTried(trx, id)
        if (!job) throw new NotFound()
        await removeJob(trx, id)
        await record(trx, actor, 'job.removed', id, { task: job.task })
      }),
  }
}
export type JobDesk = ReturnType<typeof createJobDesk>

const isGone = ({ last_error }: Pick<JobRow, 'last_error'>) => readMailFault(last_error) === 'CONTENTS_GONE'
