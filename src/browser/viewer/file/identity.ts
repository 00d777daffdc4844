import { armor } from 'age-encryption'
import { openAge } from './age.ts'
import { Unopened } from './verdict.ts'

const armorBegins = '-----BEGIN AGE ENCRYPTED FILE-----'
const ageBegins = 'age-encryption.org/v1'

/** Whether a key file is itself protected by a passphrase, as age does it. */
export const isProtected = (file: Uint8Array): boolean => {
  const text = textOf(file.subarray(0, 100)).trimStart()
  return text.startsWith(armorBegins) || text.startsWith(ageBegins)
}

/**
 * The secret key out of what was given: a line pasted alone, an identity file, or one that a passphrase protects.
 * @throws Unopened `noKey` where there is none in it, `wrongKeyPassphrase` where its own passphrase is another
 */
export const identityIn = async (file: Uint8Array, passphrase: string, onProgress: (share: number) => void) => {
  const plain = isProtected(file) ? await opened(file, passphrase, onProgress) : textOf(file)
  const found = /^\s*(AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58})\s*$/im.exec(plain)?.[1]
  if (!found) throw new Unopened('noKey')
  return found.toUpperCase()
}

const opened = async (file: Uint8Array, passphrase: string, onProgress: (share: number) => void) => {
  try {
    const text = textOf(file).trim()
    const bytes = text.startsWith(armorBegins) ? armor.decode(text) : file
    const plain = await openAge([bytes], { passphrase: passphrase.normalize('NFC') }, onProgress)
    return await new Response(plain).text()
  } catch (error) {
    if (error instanceof RangeError) throw error
    throw new Unopened(error instanceof Unopened && error.problem === 'wrong' ? 'wrongKeyPassphrase' : 'noKey', error)
  }
}

const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes)
