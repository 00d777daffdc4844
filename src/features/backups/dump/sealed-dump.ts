import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { PayloadSealer, type SealingKey } from '../../../platform/age/payload.ts'
import type { BackupSettings } from '../needs.ts'
import { openStore } from '../store/open-store.ts'
import { dumpOf } from './pg-dump.ts'
import type { Tool } from './tools.ts'

/** What to dump, and what to write it to. */
export type DumpOrder = {
  tool: Tool
  url: string
  snapshot: string
  sealing: SealingKey
  store: Pick<BackupSettings, 'store' | 's3'>
  name: string
}
/** Of the file, in bytes; `plainSize` of what was dumped. */
export type DumpFile = { size: number; sha256: string; plainSize: number }

/** A mebibyte. */
const chunksTogether = 16

/**
 * Writes what pg_dump says of a snapshot into a file of the store, sealed as it comes. In one loop: each stage of a stream costs as
 * much time again as the cipher (docs/performance.md).
 * @param tell how many bytes were dumped so far, now and then
 * @throws BackupFault
 */
export const writeSealedDump = async (
  { tool, url, snapshot, sealing: { head, key }, store, name }: DumpOrder,
  tell: (plainBytes: number) => void,
  signal: AbortSignal,
): Promise<DumpFile> => {
  const hash = createHash('sha256')
  let [size, plainSize] = [0, 0]
  const counted = (piece: Buffer): Buffer => {
    hash.update(piece)
    size += piece.length
    return piece
  }

  const sealer = new PayloadSealer(key, chunksTogether)
  const seal = (bytes: Buffer): readonly Buffer[] => {
    plainSize += bytes.length
    const pieces = sealer.update(bytes)
    if (pieces.length > 0) tell(plainSize)
    return pieces
  }
  async function* pieces(dump: AsyncIterable<Buffer>) {
    yield counted(Buffer.from(head))
    for await (const piece of dump) yield counted(piece)
    for (const piece of sealer.end()) yield counted(piece)
  }

  const stopped = new AbortController()
  const dump = dumpOf(tool, url, snapshot, seal, AbortSignal.any([signal, stopped.signal]))
  // A store that takes nothing would leave the dump waiting for ever.
  await openStore(store)
    .write(name, Readable.from(pieces(dump)))
    .finally(() => stopped.abort())
  return { size, sha256: hash.digest('hex'), plainSize }
}
