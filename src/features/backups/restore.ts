import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { AgeFault, openingStream } from '../../platform/age/streams.ts'
import { Meter } from './meter.ts'
import { serverOf, withClient } from './dump/queries.ts'
import { connectionOf, findTool, type Tool } from './dump/tools.ts'
import { BackupFault, saysNoRoom } from './faults.ts'
import type { Manifest } from './manifest.ts'
import type { Tell } from './needs.ts'
import type { Source } from './source.ts'

export type Restoring = {
  source: Source
  manifest: Manifest
  identities: readonly string[]
  /** A login that owns the database, which is empty. */
  url: string
  pgBin: string | null
  /** Whether roles are given their rights: not in a scratch database. */
  withRights: boolean
  signal?: AbortSignal | undefined
  tell: Tell
}

/**
 * Opens a backup and hands it to pg_restore as it comes, in one transaction: all of it is there afterwards, or nothing. Nothing of
 * it touches the disk on its way.
 * @throws BackupFault
 */
export const restoreDump = async (wish: Restoring): Promise<void> => {
  const server = await withClient(wish.url, serverOf)
  if (server.major < wish.manifest.server.major)
    throw new BackupFault('server-too-old', `${server.version}; the backup is of ${wish.manifest.server.version}`)
  const newest = Math.max(server.major, wish.manifest.tool.major)
  await feed(wish, await findTool('pg_restore', newest, wish.pgBin))
}

const feed = async ({ source, manifest, identities, url, withRights, signal, tell }: Restoring, tool: Tool) => {
  const { dbname, env } = connectionOf(url)
  const args = ['--single-transaction', '--exit-on-error', '--no-owner', '--no-password', `--dbname=${dbname}`]
  const child = spawn(tool.path, withRights ? args : [...args, '--no-privileges'], {
    env: { ...env, PGOPTIONS: '-c synchronous_commit=off -c maintenance_work_mem=128MB' },
    stdio: ['pipe', 'ignore', 'pipe'],
    killSignal: 'SIGKILL',
    ...(signal ? { signal } : {}),
  })
  const ended = once(child, 'close') as Promise<[number | null]>
  ended.catch(() => undefined)
  let complaint = ''
  child.stderr.on('data', (chunk: Buffer) => (complaint = `${complaint}${chunk.toString()}`.slice(0, 8000)))
  const meter = new Meter({ tell: done => tell({ phase: 'restore', done, total: manifest.file.size }) })
  try {
    const opened = await openingStream((await source.open()).pipe(meter), identities)
    await pipeline(opened, upToItsEnd(child.stdin))
  } catch (fault) {
    child.kill('SIGKILL')
    await ended.catch(() => undefined)
    throw explained(fault, complaint)
  }
  const [code] = await ended
  if (code !== 0) throw faultOf(complaint)
}

/** pg_restore reads no further than it needs to, and may be gone before the last bytes: its exit code tells, not the pipe. */
const upToItsEnd = (stdin: Writable): Writable => {
  stdin.on('error', () => undefined)
  return stdin
}

const explained = (fault: unknown, complaint: string): Error => {
  if (fault instanceof AgeFault) return new BackupFault(fault.problem === 'not-age' ? 'not-a-backup' : fault.problem)
  if ((fault as NodeJS.ErrnoException).code === 'EPIPE' || complaint) return faultOf(complaint)
  return fault as Error
}

const faultOf = (complaint: string): BackupFault => {
  const said = (complaint.split('\n').find(line => line.includes('error:')) ?? complaint.split('\n')[0] ?? '').slice(
    0,
    300,
  )
  if (saysNoRoom(complaint)) return new BackupFault('disk-full', 'of the database server')
  if (/connection to server|server closed the connection/.test(complaint))
    return new BackupFault('database-unreachable', said)
  if (/already exists/.test(complaint)) return new BackupFault('database-not-empty', said)
  return new BackupFault('restore-failed', said)
}
