import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import { scryptAsync } from '@noble/hashes/scrypt.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'
import { Decrypter, type Identity } from 'age-encryption'
import { Unopened } from './verdict.ts'

const LABEL = 'age-encryption.org/v1/scrypt'
const PIECE = 1 << 16

/** Age's own passphrase identity blocks for seconds; this one yields and tells how far it is. */
const passphraseIdentity = (passphrase: string, onProgress: (share: number) => void): Identity => ({
  unwrapFileKey: async stanzas => {
    const [stanza] = stanzas
    const [kind, salt, logN] = stanza?.args ?? []
    const known = stanzas.length === 1 && kind === 'scrypt' && salt?.length === 22 && /^(1?\d|20)$/.test(logN ?? '')
    if (!stanza || !known || stanza.body.length !== 32) throw new Unopened('altered')

    const saltBytes = Uint8Array.from(atob(salt), letter => letter.charCodeAt(0))
    const labelled = new Uint8Array([...utf8ToBytes(LABEL), ...saltBytes])
    const options = { N: 2 ** Number(logN), r: 8, p: 1, dkLen: 32, asyncTick: 40, onProgress }
    const key = await scryptAsync(utf8ToBytes(passphrase), labelled, options)
    try {
      return chacha20poly1305(key, new Uint8Array(12)).decrypt(stanza.body)
    } catch {
      // The sha256 of the file was right, so what does not fit is the passphrase.
      throw new Unopened('wrong')
    }
  },
})

/** What opens an export: what was typed, or the secret half of a key (`AGE-SECRET-KEY-1…`). */
export type Secret = { passphrase: string } | { identity: string }

/**
 * Opens an age file.
 * @param parts its header and body
 * @param onProgress share (0 to 1) of the key derivation that is done
 * @returns the plain bytes, piece by piece; reading them throws when the file was altered
 * @throws Unopened `wrong` or `wrongKey` for a secret that does not fit, `altered` for everything else that does not open
 */
export const openAge = async (parts: readonly Uint8Array[], secret: Secret, onProgress: (share: number) => void) => {
  const decrypter = new Decrypter()
  if ('identity' in secret) decrypter.addIdentity(secret.identity)
  else decrypter.addIdentity(passphraseIdentity(secret.passphrase, onProgress))
  try {
    return await decrypter.decrypt(inPieces(parts))
  } catch (error) {
    if (error instanceof Error && error.message.includes('no identity matched')) throw new Unopened('wrongKey')
    // A browser short of memory throws RangeError: that says nothing about the file.
    throw error instanceof Unopened || error instanceof RangeError ? error : new Unopened('altered', error)
  }
}

const inPieces = (parts: readonly Uint8Array[]) => {
  const pieces = (function* () {
    for (const bytes of parts) for (let at = 0; at < bytes.length; at += PIECE) yield bytes.subarray(at, at + PIECE)
  })()
  return new ReadableStream<Uint8Array>({
    pull: controller => {
      const { done, value } = pieces.next()
      if (done) controller.close()
      else controller.enqueue(value)
    },
  })
}
