import { EventEmitter } from 'node:events'
import { Logger as QueueLogger, parseCronItems, run, type Runner } from 'graphile-worker'
import pg from 'pg'
import type { Redis } from 'ioredis'
import type { Logger } from 'pino'
import type { Trx } from '../db/tenant.ts'
import { freeAbandonedJobs, type Patience } from './abandoned.ts'

/** A job's payload holds ids, never personal data: it stands in the clear in the queue. */
export type JobPayload = { tenantId: string } & Record<string, string | number>
export type Tasks = Record<string, (payload: never) => Promise<unknown>>
/** When a task runs by itself, once over all copies of the worker: five cron fields, UTC. */
export type Schedule = Record<string, string>

/** Puts a job in the queue in the transaction of the change that asks for it: it starts only if that is committed. */
export const enqueue = async (trx: Trx, task: string, payload: JobPayload) => {
  await trx.raw(`select graphile_worker.add_job(identifier => ?, payload => ?::json, max_attempts => 5)`, [
    task,
    JSON.stringify(payload),
  ])
}

/**
 * Works off the queue until `stop`. Jobs in hand at a stop are finished or, past the grace time, left to another worker.
 * @param databaseUrl a login in the role ostoja_app
 */
export const startWorker = async (
  databaseUrl: string,
  { tasks, schedule }: { tasks: Tasks; schedule: Schedule },
  { redis, log }: { redis: Redis; log: Logger },
  patience?: Patience,
): Promise<Pick<Runner, 'stop'>> => {
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
    taskList: Object.fromEntries(Object.entries(tasks).map(([name, work]) => [name, discreetly(name, work, log)])),
    parsedCronItems: parseCronItems(Object.entries(schedule).map(([task, match]) => ({ task, match }))),
    logger: new QueueLogger(() => (level, message) => log[logLevels[level]](message)),
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

/** What a fault says may name somebody, and the queue keeps it in the clear: it gets the fault's kind only. */
const discreetly = (name: string, work: Tasks[string], log: Logger) => async (payload: unknown) => {
  try {
    await work(payload as never)
  } catch (fault) {
    log.error({ err: fault, task: name }, 'a job failed')
    throw new Error(fault instanceof Error ? fault.name : 'fault')
  }
}
