import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { Readable, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { sealingStream } from '../../../platform/age/streams.ts'
import type { ExportedClient, ExportManifest } from '../exported-client.ts'
import { createBase64Lines } from './base64-lines.ts'
import { shellAfter, shellBefore, type Viewer } from './shell.ts'
import { wrapKeyRecipient, type WrapKey } from './wrap-key.ts'

export type ExportRequest = {
  /** In batches: handing clients on one by one takes as long as writing them. */
  records: AsyncIterable<readonly ExportedClient[]>
  manifest: ExportManifest
  wrapKey: WrapKey
  viewer: Viewer
  out: Writable
  /** Called with the number of clients so far, at each piece written. */
  onProgress?: (clients: number) => void
}

export type WrittenExport = { clients: number; contacts: number; bytes: number; sha256: string }

/**
 * Writes one emergency export: the viewer, then the age file in base64, then an end marker with its length and sha256.
 * Nothing is held but the batch in hand. `out` is not ended: who opened it decides when it is durable.
 * @returns what was written; `bytes` and `sha256` are of the whole HTML file
 * @throws whatever `records` or `out` throws; what was written so far has no end marker and is reported as cut
 */
export const writeExport = async ({ records, manifest, wrapKey, viewer, out, onProgress }: ExportRequest) => {
  const count = { clients: 0, contacts: 0 }
  const file = countingWriter(out)
  const payload = payloadWriter(file.write)
  const sealed = await sealingStream([wrapKeyRecipient(wrapKey)])
  const plain = Readable.from(jsonLines(manifest, records, count), { objectMode: false })

  await file.write(Buffer.from(shellBefore(viewer, manifest.createdAt)))
  const passing = pipeline(plain, sealed)
  passing.catch(() => undefined) // what goes wrong there ends the reading below as well
  for await (const bytes of sealed as AsyncIterable<Buffer>) {
    await payload.write(bytes)
    onProgress?.(count.clients)
  }
  await passing
  await file.write(Buffer.from(shellAfter(viewer, manifest.createdAt, await payload.end())))

  return { ...count, ...file.result() } satisfies WrittenExport
}

/**
 * The sealed text: JSON, one line for the manifest and one for each client. Plain rather than compressed, so that
 * `age -d` alone gives something a person, grep and jq can read on the day nothing else works; and lines rather than
 * one document, so that both sides handle it piece by piece.
 */
async function* jsonLines(
  manifest: ExportManifest,
  records: ExportRequest['records'],
  count: { clients: number; contacts: number },
): AsyncGenerator<Buffer> {
  yield Buffer.from(lineOf(manifest))
  for await (const clients of records) {
    yield Buffer.from(clients.map(lineOf).join(''))
    count.clients += clients.length
    for (const { contacts } of clients) count.contacts += contacts.length
  }
}

const lineOf = (value: ExportManifest | ExportedClient) => `${JSON.stringify(value)}\n`

/** The sealed part: written as lines of base64, known by the length and sha256 of what they stand for. */
const payloadWriter = (write: (bytes: Buffer) => Promise<void>) => {
  const hash = createHash('sha256')
  const lines = createBase64Lines()
  let length = 0
  return {
    write: async (bytes: Buffer) => {
      hash.update(bytes)
      length += bytes.length
      await write(lines.push(bytes))
    },
    end: async () => {
      await write(lines.end())
      return { length, sha256: hash.digest('hex') }
    },
  }
}

const countingWriter = (out: Writable) => {
  const hash = createHash('sha256')
  let bytes = 0
  return {
    write: async (piece: Buffer) => {
      hash.update(piece)
      bytes += piece.length
      if (!out.write(piece)) await once(out, 'drain')
    },
    result: () => ({ bytes, sha256: hash.digest('hex') }),
  }
}
