import type { Trx } from '../../platform/db/tenant.ts'

export type JobRow = {
  id: string
  task: string
  state: 'running' | 'failed' | 'retrying' | 'waiting'
  attempts: number
  most: number
  run_at: Date
  created_at: Date
  locked_at: Date | null
  last_error: string | null
  /** Of whose organisation it is, and of which account, where its payload says so. */
  tenant_id: string | null
  account_id: number | null
  /** When it was tried last, where it has failed. */
  tried_at: Date | null
}
export type Counts = { waiting: number; running: number; failed: number; mailFailed: number; lagMs: number }

const state = `case when job.locked_at is not null then 'running' when job.attempts >= job.max_attempts then 'failed'
                    when job.attempts > 0 then 'retrying' else 'waiting' end`
const jobs = `graphile_worker._private_jobs job join graphile_worker._private_tasks task on task.id = job.task_id`

/** A letter that was tried and is not sent, whether it will be tried again by itself or not. */
const unsent = `(task.identifier like 'mail.%' and job.locked_at is null and job.attempts > 0)`
/** The queue sets a failed job's next time e^attempts seconds ahead (graphile-worker, failJobs); that is taken off again. */
const triedAt = `case when job.attempts > 0 and job.last_error is not null
                      then job.run_at - exp(least(job.attempts, 10)) * interval '1 second' end`

/** What needs a look first: failed ones, then those that will be tried again, that run, that wait. @param letters unsent ones, or all else */
export const selectJobs = async (trx: Trx, letters: boolean, most: number): Promise<JobRow[]> => {
  const { rows } = await trx.raw<{ rows: JobRow[] }>(
    `select job.id::text, task.identifier as task, ${state} as state, job.attempts, job.max_attempts as most, job.run_at,
            job.created_at, job.locked_at, job.last_error, job.payload->>'tenantId' as tenant_id,
            (job.payload->>'accountId')::int as account_id, ${triedAt} as tried_at
       from ${jobs}
      where ${letters ? '' : 'not '}${unsent}
      order by array_position(array['failed', 'retrying', 'running', 'waiting'], ${state}), job.run_at, job.id limit ?`,
    [most],
  )
  return rows
}

/** Jobs by state; `lagMs`: for how long the first of those that are due has waited. */
export const countJobs = async (trx: Trx): Promise<Counts> => {
  const { rows } = await trx.raw<{ rows: Counts[] }>(
    `select count(*) filter (where job.locked_at is null and job.attempts < job.max_attempts)::int as waiting,
            count(*) filter (where job.locked_at is not null)::int as running,
            count(*) filter (where ${state} = 'failed' and task.identifier not like 'mail.%')::int as failed,
            count(*) filter (where ${state} = 'failed' and task.identifier like 'mail.%')::int as "mailFailed",
            coalesce(greatest(0, extract(epoch from now() - min(job.run_at)
              filter (where job.locked_at is null and job.attempts < job.max_attempts and job.run_at <= now()))) * 1000, 0)::float8 as "lagMs"
       from ${jobs}`,
  )
  return rows[0]!
}

type TriedRow = Pick<JobRow, 'id' | 'task' | 'last_error'>
const tried = `select job.id::text, task.identifier as task, job.last_error from ${jobs}`

/** A job that has failed at least once and that nobody is at; it stays as it is until the transaction ends. */
export const lockTried = async (trx: Trx, id: string): Promise<TriedRow | null> => {
  const { rows } = await trx.raw<{ rows: TriedRow[] }>(
    `${tried} where job.id = ? and job.attempts > 0 and job.locked_at is null for update of job`,
    [id],
  )
  return rows[0] ?? null
}

/** Every letter that was tried and is not sent; they stay as they are until the transaction ends. */
export const lockUnsent = async (trx: Trx): Promise<TriedRow[]> => {
  const { rows } = await trx.raw<{ rows: TriedRow[] }>(`${tried} where ${unsent} order by job.id for update of job`)
  return rows
}

/** From the beginning, at once: with all its attempts. */
export const retryJobs = (trx: Trx, ids: readonly string[]) =>
  trx.raw('select graphile_worker.reschedule_jobs(?::bigint[], run_at => now(), attempts => 0)', [ids as string[]])

export const removeJob = (trx: Trx, id: string) =>
  trx.raw('select graphile_worker.complete_jobs(array[?]::bigint[])', [id])
