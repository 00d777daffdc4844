import { createCipheriv, createHash, randomBytes } from 'node:crypto'

/** Readers look at no more of a passphrase than this (ISO 32000-2, 7.6.4.3.3). */
const maxBytes = 127

/**
 * Whether every PDF reader understands a passphrase alike: readers cut long ones, and some normalise letters (SASLprep, RFC 4013)
 * where others take them as typed.
 */
export const isFitForPdf = (passphrase: string): boolean =>
  Buffer.byteLength(passphrase) <= maxBytes &&
  passphrase.normalize('NFKC') === passphrase &&
  !/[\p{C}\p{Zl}\p{Zp}]/u.test(passphrase)

/** What pdfkit is to be told: AES-256, and everything allowed to a reader who has the passphrase. The passphrase follows below. */
export const protectionOptions = () => ({
  pdfVersion: '1.7ext3' as const,
  userPassword: randomBytes(32).toString('hex'),
  permissions: {
    printing: 'highResolution' as const,
    modifying: true,
    copying: true,
    annotating: true,
    fillingForms: true,
    contentAccessibility: true,
    documentAssembly: true,
  },
})

/** What pdfkit keeps of a protected document; the key of the file is random, and its entries are written at the end. */
type Security = { encryptionKey: Uint8Array; dictionary: { data: Record<string, unknown> } }
type Protected = { _security: Security; _root: { data: Record<string, unknown> } }

/**
 * Protects a document that was made with {@link protectionOptions} by a passphrase, in revision 6 of the standard security handler
 * (ISO 32000-2, 7.6.4.3 and 7.6.4.4, algorithms 2.B, 8 and 9). pdfkit writes revision 5, where a guess costs a single SHA-256.
 * The owner's passphrase is random and thrown away: no second way into the document is left.
 * @param passphrase one that {@link isFitForPdf}
 */
export const protect = (pdf: unknown, passphrase: string): void => {
  const { _security: security, _root: root } = pdf as Protected
  const key = security.encryptionKey
  const user = entriesFor(Buffer.from(passphrase), Buffer.alloc(0), key)
  const owner = entriesFor(randomBytes(32), user.check, key)
  Object.assign(security.dictionary.data, { R: 6, U: user.check, UE: user.key, O: owner.check, OE: owner.key })
  root.data.Extensions = { ADBE: { BaseVersion: '1.7', ExtensionLevel: 8 } }
}

/** What a passphrase is checked by, and the key of the file as only this passphrase opens it. */
const entriesFor = (passphrase: Buffer, user: Buffer, fileKey: Uint8Array) => {
  const [checkSalt, keySalt] = [randomBytes(8), randomBytes(8)]
  const cipher = createCipheriv('aes-256-cbc', hardened(passphrase, keySalt, user), Buffer.alloc(16))
  cipher.setAutoPadding(false)
  return {
    check: Buffer.concat([hardened(passphrase, checkSalt, user), checkSalt, keySalt]),
    key: Buffer.concat([cipher.update(fileKey), cipher.final()]),
  }
}

const hashes = ['sha256', 'sha384', 'sha512'] as const
const minRounds = 64

/** Algorithm 2.B: 64 rounds or a few more of AES and SHA-2 over the passphrase. */
const hardened = (passphrase: Buffer, salt: Buffer, user: Buffer): Buffer => {
  let key = createHash('sha256').update(passphrase).update(salt).update(user).digest()
  for (let round = 1; ; round++) {
    const block = Buffer.concat([passphrase, key, user])
    const cipher = createCipheriv('aes-128-cbc', key.subarray(0, 16), key.subarray(16, 32))
    const turned = cipher.setAutoPadding(false).update(Buffer.concat(Array<Buffer>(64).fill(block)))
    // The first 16 bytes as a number, modulo 3: 256 leaves 1, so that their sum leaves the same.
    const which = turned.subarray(0, 16).reduce((sum, byte) => sum + byte, 0) % 3
    key = createHash(hashes[which]!).update(turned).digest()
    if (round >= minRounds && turned.at(-1)! <= round - 32) return key.subarray(0, 32)
  }
}
