import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { BackupFault } from './faults.ts'
import { dataName, idOfName, manifestName } from './manifest.ts'
import type { Store } from './store/store.ts'

/** A backup wherever it lies: the manifest and the sealed file. */
export type Source = {
  manifest: () => Promise<string | null>
  size: () => Promise<number | null>
  open: () => Promise<Readable>
}

export const storedBackup = (store: Store, id: string): Source => ({
  manifest: async () => {
    const stream = await store.read(manifestName(id))
    return stream && text(stream)
  },
  size: () => store.size(dataName(id)),
  open: async () => {
    const stream = await store.read(dataName(id))
    if (!stream) throw new BackupFault('cut')
    return stream
  },
})

/** A backup in files: either of the two is given, the other lies beside it. Names may be others, if both are the same but for the ending. */
export const backupInFiles = (file: string): Source => {
  const id = idOfName(basename(file))
  const bare = file.replace(/\.(age|manifest)$/, '')
  const data = id ? join(dirname(file), dataName(id)) : `${bare}.age`
  const manifest = id ? join(dirname(file), manifestName(id)) : `${bare}.manifest`
  return {
    manifest: () => readFile(manifest, 'latin1').then(asUtf8, () => null),
    size: () =>
      stat(/\.(age|manifest)$/.test(file) ? data : file).then(
        facts => facts.size,
        () => null,
      ),
    open: () =>
      Promise.resolve(createReadStream(/\.(age|manifest)$/.test(file) ? data : file, { highWaterMark: 1024 * 1024 })),
  }
}

const asUtf8 = (latin1: string) => Buffer.from(latin1, 'latin1').toString('utf8')
