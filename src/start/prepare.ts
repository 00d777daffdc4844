import { access } from 'node:fs/promises'
import pg from 'pg'
import { join } from 'node:path'
import { createBackupKeys } from '../features/backups/index.ts'
import { connect } from '../platform/db/connect.ts'
import { connectionFault } from '../platform/db/faults.ts'
import { migrate } from '../platform/db/migrate.ts'
import { provision } from '../platform/db/provision.ts'
import { createDb } from '../platform/db/tenant.ts'
import { createUnscoped } from '../platform/db/unscoped.ts'
import { OperatorFault } from '../platform/errors.ts'
import { createKeyChecks } from '../platform/vault/key-checks.ts'
import { createKeys, readKeys } from '../platform/vault/key-files.ts'
import { databaseUrlsOf } from './environment.ts'

type Env = NodeJS.ProcessEnv

/** The files without which the database cannot be read; kept apart from it. */
export const keyFilesOf = (env: Env) => {
  const keys = join(env.DATA_DIR ?? '', 'keys')
  return { rootKeys: env.ROOT_KEYS_FILE ?? join(keys, 'root-keys'), peppers: env.PEPPERS_FILE ?? join(keys, 'peppers') }
}

/**
 * Roles, database and migrations, whatever of them is missing.
 * @param env complete: see `completeEnvironment`
 * @returns the migrations that were applied now
 */
export const prepareDatabase = async (env: Env): Promise<string[]> => {
  await prepareRoles(env)
  return migrate(ownerUrlOf(env))
}

/** Roles and database, when an administrative login is known; otherwise they are somebody else's care. */
export const prepareRoles = async (env: Env) => {
  const urls = databaseUrlsOf(env)
  if (urls) await provision(urls)
}

export const ownerUrlOf = (env: Env): string => {
  if (env.OWNER_DATABASE_URL) return env.OWNER_DATABASE_URL
  throw new OperatorFault('OWNER_DATABASE_URL is missing: set it to the login that owns the database.')
}

/**
 * Makes root key, pepper and the keys of backups where there are none.
 * @returns the files made
 * @throws OperatorFault when the database already holds data sealed with keys that are gone: fresh ones could not open it
 */
export const prepareKeys = async (env: Env): Promise<string[]> => {
  const files = Object.values(keyFilesOf(env))
  const missing = []
  for (const file of files) if (!(await exists(file))) missing.push(file)
  if (missing.length > 0 && (await holdsTenants(ownerUrlOf(env)))) {
    throw new OperatorFault(
      `The database holds data that only the keys in ${missing.join(' and ')} can open, and they are gone: put them back from the recovery kit.`,
    )
  }
  for (const file of missing) await createKeys(file)
  return [...missing, ...(await createBackupKeys(backupKeysDirOf(env), env.BACKUP_DRILL !== 'by-hand'))]
}

/** Where the keys of backups lie; apart from the others where web processes must not see them. */
export const backupKeysDirOf = (env: Env) => env.BACKUP_KEYS_DIR ?? join(env.DATA_DIR ?? '', 'keys')

/**
 * Whether the keys are those the database was sealed with, asked before anything in it is changed.
 * @throws OperatorFault where one is missing, altered or another installation's
 */
export const checkKeys = async (env: Env): Promise<void> => {
  const { rootKeys, peppers } = keyFilesOf(env)
  const files = {
    root: { file: rootKeys, keys: await readKeys(rootKeys) },
    pepper: { file: peppers, keys: await readKeys(peppers) },
  }
  const db = createDb(connect(env.DATABASE_URL ?? '', 1))
  const unscoped = createUnscoped(connect(env.SIGNIN_DATABASE_URL ?? '', 1))
  try {
    await createKeyChecks({ db, unscoped, files }).check()
  } finally {
    await Promise.all([db.close(), unscoped.close()])
  }
}

const exists = (file: string) =>
  access(file).then(
    () => true,
    () => false,
  )

/**
 * Whether there is an organisation in the database. Row security hides them even from the tables' owner, so the question is
 * whether the table was ever written to.
 */
export const holdsTenants = async (url: string): Promise<boolean> => {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 15_000 })
  await client.connect().catch((fault: unknown) => {
    throw connectionFault(url, fault)
  })
  try {
    const { rows } = await client.query<{ used: boolean }>(
      `select coalesce(pg_relation_size(to_regclass('public.tenants')), 0) > 0 as used`,
    )
    return rows[0]?.used ?? false
  } finally {
    await client.end()
  }
}
