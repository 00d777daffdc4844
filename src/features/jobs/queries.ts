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
}
export type Counts = { waiting: number; running: number; failed: number; mailFailed: number; lagMs: number }

const state = `case when job.locked_at is not null then 'running' when job.attempts >= job.max_attempts then 'failed'
                    when job.attempts > 0 then 'retrying' else 'waiting' end`
const jobs = `graphile_worker._private_jobs job join graphile_worker._private_tasks task on task.id = job.task_id`

/** What needs a look first: failed ones, then those that will be tried again, that run, that wait. */
export const selectJobs = async (trx: Trx, most: number): Promise<JobRow[]> => {
  const { rows } = await trx.raw<{ rows: JobRow[] }>(
    `select job.id::text, task.identifier as task, ${state} as state, job.attempts, job.max_attempts as most, job.run_at,
            job.created_at, job.locked_at, job.last_error
       from ${jobs}
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

/** The task of a job that has failed at least once and that nobody is at; it stays as it is until the transaction ends. */
export const lockTried = async (trx: Trx, id: string): Promise<string | null> => {
  const { rows } = await trx.raw<{ rows: { task: string }[] }>(
    `select task.identifier as task from ${jobs} where job.id = ? and job.attempts > 0 and job.locked_at is null for update of job`,
    [id],
  )
  return rows[0]?.task ?? null
}

/** From the beginning, at once: with all its attempts. */
export const retryJob = (trx: Trx, id: string) =>
  trx.raw('select graphile_worker.reschedule_jobs(array[?]::bigint[], run_at => now(), attempts => 0)', [id])

export const removeJob = (trx: Trx, id: string) =>
  trx.raw('select graphile_worker.complete_jobs(array[?]::bigint[])', [id])
