import { hkdfSync, randomBytes } from 'node:crypto'
import { Transform, type Readable } from 'node:stream'
import { Decrypter, Encrypter, type Recipient } from 'age-encryption'
import { AgeFault, ChunksTransform, PayloadOpener, PayloadSealer, type SealingKey } from './payload.ts'
import { secondHeader } from './second-header.ts'

export { AgeFault, type AgeProblem } from './payload.ts'

/** Its first line, by which any age file is known. */
export const ageMagic = 'age-encryption.org/v1\n'
const headerEnd = Buffer.from('\n--- ')
const nonceBytes = 16
const mostHeaderBytes = 64 * 1024

const payloadKey = (fileKey: Uint8Array, nonce: Buffer) =>
  Buffer.from(hkdfSync('sha256', fileKey, nonce, 'payload', 32))

/**
 * Seals a stream of any length as an age file (https://age-encryption.org/v1), holding a chunk of 64 KiB at a time. The header
 * is age-encryption's; the payload is sealed by the platform's own crypto (docs/adr/0009).
 * @param recipients public keys (`age1…`), or recipients as age-encryption knows them
 * @returns what to write the plain bytes into and to read the sealed ones from
 */
export const sealingStream = async (recipients: readonly (string | Recipient)[]): Promise<Transform> => {
  const { head, key } = await newSealingKey(recipients)
  const body = new ChunksTransform(new PayloadSealer(key))
  body.push(head)
  return body
}

/** The same without a stream: for whoever passes the bytes on by a PayloadSealer and a loop of their own. */
export const newSealingKey = async (recipients: readonly (string | Recipient)[]): Promise<SealingKey> => {
  const { header, nonce, key } = await newFile(recipients)
  return { head: Buffer.concat([header, nonce]), key: payloadKey(key, nonce) }
}

/**
 * The same in parts: any of the headers, followed by the one body, is an age file.
 * @param groups recipients of each header; those after the first hold one recipient
 */
export const sealingParts = async ([first = [], ...others]: readonly (readonly (string | Recipient)[])[]): Promise<{
  headers: Buffer[]
  body: Transform
}> => {
  const { header, nonce, key } = await newFile(first)
  const body = new ChunksTransform(new PayloadSealer(payloadKey(key, nonce)))
  body.push(nonce)
  const more = others.map(async ([recipient]) => {
    if (typeof recipient !== 'object') throw new Error('a second header is for a recipient that wraps by itself')
    return secondHeader(key, recipient)
  })
  return { headers: [header, ...(await Promise.all(more))], body }
}

/** A file's key, its header for whoever may open it, and the nonce that stands in front of its payload. */
const newFile = async (recipients: readonly (string | Recipient)[]) => {
  let fileKey: Uint8Array | undefined
  const encrypter = new Encrypter()
  for (const recipient of recipients) encrypter.addRecipient(recipient)
  encrypter.addRecipient({
    // Not somebody who can open it: how the key gets to where the payload is sealed.
    wrapFileKey: key => {
      fileKey = key.slice()
      return []
    },
  })
  const empty = Buffer.from(await encrypter.encrypt(new Uint8Array()))
  const header = empty.subarray(0, empty.indexOf('\n', empty.indexOf(headerEnd) + headerEnd.length) + 1)
  return { header, nonce: randomBytes(nonceBytes), key: fileKey! }
}

/** A private key (`AGE-SECRET-KEY-1…`), or the passphrase that a file was sealed with. */
export type Identity = string | { passphrase: string }

/**
 * Opens an age file that flows by.
 * @param identities any of which may fit
 * @returns the plain bytes; the stream ends with AgeFault where it is no age file, none of the identities fits, or it was cut
 * or altered
 */
export const openingStream = async (sealed: Readable, identities: readonly Identity[]): Promise<Readable> => {
  const { head, rest } = await readHead(sealed)
  const decrypter = new Decrypter()
  for (const identity of identities)
    if (typeof identity === 'string') decrypter.addIdentity(identity)
    else decrypter.addPassphrase(identity.passphrase)
  const fileKey = await decrypter.decryptHeader(head.header).catch((fault: unknown) => {
    throw new AgeFault((fault as Error).message.includes('no identity matched') ? 'wrong-identity' : 'altered')
  })
  const opening = new ChunksTransform(new PayloadOpener(payloadKey(fileKey, head.nonce)))
  void feed(opening, rest)
  return opening
}

/** Header and nonce, and what comes after them. */
const readHead = async (sealed: Readable) => {
  const parts = sealed[Symbol.asyncIterator]() as AsyncIterator<Buffer, undefined>
  let held = Buffer.alloc(0)
  for (;;) {
    if (!ageMagic.startsWith(held.toString('latin1', 0, ageMagic.length))) throw new AgeFault('not-age')
    const end = held.indexOf(headerEnd)
    const macEnd = end < 0 ? -1 : held.indexOf('\n', end + headerEnd.length)
    if (macEnd >= 0 && held.length >= macEnd + 1 + nonceBytes) {
      const body = macEnd + 1 + nonceBytes
      const head = { header: held.subarray(0, macEnd + 1), nonce: held.subarray(macEnd + 1, body) }
      return { head, rest: after(held.subarray(body), parts) }
    }
    if (held.length > mostHeaderBytes) throw new AgeFault('altered')
    const next = await parts.next()
    if (next.done) throw new AgeFault(held.length < ageMagic.length ? 'not-age' : 'cut')
    held = Buffer.concat([held, next.value])
  }
}

async function* after(first: Buffer, parts: AsyncIterator<Buffer, undefined>): AsyncGenerator<Buffer> {
  try {
    if (first.length > 0) yield first
    for (;;) {
      const next = await parts.next()
      if (next.done) return
      yield next.value
    }
  } finally {
    await parts.return?.()
  }
}

const feed = async (opening: Transform, rest: AsyncGenerator<Buffer>) => {
  try {
    for await (const bytes of rest) {
      if (opening.destroyed) return
      if (!opening.write(bytes)) await new Promise<void>(resolve => waitFor(opening, resolve))
    }
    opening.end()
  } catch (fault) {
    opening.destroy(fault as Error)
  }
}

const waitFor = (opening: Transform, resolve: () => void) => {
  const settle = () => {
    opening.off('drain', settle)
    opening.off('close', settle)
    resolve()
  }
  opening.on('drain', settle)
  opening.on('close', settle)
}
