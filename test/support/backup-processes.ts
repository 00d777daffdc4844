import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { backupInFiles, dataName, idOfName, verifyBackup } from '../../src/features/backups/index.ts'
import { readKeys } from '../../src/platform/vault/key-files.ts'
import type { BackupWork } from './backup-worker.ts'
import { inDatabase } from './backups.ts'
import type { Ostoja } from './ostoja.ts'
import { root } from './processes.ts'
import { until } from './until.ts'

const children = new Set<ChildProcess>()
/** Ends all workers that are left. */
export const endWorkers = () => {
  for (const child of children) child.kill('SIGKILL')
  children.clear()
}

/** Everything that processes have said, at the most talkative. */
export const workerLogs: string[] = []

/** A process that makes or tends backups. */
export const backupProcess = (work: BackupWork) => {
  const given: BackupWork = { ...work, config: { ...work.config, logLevel: 'trace' } }
  const child = spawn(process.execPath, [`${root}test/support/backup-worker.ts`, JSON.stringify(given)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  children.add(child)
  let said = ''
  child.stdout.on('data', (bytes: Buffer) => (said += bytes.toString()))
  child.stderr.on('data', (bytes: Buffer) => (said += bytes.toString()))
  const ended = once(child, 'close').then(() => workerLogs.push(said))
  return {
    said: () => said,
    says: (word: string) =>
      until(`a worker says "${word}"`, () => {
        if (!said.includes(word) && child.exitCode !== null) throw new Error(`it ended: ${said}`)
        return said.includes(word)
      }),
    kill: async () => {
      child.kill('SIGKILL')
      await ended
    },
    ended,
  }
}

/** Everything in the store that looks whole is whole. @returns how many there are */
export const countWhole = async (ostoja: Ostoja): Promise<number> => {
  const roots = await readKeys(ostoja.config.rootKeysFile)
  const names = await readdir(ostoja.config.backups.store)
  const manifests = names.filter(name => name.endsWith('.manifest') && !name.startsWith('.'))
  for (const name of manifests)
    await verifyBackup(backupInFiles(join(ostoja.config.backups.store, dataName(idOfName(name)!))), roots)
  return manifests.length
}

/** A killed process keeps its lock until PostgreSQL notices its death. */
export const untilUnlocked = ({ database }: Ostoja) =>
  until('nobody holds the lock of backups', async () => {
    const held = `select 1 from pg_locks join pg_database on pg_database.oid = database
                   where locktype = 'advisory' and datname = current_database()`
    return (await inDatabase(database.adminUrl, held)).length === 0
  })
