import { readFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { generateX25519Identity, identityToRecipient } from 'age-encryption'
import { writeWholeOnce } from '../../platform/whole-file.ts'
import { BackupFault } from './faults.ts'

/**
 * Whoever holds one of the identities opens the backups. `identity` belongs into the recovery kit and off the server;
 * `drill` stays with the worker, which proves backups by it; `recipients` are public.
 */
export const backupKeyFiles = (folder: string) => ({
  identity: join(folder, 'backup-identity'),
  recipients: join(folder, 'backup-recipients'),
  drill: join(folder, 'drill-identity'),
})

/**
 * Makes the keys of backups where there are none; what is there is kept.
 * @param drill whether the worker gets an identity of its own
 * @returns the files made
 */
export const createBackupKeys = async (folder: string, drill: boolean): Promise<string[]> => {
  const files = backupKeyFiles(folder)
  const made: string[] = []
  await mkdir(folder, { recursive: true, mode: 0o700 })
  if ((await textOf(files.recipients)) === null) {
    const identity = (await firstIdentity(files.identity)) ?? (await generateX25519Identity())
    if (await writeWholeOnce(files.identity, `${identity}\n`)) made.push(files.identity)
    if (await writeWholeOnce(files.recipients, `${await identityToRecipient(identity)}\n`)) made.push(files.recipients)
  }
  if (drill && (await writeWholeOnce(files.drill, `${await generateX25519Identity()}\n`))) made.push(files.drill)
  return made
}

/** Public keys to seal a backup to: those of the file, and the drill's own. @throws BackupFault no-recipients */
export const readRecipients = async (folder: string, drill: boolean): Promise<string[]> => {
  const files = backupKeyFiles(folder)
  const listed = linesOf((await textOf(files.recipients)) ?? '')
  if (listed.length === 0) throw new BackupFault('no-recipients', files.recipients)
  const own = drill ? await firstIdentity(files.drill) : null
  return [...new Set([...listed, ...(own ? [await identityToRecipient(own)] : [])])]
}

/** The identities of a file as `age-keygen` writes it. @throws BackupFault no-drill-identity where there is none */
export const readIdentities = async (file: string): Promise<string[]> => {
  const identities = linesOf((await textOf(file)) ?? '').filter(line => line.startsWith('AGE-SECRET-KEY-'))
  if (identities.length === 0) throw new BackupFault('no-drill-identity', file)
  return identities
}

const firstIdentity = async (file: string) =>
  linesOf((await textOf(file)) ?? '').find(line => line.startsWith('AGE-SECRET-KEY-')) ?? null

const linesOf = (text: string) =>
  text
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '' && !line.startsWith('#'))

const textOf = (file: string): Promise<string | null> =>
  readFile(file, 'utf8').catch((fault: unknown) => {
    if ((fault as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw fault
  })
