import type { Readable } from 'node:stream'

export type Stored = { name: string; size: number; at: Date }

/**
 * Where backups are kept. A name is there only when all of its bytes are: what is interrupted leaves nothing under it.
 * Faults are BackupFaults: disk-full or store-unreachable.
 */
export type Store = {
  /** For people to read. */
  where: string
  /** Puts a whole file, or nothing: where `source` fails, so does this. */
  write: (name: string, source: Readable) => Promise<void>
  /** Null where there is no such file. */
  read: (name: string) => Promise<Readable | null>
  size: (name: string) => Promise<number | null>
  list: () => Promise<Stored[]>
  remove: (name: string) => Promise<void>
  /** Removes what interrupted writing has left. Only while nothing else writes. */
  sweep: () => Promise<void>
}
