import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BackupFault } from '../faults.ts'

/** As much is read at once, where it is there. */
const readBytes = 256 * 1024

/**
 * A pipe for a program to write into, read into one buffer again and again: the pipe that node gives a program makes memory for
 * each piece that it reads, which costs as much as sealing what is in it (docs/performance.md).
 * @param work is lent what was read until it returns; what it makes of it is handed out
 * @returns `into` for the program, and `pieces`, which throw BackupFault where not all of it came
 */
export const openPipe = async (work: (bytes: Buffer) => readonly Buffer[]) => {
  const ready: Buffer[] = []
  let wake = () => {}
  const take = (bytes: Buffer): boolean => {
    ready.push(...work(bytes))
    if (ready.length > 0) wake()
    return ready.length === 0
  }
  const { into, from } = await connectedPair(take)
  let state: 'open' | 'ended' | 'broken' = 'open'
  const become = (next: typeof state) => {
    if (state === 'open') state = next
    wake()
  }
  from.once('end', () => become('ended'))
  from.once('error', () => become('broken'))
  from.once('close', () => become('broken'))

  async function* pieces() {
    for (;;) {
      const piece = ready.shift()
      if (piece) yield piece
      else if (state === 'ended') return
      // What was still on its way is lost, however well the program thinks that it ended.
      else if (state === 'broken') throw new BackupFault('dump-failed', 'the pipe broke')
      else {
        const woken = new Promise<void>(resolve => (wake = resolve))
        from.resume()
        await woken
      }
    }
  }
  return { into, pieces, close: () => from.destroy() }
}

/** Nobody else can connect: the folder is our own, and gone once we have. */
const connectedPair = async (take: (bytes: Buffer) => boolean): Promise<{ into: Socket; from: Socket }> => {
  const folder = await mkdtemp(join(tmpdir(), 'ostoja-pipe-'))
  const path = join(folder, 'pipe')
  const server = createServer({ pauseOnConnect: true })
  try {
    server.listen(path)
    await once(server, 'listening')
    const coming = once(server, 'connection') as Promise<[Socket]>
    const callback = (length: number, buffer: Uint8Array) => take((buffer as Buffer).subarray(0, length))
    const from = connect({ path, onread: { buffer: Buffer.alloc(readBytes), callback } })
    const [into] = await coming
    return { into, from }
  } finally {
    server.close()
    await rm(folder, { recursive: true, force: true })
  }
}
