import { createHash } from 'node:crypto'
import { once } from 'node:events'
import type { Writable } from 'node:stream'
import { ReadableStream as NodeReadableStream } from 'node:stream/web'
import { Encrypter } from 'age-encryption'
import type { ExportedClient, ExportManifest } from '../exported-client.ts'
import { createBase64Lines } from './base64-lines.ts'
import { shellAfter, shellBefore, type Viewer } from './shell.ts'
import { wrapKeyRecipient, type WrapKey } from './wrap-key.ts'

/** Size of the pieces handed to age, in characters: near its own 64 KiB chunks. */
const PIECE = 64 * 1024

export type ExportRequest = {
  records: AsyncIterable<ExportedClient>
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
 * Nothing is held but the piece in hand. `out` is not ended: who opened it decides when it is durable.
 * @returns what was written; `bytes` and `sha256` are of the whole HTML file
 * @throws whatever `records` or `out` throws; what was written so far has no end marker and is reported as cut
 */
export const writeExport = async ({ records, manifest, wrapKey, viewer, out, onProgress }: ExportRequest) => {
  const count = { clients: 0, contacts: 0 }
  const file = countingWriter(out)
  const payload = createHash('sha256')
  let payloadBytes = 0

  const encrypter = new Encrypter()
  encrypter.addRecipient(wrapKeyRecipient(wrapKey))
  const lines = createBase64Lines()

  await file.write(shellBefore(viewer, manifest.createdAt))
  // Node's own type for what is one and the same class knows `from`, the browser's does not yet.
  const plain = NodeReadableStream.from(jsonLines(manifest, records, count)) as unknown as ReadableStream<Uint8Array>
  const sealed = await encrypter.encrypt(plain)
  for await (const bytes of sealed) {
    payload.update(bytes)
    payloadBytes += bytes.length
    await file.write(lines.push(bytes))
    onProgress?.(count.clients)
  }
  await file.write(lines.end())
  await file.write(shellAfter(viewer, manifest.createdAt, { length: payloadBytes, sha256: payload.digest('hex') }))

  return { ...count, ...file.result() } satisfies WrittenExport
}

/**
 * The sealed text: JSON, one line for the manifest and one for each client. Plain rather than compressed, so that
 * `age -d` alone gives something a person, grep and jq can read on the day nothing else works; and lines rather than
 * one document, so that both sides handle it piece by piece.
 */
async function* jsonLines(
  manifest: ExportManifest,
  records: AsyncIterable<ExportedClient>,
  count: { clients: number; contacts: number },
): AsyncGenerator<Uint8Array> {
  let piece = `${JSON.stringify(manifest)}\n`
  for await (const client of records) {
    piece += `${JSON.stringify(client)}\n`
    count.clients += 1
    count.contacts += client.contacts.length
    if (piece.length < PIECE) continue
    yield Buffer.from(piece)
    piece = ''
  }
  yield Buffer.from(piece)
}

const countingWriter = (out: Writable) => {
  const hash = createHash('sha256')
  let bytes = 0
  return {
    write: async (text: string) => {
      const piece = Buffer.from(text)
      hash.update(piece)
      bytes += piece.length
      if (!out.write(piece)) await once(out, 'drain')
    },
    result: () => ({ bytes, sha256: hash.digest('hex') }),
  }
}
