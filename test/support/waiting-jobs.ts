import pg from 'pg'
import type { Ostoja } from './ostoja.ts'
import { until } from './until.ts'

/** Waits until the worker has tried every job of the tasks like `task`, so that nothing of theirs can still happen. */
export const untilAllTried = async ({ database }: Ostoja, task: string): Promise<void> => {
  const admin = new pg.Client(database.adminUrl)
  await admin.connect()
  try {
    await until(`all jobs of ${task} have been tried`, async () => {
      const { rowCount } = await admin.query(
        `select from graphile_worker._private_jobs job join graphile_worker._private_tasks task on task.id = job.task_id
          where task.identifier like $1 and (job.last_error is null or job.locked_at is not null)`,
        [task],
      )
      return rowCount === 0
    })
  } finally {
    await admin.end()
  }
}
