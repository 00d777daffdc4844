import { createReadStream } from 'node:fs'
import { access, mkdir, open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { BackupFault } from '../faults.ts'
import type { Store } from './store.ts'

const partialMark = '.partial'
const pieceBytes = 1024 * 1024
/** As much is brought to the disk at a time while more comes: a disk that is told at the very end takes as long again. */
const syncedBytes = 16 * 1024 * 1024

/** A folder as a store: a file is written beside its name, brought to the disk, and renamed. */
export const createFolderStore = (folder: string): Store => {
  const at = (name: string) => join(folder, name)

  const write: Store['write'] = async (name, source) => {
    const partial = at(`.${name}${partialMark}`)
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      await rm(partial, { force: true })
      const file = await open(partial, 'wx', 0o600)
      const writing = file.createWriteStream({ flush: true, highWaterMark: pieceBytes })
      await pipeline(source, bringingToDisk(file), writing)
      await rename(partial, at(name))
      await persist(folder)
    } catch (fault) {
      await rm(partial, { force: true }).catch(() => undefined)
      throw isOfDisk(fault) ? explained(fault, folder) : fault
    }
  }

  return {
    where: folder,
    write,
    read: async name => ((await isThere(at(name))) ? createReadStream(at(name), { highWaterMark: pieceBytes }) : null),
    size: name => stat(at(name)).then(({ size }) => size, nothing),
    list: async () => {
      const names = await readdir(folder).catch((fault: unknown) => {
        if ((fault as NodeJS.ErrnoException).code === 'ENOENT') return []
        throw explained(fault, folder)
      })
      const listed = await Promise.all(
        names
          .filter(name => !name.startsWith('.'))
          .map(async name => {
            const facts = await stat(at(name)).catch(() => null)
            return facts?.isFile() ? [{ name, size: facts.size, at: facts.mtime }] : []
          }),
      )
      return listed.flat()
    },
    remove: async name => {
      await rm(at(name), { force: true }).catch((fault: unknown) => {
        throw explained(fault, folder)
      })
    },
    sweep: async () => {
      for (const name of await readdir(folder).catch(() => []))
        if (name.startsWith('.') && name.endsWith(partialMark)) await rm(at(name), { force: true })
    },
  }
}

/** Passes on what comes, the disk working meanwhile; waits where it is more than a step behind. */
const bringingToDisk = (file: FileHandle) =>
  async function* (chunks: AsyncIterable<Buffer>) {
    let [fresh, syncing] = [0, Promise.resolve()]
    for await (const chunk of chunks) {
      yield chunk
      fresh += chunk.length
      if (fresh < syncedBytes) continue
      await syncing
      syncing = file.datasync()
      syncing.catch(() => undefined) // told where it is waited for
      fresh = 0
    }
    await syncing
  }

const nothing = () => null
const isThere = (file: string) =>
  access(file).then(
    () => true,
    () => false,
  )

const persist = async (folder: string) => {
  const handle = await open(folder, 'r')
  await handle.sync().finally(() => handle.close())
}

/** What the source of the bytes says is passed on as it is. */
const isOfDisk = (fault: unknown) => {
  const { syscall } = fault as NodeJS.ErrnoException
  return syscall !== undefined && !syscall.startsWith('spawn')
}

const explained = (fault: unknown, folder: string) => {
  const { code } = fault as NodeJS.ErrnoException
  if (code === 'ENOSPC' || code === 'EDQUOT') return new BackupFault('disk-full', folder)
  return new BackupFault('store-unreachable', `${folder}: ${code ?? 'unknown'}`)
}
