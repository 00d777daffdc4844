import { createHmac, randomBytes } from 'node:crypto'
import { mkdir, readFile, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { OperatorFault } from '../errors.ts'
import { dayIn } from '../time/wall-clock.ts'
import { writeWhole, writeWholeOnce } from '../whole-file.ts'

/** A 32-byte key and the name by which what it sealed finds it again. */
export type NamedKey = { id: string; key: Buffer }

/** Key material from outside the database; the first key is the current one. A KMS or HSM can take this place. */
export type KeySource = { current: NamedKey; all: readonly NamedKey[]; find: (id: string) => NamedKey | undefined }

const keyId = /[A-Za-z0-9._-]{1,64}/
const line = new RegExp(`^(${keyId.source}):([A-Za-z0-9+/]{43}=)$`)

/** Whether a text can be a key's id. */
export const isKeyId = (text: string): boolean => new RegExp(`^${keyId.source}$`).test(text)

/**
 * Reads a file of `id:base64` lines, the first being current.
 * @throws OperatorFault when the file is missing, readable by others, empty or has a line that is no key
 */
export const readKeys = async (file: string): Promise<KeySource> => {
  const facts = await stat(file).catch(() => {
    throw new OperatorFault(
      `${file}: the key file is missing (no such file); put it back from the recovery kit with "bin/ostoja recovery-kit open", or make new keys for a new installation with "bin/ostoja keys create"`,
    )
  })
  if (facts.mode & 0o077) throw new OperatorFault(`${file}: others may read this key file; run "chmod 600 ${file}"`)

  return parseKeys(file, await readFile(file, 'utf8'))
}

/**
 * The keys in the text of a key file.
 * @param file where the text comes from, for the sentences that say what is wrong with it
 * @throws OperatorFault as readKeys does
 */
export const parseKeys = (file: string, text: string): KeySource => {
  const keys = text
    .split('\n')
    .filter(Boolean)
    .map(line => parse(file, line))
  const [current] = keys
  if (!current) throw new OperatorFault(`${file}: holds no key; ${putBack}`)
  return { current, all: keys, find: id => keys.find(key => key.id === id) }
}

/** The text of a key file, the current key first. */
export const keysAsText = (keys: readonly NamedKey[]): string =>
  keys.map(({ id, key }) => `${id}:${key.toString('base64')}\n`).join('')

/**
 * Writes a key file, mode 0600: the whole of it, on the disk, or nothing.
 * @param keys the current key first
 * @throws OperatorFault as readKeys does, with nothing written: what could not be read back never takes a key's place
 */
export const writeKeys = async (file: string, keys: readonly NamedKey[]): Promise<void> => {
  const text = keysAsText(keys)
  parseKeys(file, text)
  await writeKeyText(file, text)
}

/** As writeKeys, of the text of a file that holds keys of any kind, such as one out of a recovery kit. */
export const writeKeyText = async (file: string, text: string): Promise<void> => {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  await writeWhole(file, text)
}

/**
 * What may be kept beside the data to know a key by: HMAC-SHA256 of a fixed text. It says nothing about a key of 256
 * random bits, and differs when a single bit of it does.
 */
export const fingerprintOf = ({ key }: NamedKey): Buffer =>
  createHmac('sha256', key).update('ostoja key fingerprint').digest()

const putBack = 'put the key file back from the recovery kit with "bin/ostoja recovery-kit open"'

/** Makes a file with one fresh key, mode 0600. An existing file is left as it is. */
export const createKeys = async (file: string): Promise<'made' | 'kept'> => {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  return (await writeWholeOnce(file, keysAsText([freshKey()]))) ? 'made' : 'kept'
}

/** A new key, its id made of today's date and chance. */
export const freshKey = (): NamedKey => ({
  id: `${dayIn(new Date(), 'UTC')}-${randomBytes(4).toString('hex')}`,
  key: randomBytes(32),
})

const parse = (file: string, text: string): NamedKey => {
  const [, id, key] = line.exec(text) ?? []
  if (!id || !key)
    throw new OperatorFault(
      `${file}: the key file was altered or damaged (a line is not "id:" and 32 bytes in base64); ${putBack}`,
    )
  return { id, key: Buffer.from(key, 'base64') }
}
