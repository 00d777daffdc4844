import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { BackupFault } from '../faults.ts'
import { openPipe } from './pipe.ts'
import { connectionOf, type Tool } from './tools.ts'

/**
 * What `work` makes of what pg_dump writes of a snapshot, as it comes. It ends well only where pg_dump did, and takes the program
 * down with it. Not compressed: that costs time, and halves what is mostly hexadecimal digits (docs/adr/0010).
 * @param work is lent the bytes until it returns
 * @throws BackupFault, or the signal's reason
 */
export async function* dumpOf(
  tool: Tool,
  url: string,
  snapshot: string,
  work: (bytes: Buffer) => readonly Buffer[],
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const { dbname, env } = connectionOf(url)
  const args = ['--format=custom', '--compress=0', '--no-password', `--snapshot=${snapshot}`, `--dbname=${dbname}`]
  const pipe = await openPipe(work)
  const child = spawn(tool.path, args, { env, stdio: ['ignore', pipe.into, 'pipe'], signal, killSignal: 'SIGKILL' })
  pipe.into.destroy()
  const ended = once(child, 'close') as Promise<[number | null]>
  ended.catch(() => undefined) // whoever reads is told
  let complaint = ''
  child.stderr.on('data', (chunk: Buffer) => (complaint = `${complaint}${chunk.toString()}`.slice(0, 4000)))
  try {
    yield* pipe.pieces()
    const [code] = await ended
    if (code !== 0) throw faultOf(complaint)
  } finally {
    if (child.exitCode === null) child.kill('SIGKILL')
    pipe.close()
  }
}

const faultOf = (complaint: string): BackupFault => {
  const said = complaint.split('\n').find(line => line.includes('error:')) ?? complaint.split('\n')[0] ?? ''
  if (/server version mismatch/.test(complaint)) return new BackupFault('tool-missing', said)
  if (/connection to server|could not connect|terminat/.test(complaint))
    return new BackupFault('database-unreachable', said)
  return new BackupFault('dump-failed', said.slice(0, 300))
}
