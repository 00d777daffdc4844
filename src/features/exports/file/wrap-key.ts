import { createCipheriv, randomBytes, scrypt } from 'node:crypto'
import { Stanza, type Recipient } from 'age-encryption'

/**
 * What a passphrase becomes before it leaves the request: enough to seal one age file, not enough to learn the passphrase.
 * A key must seal one file only, because age's scrypt stanza uses a nonce of zeroes.
 */
export type WrapKey = { salt: Uint8Array; logN: number; key: Uint8Array }

/** 2^18: age's own default; 256 MiB and about a second for each guess. */
const LOG_N = 18
const LABEL = 'age-encryption.org/v1/scrypt'

/** One derivation at a time: each holds 256 MiB, and several officers may ask at once. */
let queue: Promise<unknown> = Promise.resolve()

const derive = (passphrase: string, salt: Uint8Array, logN: number) =>
  new Promise<Uint8Array>((resolve, reject) => {
    const options = { N: 2 ** logN, r: 8, p: 1, maxmem: 129 * 8 * 2 ** logN }
    scrypt(passphrase, Buffer.concat([Buffer.from(LABEL), salt]), 32, options, (error, key) =>
      error ? reject(error) : resolve(key),
    )
  })

/**
 * Derives age's scrypt wrap key (https://age-encryption.org/v1, "The scrypt recipient type") in node's thread pool.
 * @param passphrase as {@link normalPassphrase} gives it
 * @param logN base-2 logarithm of scrypt's work factor; lower only in tests
 */
export const deriveWrapKey = (passphrase: string, logN = LOG_N): Promise<WrapKey> => {
  const derived = queue.then(async () => {
    const salt = randomBytes(16)
    return { salt, logN, key: await derive(passphrase, salt, logN) }
  })
  queue = derived.catch(() => undefined)
  return derived
}

/** Makes age's scrypt stanza from a key derived elsewhere, so that whoever writes the file never meets the passphrase. */
export const wrapKeyRecipient = ({ salt, logN, key }: WrapKey): Recipient => ({
  wrapFileKey: fileKey => {
    const cipher = createCipheriv('chacha20-poly1305', key, Buffer.alloc(12), { authTagLength: 16 })
    const body = Buffer.concat([cipher.update(fileKey), cipher.final(), cipher.getAuthTag()])
    return [new Stanza(['scrypt', Buffer.from(salt).toString('base64').replaceAll('=', ''), String(logN)], body)]
  },
})

/** The form in which a passphrase is used: composed letters, no space at the ends (both get lost in copying). */
export const normalPassphrase = (typed: string) => typed.normalize('NFC').trim()
