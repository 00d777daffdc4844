import { unwatchFile, watchFile, type StatsListener } from 'node:fs'
import { readKeys, type KeySource } from './key-files.ts'

/** The keys of a file as it is now: somebody may add one while the program runs. */
export type LiveKeys = KeySource & {
  /** Reads the file again; what it held before stays where it cannot be read now. */
  reload: () => Promise<void>
  onChange: (work: () => void) => void
  close: () => void
}

/** A change of a key file is known to every program that has it open after at most this long. */
export const keyFilePollMs = 10_000

/**
 * Reads a key file and follows its changes.
 * @throws OperatorFault as readKeys does, the first time
 */
export const followKeys = async (file: string, pollMs = keyFilePollMs): Promise<LiveKeys> => {
  let keys = await readKeys(file)
  const watchers: (() => void)[] = []

  const reload = async () => {
    // A file in the middle of somebody's editing must not stop a program that runs; the next start checks it again.
    keys = await readKeys(file).catch(() => keys)
    watchers.forEach(work => work())
  }
  const changed: StatsListener = () => void reload()
  watchFile(file, { interval: pollMs, persistent: false }, changed)

  return {
    get current() {
      return keys.current
    },
    get all() {
      return keys.all
    },
    find: id => keys.find(id),
    reload,
    onChange: work => void watchers.push(work),
    close: () => unwatchFile(file, changed),
  }
}
