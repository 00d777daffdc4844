import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Redis } from 'ioredis'
import type { Accounts } from '../features/accounts/index.ts'
import { createBackups } from '../features/backups/index.ts'
import type { Translations } from '../platform/i18n/translations.ts'
import { sealedColumns } from './encryption-keys.ts'
import { operatorMailboxes } from './operators.ts'
import type { Platform } from './platform.ts'

/** The version of this program, as package.json has it. */
export const version = (
  JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }
).version

type Given = Platform & { accounts: Accounts; translations: Translations }

/** Backups tell the operators when something is wrong with them, and their drills open what is sealed anywhere; that meets here. */
export const createInstallationBackups = ({ accounts, config, rootKeys, ...given }: Given) =>
  createBackups({
    ...given,
    settings: config.backups,
    roots: rootKeys.keys,
    sealed: sealedColumns,
    version,
    ledgerFile: join(config.dataDir, 'erasures.ledger'),
    operators: operatorMailboxes({ db: given.db, accounts }),
  })

/** Whoever was signed in before a restore is not afterwards, should their sessions have outlived the database. */
export const endEverySession = async (redis: Redis): Promise<void> => {
  for (const pattern of ['session:*', 'active:*'])
    for await (const keys of redis.scanStream({ match: pattern, count: 500 }))
      if ((keys as string[]).length > 0) await redis.unlink(keys as string[])
}
