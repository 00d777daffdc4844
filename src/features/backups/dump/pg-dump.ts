import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Readable } from 'node:stream'
import { BackupFault } from '../faults.ts'
import { connectionOf, type Tool } from './tools.ts'

/**
 * What pg_dump writes of a snapshot, as it comes. The stream ends well only where pg_dump did; it takes the program down with it.
 * Not compressed: that costs time, and halves what is mostly hexadecimal digits (docs/adr/0010).
 */
export const dumpOf = (tool: Tool, url: string, snapshot: string, signal: AbortSignal): Readable => {
  const { dbname, env } = connectionOf(url)
  const args = ['--format=custom', '--compress=0', '--no-password', `--snapshot=${snapshot}`, `--dbname=${dbname}`]
  const child = spawn(tool.path, args, { env, stdio: ['ignore', 'pipe', 'pipe'], signal, killSignal: 'SIGKILL' })
  const ended = once(child, 'close') as Promise<[number | null]>
  ended.catch(() => undefined) // whoever reads is told
  let complaint = ''
  child.stderr.on('data', (chunk: Buffer) => (complaint = `${complaint}${chunk.toString()}`.slice(0, 4000)))

  async function* whole() {
    try {
      for await (const chunk of child.stdout) yield chunk as Buffer
      const [code] = await ended
      if (code !== 0) throw faultOf(complaint)
    } finally {
      if (child.exitCode === null) child.kill('SIGKILL')
    }
  }
  return Readable.from(whole(), { objectMode: false, highWaterMark: 256 * 1024 })
}

const faultOf = (complaint: string): BackupFault => {
  const said = complaint.split('\n').find(line => line.includes('error:')) ?? complaint.split('\n')[0] ?? ''
  if (/server version mismatch/.test(complaint)) return new BackupFault('tool-missing', said)
  if (/connection to server|could not connect|terminat/.test(complaint))
    return new BackupFault('database-unreachable', said)
  return new BackupFault('dump-failed', said.slice(0, 300))
}
