import { mkdir, open, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { persist } from '../../platform/whole-file.ts'

export type SubjectKind = 'client' | 'tenant'
/** That somebody, or an organisation, was erased: ids and a time, nothing else. */
export type Tombstone = {
  tenantId: string
  kind: SubjectKind
  subjectId: string
  erasedAt: Date
  /** The account that erased; null where it was the operator. */
  by: number | null
}

const uuid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'
const line = new RegExp(`^(\\S+Z) (${uuid}) (client|tenant) (${uuid}) by (\\d+|operator)$`)

/**
 * The erasure ledger: a file outside the database, so that whoever restores an older dump still knows who was erased. It is
 * only ever appended to, and a line is on the disk before the erasure it tells of is committed.
 */
export const createLedger = (file: string) => ({
  /** Puts entries at the end, durably. */
  append: async (tombstones: readonly Tombstone[]): Promise<void> => {
    if (tombstones.length === 0) return
    await mkdir(dirname(file), { recursive: true, mode: 0o700 })
    const handle = await open(file, 'a+', 0o600)
    try {
      // A line cut off by a crash must not swallow the one after it.
      const { size } = await handle.stat()
      const last = size > 0 ? await handle.read(Buffer.alloc(1), 0, 1, size - 1) : null
      const start = last && last.buffer.toString() !== '\n' ? '\n' : ''
      await handle.appendFile(start + tombstones.map(asLine).join(''))
      await handle.sync()
    } finally {
      await handle.close()
    }
    await persist(dirname(file))
  },

  read: () => readLedger(file),
})
export type Ledger = ReturnType<typeof createLedger>

/**
 * The entries of a ledger file, each once; none where there is no file.
 * @returns also how many lines cannot be read: a line that was cut off tells of an erasure that was never committed
 */
export const readLedger = async (file: string): Promise<{ tombstones: Tombstone[]; unreadable: number }> => {
  const text = await readFile(file, 'utf8').catch((fault: unknown) => {
    if ((fault as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw fault
  })
  const lines = text.split('\n').filter(Boolean)
  const read = lines.map(parse)
  const tombstones = new Map(read.flatMap(entry => (entry ? [[keyOf(entry), entry] as const] : [])))
  return { tombstones: [...tombstones.values()], unreadable: read.filter(entry => !entry).length }
}

/** Equal for entries that tell of the same erasure. */
export const keyOf = ({ tenantId, kind, subjectId }: Omit<Tombstone, 'erasedAt' | 'by'>) =>
  `${tenantId} ${kind} ${subjectId}`

const asLine = ({ erasedAt, by, ...rest }: Tombstone) =>
  `${erasedAt.toISOString()} ${keyOf(rest)} by ${by ?? 'operator'}\n`

const parse = (text: string): Tombstone | null => {
  const [, at, tenantId, kind, subjectId, by] = line.exec(text) ?? []
  const erasedAt = new Date(at ?? '')
  if (!tenantId || !kind || !subjectId || Number.isNaN(erasedAt.getTime())) return null
  return { tenantId, kind: kind as SubjectKind, subjectId, erasedAt, by: by === 'operator' ? null : Number(by) }
}
