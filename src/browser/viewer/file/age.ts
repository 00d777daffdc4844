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

/**
 * Opens an age file that was sealed with a passphrase.
 * @param onProgress share (0 to 1) of the key derivation that is done
 * @returns the plain bytes, piece by piece; reading them throws when the file was altered
 * @throws Unopened `wrong` for a passphrase that does not fit, `altered` for everything else that does not open
 */
export const openAge = async (bytes: Uint8Array, passphrase: string, onProgress: (share: number) => void) => {
  const decrypter = new Decrypter()
  decrypter.addIdentity(passphraseIdentity(passphrase, onProgress))
  try {
    return await decrypter.decrypt(inPieces(bytes))
  } catch (error) {
    // A browser short of memory throws RangeError: that says nothing about the file.
    throw error instanceof Unopened || error instanceof RangeError ? error : new Unopened('altered', error)
  }
}

const inPieces = (bytes: Uint8Array) => {
  let at = 0
  return new ReadableStream<Uint8Array>({
    pull: controller => {
      if (at >= bytes.length) return controller.close()
      controller.enqueue(bytes.subarray(at, at + PIECE))
      at += PIECE
    },
  })
}
