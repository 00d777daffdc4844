import type { Command } from 'commander'
import { appendFile, mkdir, readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { endEverySession } from '../composition/backups.ts'
import {
  backupInFiles,
  ledgerName,
  readIdentities,
  readLedgerCopy,
  restoreInto,
  verifyBackup,
} from '../features/backups/index.ts'
import { OperatorFault } from '../platform/errors.ts'
import { parseKeys } from '../platform/vault/key-files.ts'
import { completeEnvironment, dataDirOf, ownServices } from '../start/environment.ts'
import { ownerUrlOf, prepareRoles } from '../start/prepare.ts'
import { servicesDown, servicesUp } from '../start/services.ts'
import { say } from '../start/terminal.ts'
import { showProgress } from './backup-progress.ts'
import { openKitFile, writeKitInto } from './recovery-kit-commands.ts'
import { withFeatures } from './with-features.ts'

type Options = { kit: string; backup: string; identity?: string; start: boolean }

/** `restore`: an empty machine, a recovery kit and a backup become Ostoja again; bin/ostoja then goes on as bin/start. */
export const addRestoreCommand = (program: Command) => {
  program
    .command('restore')
    .description('bring everything back on an empty machine, and start it')
    .requiredOption('--kit <file>', 'the recovery kit: the .age file, or the text of its scanned codes')
    .requiredOption('--backup <file>', 'the .age file of a backup, with its manifest and the erasure ledger beside it')
    .option('--identity <file>', 'the private key of the backup, where the kit does not hold it')
    .option('--no-start', 'only restore')
    .action(async (options: Options) => {
      const kit = await openKitFile(resolve(options.kit))
      const roots = parseKeys('the recovery kit', kit.rootKeys)
      const identities = await identitiesOf(kit.backupIdentity, options.identity)
      const source = backupInFiles(resolve(options.backup))
      const ledger = await ledgerBeside(resolve(options.backup), roots)
      const show = showProgress()
      await verifyBackup(source, roots, show.tell).finally(show.end)

      const dataDir = dataDirOf(process.env)
      await mkdir(dataDir, { recursive: true, mode: 0o700 })
      await writeKitInto({ ...process.env, DATA_DIR: dataDir }, kit)
      const own = ownServices(process.env)
      await servicesUp(dataDir, own)
      try {
        const env = await completeEnvironment(process.env)
        await prepareRoles(env)
        const url = ownerUrlOf(env)
        const again = showProgress()
        const restored = await restoreInto({
          source,
          identities,
          roots,
          url,
          pgBin: env.PG_BIN ?? null,
          tell: again.tell,
        }).finally(again.end)
        say(`Restored ${restored.rows} rows of ${restored.manifest.madeAt}, each table as its manifest says.`)
        if (ledger !== null) await appendFile(join(dataDir, 'erasures.ledger'), ledger, { mode: 0o600, flush: true })
        await withFeatures(async ({ auditChain, erasures, platform }) => {
          await auditChain.noteRestored(new Date(restored.manifest.madeAt))
          const { checked, repeated } = await erasures.reconcile()
          await endEverySession(platform.redis)
          if (ledger !== null) say(`Erased again: ${repeated} of ${checked} that the erasure ledger tells of.`)
        })
        if (ledger === null)
          process.stderr.write(
            `There is no erasure ledger (${ledgerName}) beside the backup: who was erased after it was made is back; "bin/ostoja erasures repeat" mends that.\n`,
          )
        if (!options.start && own.length > 0) await servicesDown(dataDir)
      } catch (fault) {
        if (own.length > 0) await servicesDown(dataDir)
        throw fault
      }
      say('Nobody is signed in. Make a new recovery kit once it runs: bin/ostoja recovery-kit create')
    })
}

const identitiesOf = async (ofKit: string | undefined, file: string | undefined): Promise<string[]> => {
  if (file) return readIdentities(resolve(file))
  const found = (ofKit ?? '').split('\n').filter(line => line.startsWith('AGE-SECRET-KEY-'))
  if (found.length > 0) return found
  throw new OperatorFault('This recovery kit does not hold the key of the backups; give it with --identity FILE.')
}

/** Null where none is there. @throws BackupFault where it was altered */
const ledgerBeside = async (backup: string, roots: ReturnType<typeof parseKeys>): Promise<string | null> => {
  const copy = await readFile(join(dirname(backup), ledgerName), 'utf8').catch(() => null)
  return copy === null ? null : readLedgerCopy(copy, roots)
}
