import { randomBytes } from 'node:crypto'
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { OperatorFault } from '../errors.ts'

/** A 32-byte key and the name by which what it sealed finds it again. */
export type NamedKey = { id: string; key: Buffer }

/** Key material from outside the database; the first key is the current one. A KMS or HSM can take this place. */
export type KeySource = { current: NamedKey; all: readonly NamedKey[]; find: (id: string) => NamedKey | undefined }

const line = /^([A-Za-z0-9._-]{1,64}):([A-Za-z0-9+/]{43}=)$/

/**
 * Reads a file of `id:base64` lines, the first being current.
 * @throws OperatorFault when the file is missing, readable by others, empty or has a line that is no key
 */
export const readKeys = async (file: string): Promise<KeySource> => {
  const facts = await stat(file).catch(() => {
    throw new OperatorFault(
      `${file}: no such file; put the key file back from the recovery kit, or make new keys for a new installation with "bin/ostoja keys create"`,
    )
  })
  if (facts.mode & 0o077) throw new OperatorFault(`${file}: others may read this key file; run "chmod 600 ${file}"`)

  const keys = (await readFile(file, 'utf8'))
    .split('\n')
    .filter(Boolean)
    .map(text => parse(file, text))
  const [current] = keys
  if (!current) throw new OperatorFault(`${file}: holds no key; put the key file back from the recovery kit`)
  return { current, all: keys, find: id => keys.find(key => key.id === id) }
}

/** Makes a file with one fresh key, mode 0600. An existing file is left as it is. */
export const createKeys = async (file: string): Promise<'made' | 'kept'> => {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  const id = `${new Date().toISOString().slice(0, 10)}-${randomBytes(4).toString('hex')}`
  try {
    await writeFile(file, `${id}:${randomBytes(32).toString('base64')}\n`, { mode: 0o600, flag: 'wx' })
    return 'made'
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code === 'EEXIST') return 'kept'
    throw fault
  }
}

const parse = (file: string, text: string): NamedKey => {
  const [, id, key] = line.exec(text) ?? []
  if (!id || !key)
    throw new OperatorFault(
      `${file}: a line is not "id:" and 32 bytes in base64; put the key file back from the recovery kit`,
    )
  return { id, key: Buffer.from(key, 'base64') }
}
