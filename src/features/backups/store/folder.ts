import { createReadStream } from 'node:fs'
import { access, mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { persist } from '../../../platform/whole-file.ts'
import { BackupFault } from '../faults.ts'
import { writeDirectly } from './direct-file.ts'
import type { Store } from './store.ts'

const partialMark = '.partial'
const pieceBytes = 1024 * 1024

/** A folder as a store: a file is written beside its name, brought to the disk, and renamed. */
export const createFolderStore = (folder: string): Store => {
  const at = (name: string) => join(folder, name)

  const write: Store['write'] = async (name, source) => {
    const partial = at(`.${name}${partialMark}`)
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      await rm(partial, { force: true })
      await writeDirectly(partial, source)
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

const nothing = () => null
const isThere = (file: string) =>
  access(file).then(
    () => true,
    () => false,
  )

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
