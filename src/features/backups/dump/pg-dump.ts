import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Transform, type Readable, type TransformCallback } from 'node:stream'
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

  const dump = new Gathered(async () => {
    const [code] = await ended
    if (code !== 0) throw faultOf(complaint)
  })
  dump.once('close', () => {
    child.stdout.destroy()
    if (child.exitCode === null) child.kill('SIGKILL')
  })
  child.once('error', fault => dump.destroy(fault))
  return child.stdout.pipe(dump)
}

const gatheredBytes = 256 * 1024

/** Few large pieces out of the many small ones that a program writes; ends as `atEnd` says. */
class Gathered extends Transform {
  private held = Buffer.allocUnsafe(gatheredBytes)
  private length = 0
  private readonly atEnd: () => Promise<void>

  constructor(atEnd: () => Promise<void>) {
    super({ readableHighWaterMark: 2 * gatheredBytes })
    this.atEnd = atEnd
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback) {
    for (let at = 0; at < chunk.length;) {
      const taken = chunk.copy(this.held, this.length, at)
      this.length += taken
      at += taken
      if (this.length === gatheredBytes) this.giveOn()
    }
    done()
  }

  override _flush(done: TransformCallback) {
    this.giveOn()
    this.atEnd().then(() => done(), done)
  }

  private giveOn() {
    this.push(this.held.subarray(0, this.length))
    this.held = Buffer.allocUnsafe(gatheredBytes)
    this.length = 0
  }
}

const faultOf = (complaint: string): BackupFault => {
  const said = complaint.split('\n').find(line => line.includes('error:')) ?? complaint.split('\n')[0] ?? ''
  if (/server version mismatch/.test(complaint)) return new BackupFault('tool-missing', said)
  if (/connection to server|could not connect|terminat/.test(complaint))
    return new BackupFault('database-unreachable', said)
  return new BackupFault('dump-failed', said.slice(0, 300))
}
