import type { Redis } from 'ioredis'
import type pg from 'pg'
import type { Logger } from 'pino'

/** How often a worker shows that it lives, and how long after the last time it counts as dead. */
export type Patience = { everyMs: number; deadAfterMs: number }

const usual: Patience = { everyMs: 20_000, deadAfterMs: 60_000 }

/**
 * Gives the jobs of dead workers to the living: the queue by itself would hold a job for hours whose worker was killed.
 * Each worker shows in Redis that it lives; one that holds jobs and was dead at two looks in a row holds them no longer.
 * @param own the ids of this process's workers
 * @returns ends the watch
 */
export const freeAbandonedJobs = (
  pool: pg.Pool,
  redis: Redis,
  log: Logger,
  own: ReadonlySet<string>,
  patience = usual,
) => {
  let suspects: ReadonlySet<string> = new Set()

  const look = async () => {
    for (const id of own) await redis.set(keyOf(id), '1', 'PX', patience.deadAfterMs)
    const dead: string[] = []
    for (const id of await holders(pool)) if (!(await redis.exists(keyOf(id)))) dead.push(id)
    const certain = dead.filter(id => suspects.has(id))
    suspects = new Set(dead)
    if (certain.length === 0) return
    await pool.query('select graphile_worker.force_unlock_workers($1::text[])', [certain])
    log.warn({ workers: certain.length }, 'took over the jobs of workers that died')
  }

  const timer = setInterval(() => {
    look().catch((fault: unknown) => log.error({ err: fault }, 'could not look for abandoned jobs'))
  }, patience.everyMs)
  return () => clearInterval(timer)
}

const keyOf = (worker: string) => `worker:${worker}`

const holders = async (pool: pg.Pool): Promise<string[]> => {
  const { rows } = await pool.query<{ id: string }>(`
    select locked_by as id from graphile_worker._private_jobs where locked_by is not null
    union select locked_by from graphile_worker._private_job_queues where locked_by is not null`)
  return rows.map(row => row.id)
}
