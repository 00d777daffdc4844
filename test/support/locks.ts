import pg from 'pg'
import type { Ostoja } from './ostoja.ts'
import { until } from './until.ts'

/** Waits until a transaction of this Ostoja stands before a lock. */
export const untilSomebodyWaits = async ({ database }: Ostoja): Promise<void> => {
  const admin = new pg.Client(database.adminUrl)
  await admin.connect()
  try {
    await until('somebody waits for a lock', async () => {
      const { rowCount } = await admin.query(
        `select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
      )
      return rowCount !== 0
    })
  } finally {
    await admin.end()
  }
}

/** Holds all keys in the database, and so their turning, so that there is a progress to look at. @returns what lets go of them */
export const holdKeys = async ({ database }: Ostoja): Promise<() => Promise<void>> => {
  const holder = new pg.Client(database.adminUrl)
  await holder.connect()
  await holder.query('begin')
  await holder.query('select from tenant_keys for update')
  return () => holder.end()
}
