import { execFile } from 'node:child_process'
import { createCipheriv, randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Stanza, type Recipient } from 'age-encryption'
import { createTurns } from '../../../platform/turns.ts'

/**
 * What a passphrase becomes before it leaves the request: enough to seal one age file, not enough to learn the passphrase.
 * A key must seal one file only, because age's scrypt stanza uses a nonce of zeroes.
 */
export type WrapKey = { salt: Uint8Array; logN: number; key: Uint8Array }

/** 2^18: age's own default; 256 MiB and about a second for each guess. */
const productionLogN = 18
const KEY_BYTES = 32
const LABEL = 'age-encryption.org/v1/scrypt'

/** One derivation at a time: each holds 256 MiB, and several officers may ask at once. */
const inTurn = createTurns(1)

const run = promisify(execFile)
const program = fileURLToPath(new URL('./scrypt.ts', import.meta.url))

/**
 * Derives age's scrypt wrap key (https://age-encryption.org/v1, "The scrypt recipient type") in a process of its own, which takes
 * the memory along when it ends.
 * @param passphrase as {@link normalPassphrase} gives it
 * @param logN base-2 logarithm of scrypt's work factor; lower only in tests
 */
export const deriveWrapKey = async (passphrase: string, logN = productionLogN): Promise<WrapKey> => {
  const salt = randomBytes(16)
  return { salt, logN, key: await inTurn(() => derive(passphrase, salt, logN)) }
}

const derive = async (passphrase: string, salt: Uint8Array, logN: number): Promise<Uint8Array> => {
  const labelled = Buffer.concat([Buffer.from(LABEL), salt]).toString('hex')
  // It inherits no settings: it needs none, and some are secret.
  const deriving = run(process.execPath, [program, labelled, String(logN)], { encoding: 'buffer', env: {} })
  deriving.child.stdin?.on('error', () => undefined) // how it ended says why
  deriving.child.stdin?.end(passphrase)
  const { stdout } = await deriving
  if (stdout.length !== KEY_BYTES) throw new Error('scrypt gave no key')
  return new Uint8Array(stdout)
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
