import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import type { ExportedClient, ExportManifest } from '../../features/exports/index.ts'
import { openAge } from './file/age.ts'
import { decodeLines } from './file/base64.ts'
import { identityIn } from './file/identity.ts'
import type { Headers, Marker } from './file/marker.ts'
import { readRecords } from './file/records.ts'
import { Unopened } from './file/verdict.ts'
import { nameOf } from './entries.ts'
import { foundHow } from './matching.ts'
import { createSearch, type Hit } from './search.ts'

export type Progress = { step: 'deriving' | 'reading'; share: number }
/** What somebody gives at the door: a passphrase, or a key (as a file's bytes) with its own passphrase, which may be empty. */
export type Given = { passphrase: string } | { key: Uint8Array; passphrase: string }
export type Found = { total: number; hits: Hit[] }

/** Everything heavy: checks, decrypts, parses, searches. Runs in a worker, or in the page where none is allowed. */
export type Engine = {
  /** Decodes the payload and compares its sha256. Throws Unopened `cut` or `altered`. */
  check: (text: string, marker: Marker, headers: Headers) => Promise<void>
  /** Decrypts what was checked. Throws Unopened: something wrong with what was given, or `altered`. */
  open: (
    given: Given,
    onProgress: (progress: Progress) => void,
  ) => Promise<{ manifest: ExportManifest; clients: number }>
  search: (query: string, limit: number) => Promise<Found>
  /** Whole clients for `query`, from place `from` on; for printing. */
  clients: (query: string, from: number, limit: number) => Promise<ExportedClient[]>
  client: (at: number) => Promise<ExportedClient | undefined>
  /** Forgets every record; the sealed bytes stay, so that the passphrase opens them again. */
  lock: () => Promise<void>
}

export const createEngine = (): Engine => {
  let bytes = new Uint8Array()
  let headers: { passphrase: Uint8Array | null; keys: Uint8Array | null } = { passphrase: null, keys: null }
  let clients: ExportedClient[] = []
  let places: (query: string) => number[] = () => []

  const pick = (query: string, from: number, to: number) =>
    places(query)
      .slice(from, to)
      .flatMap(at => clients[at] ?? [])

  return {
    check: async (text, marker, written) => {
      headers = { passphrase: headerBytes(written.passphrase), keys: headerBytes(written.keys) }
      bytes = decodeLines(text, marker.length) as Uint8Array<ArrayBuffer>
      if (bytesToHex(await sumOf(bytes)) !== marker.sha256) throw new Unopened('altered')
    },
    open: async (given, onProgress) => {
      const deriving = (share: number) => onProgress({ step: 'deriving', share })
      const secret = 'key' in given ? { identity: await identityIn(given.key, given.passphrase, deriving) } : given
      const header = 'key' in given ? headers.keys : headers.passphrase
      if (!header) throw new Unopened('key' in given ? 'wrongKey' : 'wrong')
      const plain = await openAge([header, bytes], secret, deriving)
      const records = await readRecords(plain, bytes.length, share => onProgress({ step: 'reading', share }))
      clients = records.clients
      places = createSearch(clients)
      return { manifest: records.manifest, clients: clients.length }
    },
    search: async (query, limit) => {
      const found = places(query)
      const hits = found.slice(0, limit).flatMap(at => {
        const client = clients[at]
        return client ? hitOf(client, at, query) : []
      })
      return { total: found.length, hits }
    },
    clients: async (query, from, limit) => pick(query, from, from + limit),
    client: async at => clients[at],
    lock: async () => {
      clients = []
      places = () => []
    },
  }
}

/** Its text was compared with the sum of the whole shell, so that what is here is what was written. */
const headerBytes = (text: string | null) =>
  text === null ? null : Uint8Array.from(atob(text.replaceAll(/\s/g, '')), letter => letter.charCodeAt(0))

/** The browser's own sha256 where it offers one to a page opened from a file; it is ten times as quick. */
const sumOf = async (bytes: Uint8Array<ArrayBuffer>) => {
  const { subtle } = crypto as { subtle?: SubtleCrypto }
  return subtle ? new Uint8Array(await subtle.digest('SHA-256', bytes)) : sha256(bytes)
}

const hitOf = (client: ExportedClient, at: number, query: string): Hit => ({
  at,
  name: nameOf(client),
  fileNumber: client.fileNumber,
  birthDate: client.birthDate,
  alerts: client.alerts.length,
  ...foundHow(client, query),
})
