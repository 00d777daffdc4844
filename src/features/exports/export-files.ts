import { createWriteStream } from 'node:fs'
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { finished } from 'node:stream/promises'
import type { Writable } from 'node:stream'
import { persist } from '../../platform/whole-file.ts'

/** `kept`: the file stays until it is removed by name, rather than for a day. */
type Export = { tenantId: string; exportId: string; kept?: boolean }

/** Hours for which a finished file may be fetched. It is sealed, but a file that is not there cannot be stolen. */
export const FILE_LIFETIME_MS = 24 * 60 * 60_000

/** Bytes that may wait for the disk. */
const waiting = 512 * 1024

/**
 * The finished files on disk. A file has its name only when it is whole and on the disk; until then it is `.partial`,
 * which nothing serves and the next attempt overwrites.
 */
export const createExportFiles = (directory: string) => {
  const fileOf = ({ tenantId, exportId, kept = false }: Export) =>
    path.join(directory, tenantId, `${exportId}.${kept ? 'kept' : 'export'}`)

  return {
    fileOf,

    /** Has `work` write one file; leaves it whole under its name, or nothing. Throws what `work` throws. */
    write: async <T>(where: Export, work: (out: Writable) => Promise<T>): Promise<T> => {
      const file = fileOf(where)
      const partial = `${file}.partial`
      await mkdir(path.dirname(file), { recursive: true, mode: 0o700 })
      await rm(partial, { force: true })
      const out = createWriteStream(partial, { mode: 0o600, flags: 'wx', highWaterMark: waiting })
      try {
        const result = await work(out)
        out.end()
        await finished(out)
        await persist(partial)
        await rename(partial, file)
        await persist(path.dirname(file))
        return result
      } catch (fault) {
        out.destroy()
        await rm(partial, { force: true })
        throw fault
      }
    },

    remove: async (where: Omit<Export, 'kept'>) => {
      for (const kept of [false, true]) await rm(fileOf({ ...where, kept }), { force: true })
    },

    removeAll: (tenantId: string) => rm(path.join(directory, tenantId), { recursive: true, force: true }),

    /** Removes every file older than {@link FILE_LIFETIME_MS}, of whichever tenant; half-written ones too. */
    sweep: async (now: Date): Promise<number> => {
      const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => [])
      let removed = 0
      for (const entry of entries.filter(
        each => each.isFile() && /\.(html|export)(\.partial)?$|\.kept\.partial$/.test(each.name),
      )) {
        const file = path.join(entry.parentPath, entry.name)
        const { mtimeMs } = await stat(file)
        if (now.getTime() - mtimeMs < FILE_LIFETIME_MS) continue
        await rm(file, { force: true })
        removed += 1
      }
      return removed
    },
  }
}
export type ExportFiles = ReturnType<typeof createExportFiles>
