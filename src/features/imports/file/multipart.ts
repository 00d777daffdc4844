import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { Busboy, type BusboyHeaders } from '@fastify/busboy'
import { FileFault } from './file-fault.ts'

/** A form with one file: what stood in the fields before it, and the file as it arrives. */
export type ArrivingForm = { fields: Map<string, string>; name: string; bytes: AsyncIterable<Buffer> }

const limits = { files: 1, fields: 5, parts: 6, fieldSize: 1000, fieldNameSize: 100, headerPairs: 50 }
const drainedMs = 60_000
const drainedBytes = 1024 * 1024 * 1024
const longestName = 200

/**
 * Reads a multipart form (RFC 7578) up to the beginning of its file. A connection that breaks later makes `bytes` fail; a
 * form that ends before its last boundary makes them fail with a FileFault.
 * @throws Error where this is no such form
 */
export const readForm = (req: IncomingMessage): Promise<ArrivingForm> =>
  new Promise((resolve, reject) => {
    const fields = new Map<string, string>()
    const busboy = new Busboy({ headers: req.headers as BusboyHeaders, limits })
    let bytes: Readable | null = null

    const fail = (fault: Error) => {
      req.unpipe(busboy)
      bytes?.destroy(fault)
      reject(fault)
    }
    busboy.on('field', (name, value) => fields.set(name, value))
    busboy.on('file', (_field, file, name) => {
      bytes = file
      file.on('error', () => undefined)
      resolve({ fields, name: plainName(name), bytes: whole(file, req) })
    })
    busboy.on('finish', () => resolve({ fields, name: '', bytes: Readable.from([]) }))
    busboy.on('error', fault => fail(fault as Error))
    req.on('close', () => {
      if (!req.complete) fail(new Error('the connection broke in the middle of an upload'))
    })
    req.pipe(busboy)
  })

/** The bytes of a file; where the request is all there and the file is not, that is the form's fault and not the program's. */
const whole = async function* (file: Readable, req: IncomingMessage): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of file) yield chunk as Buffer
  } catch (fault) {
    throw req.complete ? new FileFault('incomplete') : fault
  }
}

/** The type of `Busboy`'s name says otherwise, but a part may come without one. */
const plainName = (name: string | undefined) =>
  (name ?? '')
    .replace(/\p{Cc}/gu, '')
    .trim()
    .slice(-longestName)

/**
 * Lets the rest of a request run out unread: a browser reads the answer only when it has sent everything.
 * @returns whether it did; otherwise the connection must be closed after the answer
 */
export const drain = (req: IncomingMessage): Promise<boolean> =>
  new Promise(resolve => {
    let size = 0
    const end = (whole: boolean) => {
      clearTimeout(late)
      req.removeListener('data', count)
      resolve(whole)
    }
    const count = (chunk: Buffer) => {
      size += chunk.length
      if (size > drainedBytes) end(false)
    }
    const late = setTimeout(() => end(false), drainedMs)
    if (req.complete || req.destroyed) return end(req.complete)
    req.unpipe()
    req.on('end', () => end(true))
    req.on('close', () => end(req.complete))
    req.on('data', count)
    req.resume()
  })
