import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { Readable, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { sealingParts } from '../../../platform/age/streams.ts'
import type { ExportedClient } from '../exported-client.ts'
import type { Format } from '../formats/format.ts'
import { createBase64Lines } from './base64-lines.ts'
import { shellAfter, shellBefore, type Headers, type Viewer } from './shell.ts'
import { wrapKeyRecipient, type WrapKey } from './wrap-key.ts'

/** Whom a file is for: a passphrase, public keys (`age1…`), or, inside a viewer, both. */
export type Audience = { wrapKey: WrapKey | null; publicKeys: readonly string[] }

export type ExportRequest = {
  /** In batches: handing clients on one by one takes as long as writing them. */
  records: AsyncIterable<readonly ExportedClient[]>
  format: Format
  audience: Audience
  /** ISO instant. */
  createdAt: string
  /** The page around the sealed part; null writes a bare age file. */
  viewer: Viewer | null
  out: Writable
  /** Called with the number of clients so far, at each piece written. */
  onProgress?: (clients: number) => void
}

export type WrittenExport = { clients: number; contacts: number; bytes: number; sha256: string }

/**
 * Writes one emergency export: a bare age file, or the viewer, the headers of age and its body in base64, and an end marker
 * with length and sha256 of the body (docs/adr/0011).
 * Nothing is held but the batch in hand. `out` is not ended: who opened it decides when it is durable.
 * @returns what was written; `bytes` and `sha256` are of the whole file
 * @throws whatever `records` or `out` throws; what was written so far has no end marker and is reported as cut
 */
export const writeExport = async (request: ExportRequest): Promise<WrittenExport> => {
  const { records, format, audience, createdAt, viewer, out, onProgress } = request
  const count = { clients: 0, contacts: 0 }
  const file = countingWriter(out)
  const { headers, body } = await sealedFor(audience, viewer !== null)
  const plain = Readable.from(piecesOf(format, records, count), { objectMode: false })
  const passing = pipeline(plain, body)
  passing.catch(() => undefined) // what goes wrong there ends the reading below as well

  const payload = viewer ? base64Writer(file.write) : plainWriter(file.write)
  await file.write(
    Buffer.from(viewer ? shellBefore(viewer, createdAt, headers) : (headers.passphrase ?? headers.keys ?? '')),
  )
  for await (const bytes of body as AsyncIterable<Buffer>) {
    await payload.write(bytes)
    onProgress?.(count.clients)
  }
  await passing
  const end = await payload.end()
  if (viewer) await file.write(Buffer.from(shellAfter(viewer, createdAt, headers, end)))

  return { ...count, ...file.result() }
}

/** One body; a header for the passphrase and one for the keys, of which a bare file can have only one. */
const sealedFor = async (
  { wrapKey, publicKeys }: Audience,
  mayBeBoth: boolean,
): Promise<{ headers: Headers; body: Readable & Writable }> => {
  const forKeys = publicKeys.length > 0 ? [publicKeys] : []
  const forPassphrase = wrapKey ? [[wrapKeyRecipient(wrapKey)]] : []
  const groups = [...forKeys, ...forPassphrase]
  if (groups.length === 0) throw new Error('an export must be for somebody')
  if (groups.length > 1 && !mayBeBoth) throw new Error('a bare age file is for a passphrase or for keys')

  const { headers, body } = await sealingParts(groups)
  const texts = headers.map(header => header.toString('latin1'))
  return {
    headers: { keys: publicKeys.length > 0 ? texts[0]! : null, passphrase: wrapKey ? texts.at(-1)! : null },
    body,
  }
}

async function* piecesOf(
  format: Format,
  records: ExportRequest['records'],
  count: { clients: number; contacts: number },
) {
  yield Buffer.from(format.begin())
  for await (const clients of records) {
    const first = count.clients
    yield Buffer.from(clients.map((client, at) => format.client(client, first + at)).join(''))
    count.clients += clients.length
    for (const { contacts } of clients) count.contacts += contacts.length
  }
  yield Buffer.from(format.end())
}

type Write = (bytes: Buffer) => Promise<void>

/** The sealed part: written as lines of base64, known by the length and sha256 of what they stand for. */
const base64Writer = (write: Write) => {
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

const plainWriter = (write: Write) => ({ write, end: () => Promise.resolve({ length: 0, sha256: '' }) })

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
