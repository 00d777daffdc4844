import { readFile } from 'node:fs/promises'
import pg from 'pg'
import { anotherWeb } from './another-web.ts'
import { newStaff } from './clients.ts'
import { quick } from './key-turner.ts'
import { startOstoja } from './ostoja.ts'

/**
 * An Ostoja whose keys turn quickly, with a second web process that caches keys by itself, somebody of staff, and a login
 * that sees the database past all its guards.
 */
export const startKeysAtWork = async () => {
  const ostoja = await startOstoja({ pace: quick })
  const other = await anotherWeb(ostoja)
  const admin = new pg.Client(ostoja.database.adminUrl)
  await admin.connect()
  return {
    ostoja,
    other,
    admin,
    actor: await newStaff(ostoja),
    close: async () => {
      await admin.end()
      await other.close()
      await ostoja.close()
    },
  }
}
export type KeysAtWork = Awaited<ReturnType<typeof startKeysAtWork>>

/** The names of the keys in a key file, the current one first. */
export const keyIdsIn = async (file: string): Promise<string[]> =>
  (await readFile(file, 'utf8'))
    .trim()
    .split('\n')
    .map(line => line.split(':')[0]!)
