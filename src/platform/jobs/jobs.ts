import { EventEmitter } from 'node:events'
import type { JobHelpers, Runner } from 'graphile-worker'
import pg from 'pg'
import type { Redis } from 'ioredis'
import type { Logger } from 'pino'
import type { Trx } from '../db/tenant.ts'
import { currentTrace, traced } from '../trace.ts'
import { freeAbandonedJobs, type Patience } from './abandoned.ts'
import { Hopeless } from './hopeless.ts'

/** A job's payload holds ids, never personal data: it stands in the clear in the queue. */
export type JobPayload = { tenantId: string } & Record<string, string | number>
export type Tasks = Record<string, (payload: never) => Promise<unknown>>
/** When a task runs by itself, once over all copies of the worker: five cron fields, UTC. */
export type Schedule = Record<string, string>

/** `key`: of those that wait under one key only the last is kept. `queue`: those of one queue run one after another, over all workers. */
type When = { inMs?: number; key?: string; queue?: string }

/**
 * How often a job is tried: the queue waits e^attempt seconds between, six hours at most. A letter waits almost a day for a mail server
 * to come back, everything else a minute and a half.
 */
const attemptsOf = (task: string) => (task.startsWith('mail.') ? 12 : 5)

/**
 * Puts a job in the queue in the transaction of the change that asks for it: it starts only if that is committed. It takes the
 * id of the request along, for the log.
 */
export const enqueue = async (trx: Trx, task: string, payload: JobPayload, { inMs = 0, key, queue }: When = {}) => {
  const { requestId } = currentTrace()
  await trx.raw(
    `select graphile_worker.add_job(identifier => ?, payload => ?::json, max_attempts => ?, job_key => ?, queue_name => ?,
                                    run_at => now() + ? * interval '1 millisecond')`,
    [
      task,
      JSON.stringify(requestId ? { ...payload, requestId } : payload),
      attemptsOf(task),
      key ?? null,
      queue ?? null,
      inMs,
    ],
  )
}

/** Takes back what waits of a task, failed ones too: there is nothing to do any more. A job that runs in this moment is left alone. */
export const withdraw = (trx: Trx, task: string) =>
  trx.raw(
    `select graphile_worker.complete_jobs(array(
       select job.id from graphile_worker._private_jobs job join graphile_worker._private_tasks task on task.id = job.task_id
        where task.identifier = ? and job.locked_at is null))`,
    [task],
  )

/**
 * Works off the queue until `stop`. Jobs in hand at a stop are finished or, past the grace time, left to another worker.
 * @param databaseUrl a login in the role ostoja_app
 */
export const startWorker = async (
  databaseUrl: string,
  { tasks, schedule }: { tasks: Tasks; schedule: Schedule },
  { redis, log, metrics }: { redis: Redis; log: Logger; metrics?: Observed },
  patience?: Patience,
): Promise<Pick<Runner, 'stop'>> => {
  // Read here: a web process puts jobs into the queue, and works none off.
  const { Logger: QueueLogger, parseCronItems, run } = await import('graphile-worker')
  const pgPool = new pg.Pool({ connectionString: databaseUrl, max: 4, application_name: 'ostoja worker' })
  const lost = (fault: Error) => log.error({ err: fault }, 'the worker lost a database connection')
  pgPool.on('error', lost)
  pgPool.on('connect', client => client.on('error', lost))

  const own = new Set<string>()
  const events = new EventEmitter()
  events.on('pool:create', ({ workerPool }: { workerPool: { id: string } }) => own.add(workerPool.id))
  const stopWatching = freeAbandonedJobs(pgPool, redis, log, own, patience)
  const runner = await run({
    events,
    pgPool,
    taskList: Object.fromEntries(
      Object.entries(tasks).map(([name, work]) => [name, discreetly(name, work, log, metrics)]),
    ),
    parsedCronItems: parseCronItems(Object.entries(schedule).map(([task, match]) => ({ task, match }))),
    logger: new QueueLogger(
      ({ jobId }) =>
        (level, message) =>
          log[logLevels[level]](jobId ? { jobId } : {}, message),
    ),
    concurrency: 2,
    noHandleSignals: true,
    pollInterval: 1000,
  })
  return {
    stop: async () => {
      stopWatching()
      await runner.stop()
      await pgPool.end()
    },
  }
}

/** The queue's names of its levels, in ours. */
const logLevels = { error: 'error', warning: 'warn', info: 'info', debug: 'debug' } as const

type Observed = { jobDone: (task: string, outcome: 'done' | 'failed', seconds: number) => void }
type Sent = Record<string, unknown> & { requestId?: string }

/** What a fault says may name somebody, and the queue keeps it in the clear: it gets the fault's kind and code only. */
const discreetly =
  (task: string, work: Tasks[string], log: Logger, metrics?: Observed) =>
  (sent: unknown, helpers: Pick<JobHelpers, 'job' | 'query'>) => {
    const { requestId, ...payload } = (sent ?? {}) as Sent
    return traced({ requestId, jobId: helpers.job.id }, async () => {
      const since = performance.now()
      try {
        await work(payload as never)
        const ms = performance.now() - since
        metrics?.jobDone(task, 'done', ms / 1000)
        log.info({ task, ms: Math.round(ms) }, 'a job is done')
      } catch (fault) {
        metrics?.jobDone(task, 'failed', (performance.now() - since) / 1000)
        log.error({ err: fault, task }, 'a job failed')
        if (fault instanceof Hopeless) await helpers.query(thatWasTheLast, [helpers.job.id]).catch(() => undefined)
        throw new Error(kindOf(fault))
      }
    })
  }

const thatWasTheLast = 'update graphile_worker._private_jobs set max_attempts = attempts where id = $1'

const kindOf = (fault: unknown): string => {
  const { name, code } = (fault ?? {}) as { name?: unknown; code?: unknown }
  const kind = typeof name === 'string' ? name : 'fault'
  return typeof code === 'string' && /^[A-Z0-9_]{2,30}$/.test(code) ? `${kind} (${code})` : kind
}
