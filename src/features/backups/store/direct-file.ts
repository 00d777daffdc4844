import { constants } from 'node:fs'
import { open } from 'node:fs/promises'

const { O_CREAT, O_EXCL, O_WRONLY } = constants
/** Not every system has it, and not every file system: see below. */
const direct = process.platform === 'linux' ? constants.O_DIRECT : 0
/** What a disk takes directly begins and ends with a block: in the file, and in memory. */
const blockBytes = 4096
const pieceBytes = 1024 * 1024
/** As much is brought to the disk at a time while more comes: one that is told at the very end takes as long again. */
const syncedBytes = 16 * 1024 * 1024

/**
 * Writes a new file, mode 0600, and brings it to the disk, past the system's cache where it can: what is written there is not
 * read again soon, would push out what people work with, and took more time than sealing it (docs/performance.md).
 * @throws what the source throws, or what is wrong with the disk
 */
export const writeDirectly = async (path: string, source: AsyncIterable<Buffer | string>): Promise<void> => {
  const file = await createFile(path)
  const buffers = spare.pop() ?? alignedBuffers()
  try {
    let [filled, position, fresh] = [0, 0, 0]
    let [writing, syncing] = [Promise.resolve(), Promise.resolve()]

    /** Has what is filled written while the other buffer is being filled. */
    const pass = async (length: number) => {
      await writing
      writing = file.write(buffers[0].subarray(0, length), position)
      writing.catch(() => undefined) // told where it is waited for
      buffers.reverse()
      position += filled
      fresh += filled
      filled = 0
      if (fresh < syncedBytes) return
      await Promise.all([writing, syncing])
      syncing = file.sync()
      syncing.catch(() => undefined)
      fresh = 0
    }

    for await (const piece of source) {
      const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece
      for (let at = 0; at < bytes.length;) {
        const taken = bytes.copy(buffers[0], filled, at)
        filled += taken
        at += taken
        if (filled === pieceBytes) await pass(pieceBytes)
      }
    }
    await pass(Math.ceil(filled / blockBytes) * blockBytes)
    await Promise.all([writing, syncing])
    await file.end(position)
  } finally {
    await file.close() // waits for what is being written
    spare.push(buffers)
  }
}

type Buffers = [Buffer, Buffer]
/** Each takes 8 GB of addresses, though only 2 MB of memory: those of whoever is done are used again. */
const spare: Buffers[] = []

/** Memory of WebAssembly begins at a page, which that of a Buffer need not. */
const alignedBuffers = (): Buffers => {
  const { buffer } = new WebAssembly.Memory({ initial: (2 * pieceBytes) / (64 * 1024) })
  return [Buffer.from(buffer, 0, pieceBytes), Buffer.from(buffer, pieceBytes, pieceBytes)]
}

const createFile = async (path: string) => {
  const flags = O_CREAT | O_EXCL | O_WRONLY
  let file = await open(path, flags | direct, 0o600).catch((fault: unknown) => {
    if (!takesNoDirect(fault)) throw fault
    return open(path, O_CREAT | O_WRONLY, 0o600)
  })
  const writeAt = async (bytes: Buffer, position: number) => {
    for (let done = 0; done < bytes.length;)
      done += (await file.write(bytes, done, bytes.length - done, position + done)).bytesWritten
  }
  return {
    /** A file system that takes nothing directly, or in larger blocks, has it through the cache. */
    write: async (bytes: Buffer, position: number): Promise<void> => {
      try {
        await writeAt(bytes, position)
      } catch (fault) {
        if (!takesNoDirect(fault)) throw fault
        await file.close()
        file = await open(path, O_WRONLY)
        await writeAt(bytes, position)
      }
    },
    sync: (): Promise<void> => file.datasync(),
    /** Cuts off what filled up the last block. @param size in bytes */
    end: async (size: number): Promise<void> => {
      await file.truncate(size)
      await file.sync()
    },
    close: (): Promise<void> => file.close(),
  }
}

const takesNoDirect = (fault: unknown): boolean => (fault as NodeJS.ErrnoException).code === 'EINVAL'
