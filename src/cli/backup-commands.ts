import type { Command } from 'commander'
import { createWriteStream } from 'node:fs'
import { mkdir, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { backupStoreOf } from '../config.ts'
import {
  backupInFiles,
  dataName,
  idOfName,
  ledgerName,
  manifestName,
  openStore,
  problems,
  restoreInto,
  readIdentities,
  verifyBackup,
  type BackupRow,
} from '../features/backups/index.ts'
import { installationId, systemActor } from '../platform/actor.ts'
import { OperatorFault } from '../platform/errors.ts'
import { postgresByTls, TlsFault, trustOf } from '../platform/tls/verified.ts'
import { readKeys } from '../platform/vault/key-files.ts'
import { dataDirOf } from '../start/environment.ts'
import { backupKeysDirOf, keyFilesOf } from '../start/prepare.ts'
import { say } from '../start/terminal.ts'
import { showProgress } from './backup-progress.ts'
import { withFeatures } from './with-features.ts'

/** `backup now | list | fetch | verify | drill | restore`: what an operator does with backups at a terminal. */
export const addBackupCommands = (program: Command) => {
  const backup = program
    .command('backup')
    .description('backups of the whole installation, sealed and proven to restore')

  backup
    .command('now')
    .description('make a backup, and prove it by a restore drill where drills are automatic')
    .action(async () => {
      await withFeatures(async ({ backups, tenants }) => {
        await tenants.prepareInstallation()
        const show = showProgress()
        const made = await backups.makeNow(show.tell).finally(show.end)
        const [row] = (await backups.list(operator)).filter(({ id }) => id === made.id)
        say(`Made ${made.file.name} in ${backups.store.where}: ${megabytes(made.file.size)}, ${row?.rows ?? 0} rows.`)
        say(row?.proof === 'proven' ? provenLine(row) : 'Not proven yet: bin/ostoja backup drill --identity FILE')
        say(`Without the recovery kit it cannot be read: root keys ${made.recoveryKit.rootKeys.join(', ')}.`)
      })
    })

  backup
    .command('list')
    .description('the backups in the store, and which of them were proven')
    .action(async () => {
      await withFeatures(async ({ backups }) => {
        const there = new Map((await backups.store.list()).map(({ name, size }) => [name, size]))
        const rows = await backups.list(operator)
        for (const row of rows) if (row.status !== 'removed') say(lineOf(row, there.has(manifestName(row.id))))
        const known = new Set(rows.map(({ id }) => id))
        for (const [name, size] of there) {
          const id = idOfName(name)
          if (id && name === dataName(id) && !known.has(id) && there.has(manifestName(id)))
            say(`${id}  ${megabytes(size)}, not made by this database`)
        }
        const { right, wrong, why } = await backups.state()
        if (!right)
          throw new OperatorFault(`Something is wrong: ${[...wrong, ...(why ? [problems[why]] : [])].join(', ')}`)
      })
    })

  backup
    .command('fetch')
    .description('copy a backup out of the store, with its manifest and the erasure ledger; needs no database')
    .argument('<id>', 'which, or "latest"')
    .option('--to <folder>', 'where to put the files', '.')
    .action(async (wanted: string, { to }: { to: string }) => {
      const store = openStore(backupStoreOf({ ...process.env, DATA_DIR: dataDirOf(process.env) }))
      const ids = (await store.list()).flatMap(({ name }) => (name.endsWith('.manifest') ? (idOfName(name) ?? []) : []))
      const id = wanted === 'latest' ? ids.sort().at(-1) : ids.find(each => each === (idOfName(wanted) ?? wanted))
      if (!id)
        throw new OperatorFault(`${store.where}: there is no backup ${wanted}; "bin/ostoja backup list" shows them.`)
      await mkdir(to, { recursive: true, mode: 0o700 })
      for (const name of [dataName(id), manifestName(id), ledgerName]) {
        const stream = await store.read(name)
        if (!stream) continue
        const file = resolve(to, name)
        // The ledger is of all backups: a newer copy takes the place of an older one.
        await pipeline(
          stream,
          createWriteStream(file, { mode: 0o600, flags: name === ledgerName ? 'w' : 'wx', flush: true }),
        )
        say(file)
      }
    })

  backup
    .command('verify')
    .description('say whether a file is whole and unaltered; needs the root keys, and no database')
    .argument('<file>', 'the .age file of a backup; its manifest lies beside it')
    .action(async (file: string) => {
      await mustBeThere(file)
      const show = showProgress()
      const read = await verifyBackup(backupInFiles(resolve(file)), await rootKeys(), show.tell).finally(show.end)
      const rows = Object.values(read.tables).reduce((sum, count) => sum + count, 0)
      say(
        `Whole and unaltered: made ${read.madeAt} by Ostoja ${read.ostoja} on PostgreSQL ${read.server.version}, ${rows} rows.`,
      )
      say(
        `It needs of the recovery kit: root keys ${read.recoveryKit.rootKeys.join(', ')}; peppers ${read.recoveryKit.peppers.join(', ') || 'none'}; the backup identity.`,
      )
    })

  backup
    .command('drill')
    .description('restore a backup into a database of its own, compare it with its manifest, and throw that away')
    .argument('[id]', 'which; by default the newest')
    .option('--identity <file>', 'a private key that is kept elsewhere, such as the one of the recovery kit')
    .action(async (id: string | undefined, { identity }: { identity?: string }) => {
      await withFeatures(async ({ backups }) => {
        const made = (await backups.list(operator)).filter(({ status }) => status === 'made')
        const row = id ? made.find(each => each.id === (idOfName(id) ?? id)) : made[0]
        if (!row)
          throw new OperatorFault(
            id
              ? `There is no backup ${id}; "bin/ostoja backup list" shows them.`
              : 'There is no backup yet; make one with "bin/ostoja backup now".',
          )
        const show = showProgress()
        await backups.drillNow(row.id, identity ? resolve(identity) : null, show.tell).finally(show.end)
        const proven = (await backups.list(operator)).find(each => each.id === row.id)!
        say(provenLine(proven))
      })
    })

  backup
    .command('restore')
    .description('bring a backup back into an empty database')
    .argument('<file>', 'the .age file of a backup; its manifest lies beside it')
    .requiredOption(
      '--into <url>',
      'postgres:// URL of a login that owns an empty database; "-" reads it from RESTORE_DATABASE_URL',
    )
    .option('--identity <file>', 'the private key; by default the one in the folder of keys')
    .action(async (file: string, { into, identity }: { into: string; identity?: string }) => {
      await mustBeThere(file)
      const url = into === '-' ? (process.env.RESTORE_DATABASE_URL ?? '') : into
      if (!URL.canParse(url)) throw new OperatorFault('--into: write it as postgres://login:password@host/database.')
      const checkedUrl = inSentences(() => postgresByTls('--into', url, trustOf(process.env)))
      const keys = backupKeysDirOf({ ...process.env, DATA_DIR: dataDirOf(process.env) })
      const show = showProgress()
      const restored = await restoreInto({
        source: backupInFiles(resolve(file)),
        identities: await readIdentities(identity ? resolve(identity) : join(keys, 'backup-identity')),
        roots: await rootKeys(),
        url: checkedUrl,
        pgBin: process.env.PG_BIN ?? null,
        tell: show.tell,
      }).finally(show.end)
      say(`Restored ${restored.rows} rows of ${restored.manifest.madeAt}, each table as its manifest says.`)
      if (restored.migrated.length > 0) say(`It was of an older Ostoja: applied ${restored.migrated.join(', ')}.`)
      say(`Once Ostoja runs on it, tell its log so: bin/ostoja audit restored ${restored.manifest.madeAt}`)
      say('Who was erased since then is erased again at the first start that finds the erasure ledger in DATA_DIR.')
    })
}

/** Faults of a connection, as a command says them. */
const inSentences = <T>(work: () => T): T => {
  try {
    return work()
  } catch (fault) {
    throw fault instanceof TlsFault ? new OperatorFault(`${fault.message}.`) : fault
  }
}

const operator = systemActor(installationId)

const rootKeys = () => readKeys(keyFilesOf({ ...process.env, DATA_DIR: dataDirOf(process.env) }).rootKeys)

const mustBeThere = (file: string) =>
  stat(file).catch(() => {
    throw new OperatorFault(`${file}: no such file, or it may not be read; give the path of a backup.`)
  })

const megabytes = (bytes: number) => `${(bytes / 1_000_000).toFixed(1)} MB`

const provenLine = (row: BackupRow) => {
  const took = ((row.proof_finished_at?.getTime() ?? 0) - (row.proof_started_at?.getTime() ?? 0)) / 1000
  return `Proven: restored in ${took.toFixed(1)} s, every table and constraint as the manifest says, ${row.opened_rows} sealed values opened.`
}

const lineOf = (row: BackupRow, isThere: boolean): string => {
  const size = row.size ? megabytes(Number(row.size)) : ''
  const how = row.status === 'failed' && row.failure ? `failed: ${problems[row.failure]}` : row.status
  const proof = row.proof === 'failed' && row.proof_failure ? `not proven: ${problems[row.proof_failure]}` : row.proof
  const parts = row.status === 'made' ? [size, proof === 'none' ? 'not proven yet' : proof] : [how]
  return `${row.id}  ${[...parts, ...(row.status === 'made' && !isThere ? ['NOT IN THE STORE'] : [])].join(', ')}`
}
