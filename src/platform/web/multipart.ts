import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { Busboy, type BusboyHeaders } from '@fastify/busboy'
import type { TypedFields } from './typed-fields.ts'

/** A file as it arrives; `name` is what the browser says, the bytes must be read, or left, before the next file is asked for. */
export type ArrivingFile = { field: string; name: string; bytes: AsyncIterable<Buffer> }
/** A form with files: what stood in the fields before the first of them, and the files one after the other. */
type ArrivingForm = { fields: TypedFields; first: FirstFile | null; files: AsyncGenerator<ArrivingFile> }
/** The place for a file in a form, and whether one was chosen for it. */
type FirstFile = { field: string; chosen: boolean }

/** The request is all there and ends before its last boundary, or in the middle of a file. */
export class CutForm extends Error {}

const limits = {
  files: 50,
  fields: 2000,
  parts: 2050,
  fieldSize: 512 * 1024,
  fieldNameSize: 200,
  headerPairs: 50,
}
/** As much as a form without files may have (http/body.ts). */
const mostTyped = 512 * 1024
const drainedMs = 60_000
const drainedBytes = 1024 * 1024 * 1024

type Next = { file: ArrivingFile; stream: Readable } | 'end' | Error

/**
 * Reads a multipart form (RFC 7578) up to the beginning of its first file: fields stand before files, so that whoever takes
 * the files in knows who sends them and what for. A connection that breaks later makes the bytes fail; a form that ends before
 * its last boundary makes them fail with CutForm.
 * @throws Error with status 400 where this is no such form, 413 where too much is typed
 */
export const readMultipart = async (req: IncomingMessage): Promise<ArrivingForm> => {
  const fields: TypedFields = []
  let typed = 0
  const arrived = queue<Next>()
  const busboy = parserFor(req)
  let current: Readable | null = null

  const fail = (fault: Error) => {
    req.unpipe(busboy)
    current?.destroy(fault)
    arrived.put(fault)
  }
  let begun = false
  busboy.on('field', (name, value, nameCut, valueCut) => {
    typed += name.length + value.length
    if (begun) fail(badForm(400, 'a field stands behind a file'))
    else if (nameCut || valueCut || typed > mostTyped) fail(badForm(413, 'too much is typed'))
    else fields.push([name, value])
  })
  busboy.on('file', (field, stream, name: string | undefined) => {
    begun = true
    current = stream
    stream.on('error', () => undefined)
    arrived.put({ file: { field, name: name ?? '', bytes: whole(stream, req) }, stream })
  })
  busboy.on('finish', () => arrived.put('end'))
  busboy.on('error', fault => fail(req.complete ? new CutForm() : badForm(400, (fault as Error).message)))
  req.on('close', () => {
    if (!req.complete) fail(new Error('the connection broke in the middle of an upload'))
  })
  req.pipe(busboy)

  const first = await arrived.take()
  if (first instanceof Error) throw first instanceof CutForm ? badForm(400, 'the form was cut') : first
  const place = first === 'end' ? null : { field: first.file.field, chosen: first.file.name !== '' }
  return { fields, first: place, files: filesOf(first, arrived.take) }
}

async function* filesOf(first: Next, take: () => Promise<Next>): AsyncGenerator<ArrivingFile> {
  for (let next = first; next !== 'end'; next = await take()) {
    if (next instanceof Error) throw next
    yield next.file
    next.stream.resume() // whatever of it nobody wanted
  }
}

const parserFor = (req: IncomingMessage) => {
  try {
    return new Busboy({ headers: req.headers as BusboyHeaders, limits })
  } catch (fault) {
    throw badForm(400, (fault as Error).message)
  }
}

const badForm = (status: 400 | 413, message: string) => Object.assign(new Error(message), { status })

/** The bytes of a file; where the request is all there and the file is not, that is the form's fault and not the program's. */
const whole = async function* (file: Readable, req: IncomingMessage): AsyncGenerator<Buffer> {
  try {
    // Whoever has read enough leaves the rest to flow past: destroyed, it would hold up what comes behind it.
    for await (const chunk of file.iterator({ destroyOnReturn: false })) yield chunk as Buffer
  } catch (fault) {
    throw req.complete ? new CutForm() : fault
  }
}

/** What is put in is taken out in its order, now or when it comes. */
const queue = <T>() => {
  const waiting: T[] = []
  let wake: (() => void) | null = null
  return {
    put: (item: T) => {
      waiting.push(item)
      wake?.()
    },
    take: async (): Promise<T> => {
      while (waiting.length === 0)
        await new Promise<void>(resolve => {
          wake = resolve
        })
      return waiting.shift()!
    },
  }
}

const arriving = new WeakMap<object, AsyncGenerator<ArrivingFile>>()
const places = new WeakMap<object, FirstFile>()

/** Keeps the files of a form with its request, for the route that takes them in. */
export const rememberFiles = (req: object, { files, first }: Pick<ArrivingForm, 'files' | 'first'>) => {
  arriving.set(req, files)
  if (first) places.set(req, first)
}

/** Where the first file of a form stands that has been read; null where it has none. */
export const firstFileOf = (req: object): FirstFile | null => places.get(req) ?? null

/** The files of a form, in their order; none where it has none. For routes whose guard says `upload`. */
export async function* filesIn(req: object): AsyncGenerator<ArrivingFile> {
  const files = arriving.get(req)
  if (files) yield* files
}

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
