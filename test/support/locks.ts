import pg from 'pg'
import type { Ostoja } from './ostoja.ts'

/** Waits until a transaction of this Ostoja stands before a lock, for 10 s at most. */
export const untilSomebodyWaits = async ({ database }: Ostoja): Promise<void> => {
  const admin = new pg.Client(database.adminUrl)
  await admin.connect()
  try {
    for (let waited = 0; waited < 10_000; waited += 50) {
      const { rowCount } = await admin.query(
        `select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
      )
      if (rowCount !== 0) return
      await new Promise(resolve => setTimeout(resolve, 50))
    }
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
