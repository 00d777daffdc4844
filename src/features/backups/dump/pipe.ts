import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** As much is read at once, where it is there. */
const readBytes = 256 * 1024

/**
 * A pipe for a program to write into, read into one buffer again and again: the pipe that node gives a program makes memory for
 * each piece that it reads, which costs as much as sealing what is in it (docs/performance.md).
 * @param work is lent what was read until it returns; what it makes of it is handed out
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
  let over = false
  for (const end of ['end', 'close'])
    from.once(end, () => {
      over = true
      wake()
    })
  from.once('error', () => undefined) // the program's own end tells what was wrong

  async function* pieces() {
    for (;;) {
      const piece = ready.shift()
      if (piece) yield piece
      else if (over) return
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
