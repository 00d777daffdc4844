import type { Command } from 'commander'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createBackupKeys } from '../features/backups/index.ts'
import { connect } from '../platform/db/connect.ts'
import { pendingMigrations } from '../platform/db/migrate.ts'
import { OperatorFault } from '../platform/errors.ts'
import { ensureSelfSigned } from '../platform/tls/self-signed.ts'
import { createKeys } from '../platform/vault/key-files.ts'
import { completeEnvironment, dataDirOf } from '../start/environment.ts'
import {
  backupKeysDirOf,
  keyFilesOf,
  ownerUrlOf,
  prepareDatabase,
  prepareKeys,
  prepareRoles,
} from '../start/prepare.ts'
import { say } from '../start/terminal.ts'

/** `database`, `keys` and `certificate`: the ground an installation stands on. */
export const addInstallationCommands = (program: Command) => {
  const database = program.command('database').description('roles, database and migrations')
  database
    .command('prepare')
    .description(
      'make roles and database (with an administrative login) and apply the missing migrations; safe to repeat',
    )
    .action(async () => {
      const applied = await prepareDatabase(await completeEnvironment(process.env, ['postgres']))
      say(applied.length > 0 ? `Applied:\n${applied.join('\n')}` : 'The database is up to date.')
    })
  database
    .command('status')
    .description('say which migrations are missing; exit 1 when any is')
    .action(async () => sayPending(ownerUrlOf(await completeEnvironment(process.env, ['postgres']))))

  program
    .command('keys')
    .description('the key files, without which the data cannot be read')
    .command('create')
    .description('make root key, pepper and the keys of backups for a new installation; existing files are kept')
    .action(async () => {
      const env = await environmentOfKeys()
      const made = env.OWNER_DATABASE_URL ? await prepareKeys(env) : await makeKeys(env)
      for (const file of made) say(`Made ${file}`)
      for (const file of Object.values(keyFilesOf(env))) if (!made.includes(file)) say(`Kept ${file}`)
    })

  program
    .command('certificate')
    .description('a certificate for trying Ostoja out')
    .command('create')
    .description(
      'make a self-signed certificate for localhost in the data folder; one that still lasts a month is kept',
    )
    .action(async () => {
      const { certFile, keyFile, made } = await ensureSelfSigned(join(dataDirOf(process.env), 'tls'))
      say(`${made ? 'Made' : 'Kept'} ${certFile} and ${keyFile}`)
    })
}

/** With the database, where one is named or runs: it knows whether keys that are missing were there before. */
const environmentOfKeys = async (): Promise<NodeJS.ProcessEnv> => {
  const dataDir = dataDirOf(process.env)
  const { DATABASE_URL, SIGNIN_DATABASE_URL, OWNER_DATABASE_URL } = process.env
  const named = OWNER_DATABASE_URL || (DATABASE_URL && !SIGNIN_DATABASE_URL)
  if (!named && !existsSync(join(dataDir, 'services.state'))) return { ...process.env, DATA_DIR: dataDir }
  const env = await completeEnvironment(process.env, ['postgres'])
  await prepareRoles(env)
  return env
}

const makeKeys = async (env: NodeJS.ProcessEnv): Promise<string[]> => {
  const made = []
  for (const file of Object.values(keyFilesOf(env))) if ((await createKeys(file)) === 'made') made.push(file)
  return [...made, ...(await createBackupKeys(backupKeysDirOf(env), env.BACKUP_DRILL !== 'by-hand'))]
}

const sayPending = async (url: string) => {
  const knex = connect(url, 1)
  try {
    const isNew = !(await knex.schema.hasTable('migrations'))
    const pending = isNew ? ['all'] : await pendingMigrations(knex)
    if (pending.length > 0) {
      throw new OperatorFault(
        `Migrations missing: ${pending.join(', ')}; apply them with "bin/ostoja database prepare".`,
      )
    }
    say('The database is up to date.')
  } finally {
    await knex.destroy()
  }
}
