import { createHash, randomBytes } from 'node:crypto'
import { combine, split } from 'shamir-secret-sharing'
import { OperatorFault } from '../../platform/errors.ts'

export type Share = { kitId: string; threshold: number; count: number; bytes: Uint8Array }

const secretBytes = 16
const checkDigits = 6
const form = /^os1-([0-9a-f]{8})-(\d{1,2})of(\d{1,2})-([0-9a-f]{34})([0-9a-f]{6})$/

/**
 * A random passphrase of 128 bits, and the shares any `threshold` of which make it again (Shamir, over GF(2^8)); fewer tell
 * nothing about it. A share reads `os1-<kit>-<k>of<n>-<groups of four hexadecimal digits>`; the last six are its checksum.
 */
export const splitPassphrase = async (kitId: string, count: number, threshold: number) => {
  const secret = randomBytes(secretBytes)
  const parts = await split(new Uint8Array(secret), count, threshold)
  return {
    passphrase: passphraseOf(secret),
    shares: parts.map(part => {
      const head = `os1-${kitId}-${threshold}of${count}`
      const digits = Buffer.from(part).toString('hex')
      return `${head}-${inFours(digits + checkOf(head + digits))}`
    }),
  }
}

/** Whether somebody typed a share rather than a passphrase. */
export const looksLikeShare = (typed: string): boolean => /^\s*os1\s*-/i.test(typed)

/** A share as it was typed, in capitals and with spaces or not. @throws OperatorFault where it was mistyped */
export const readShare = (typed: string): Share => {
  const [tag = '', kit = '', of = '', ...digits] = typed.toLowerCase().replace(/\s+/g, '').split('-')
  const [, kitId, threshold, count, part, check] = form.exec(`${tag}-${kit}-${of}-${digits.join('')}`) ?? []
  if (!kitId || !part || check !== checkOf(`${tag}-${kit}-${of}${part}`))
    throw new OperatorFault('This share was mistyped; compare it with its sheet, group by group.')
  return { kitId, threshold: Number(threshold), count: Number(count), bytes: new Uint8Array(Buffer.from(part, 'hex')) }
}

/** The passphrase that shares make together. @throws OperatorFault where they are too few, the same, or of different kits */
export const joinShares = async (shares: readonly Share[]): Promise<string> => {
  const [first] = shares
  const different = new Set(shares.map(({ bytes }) => Buffer.from(bytes).toString('hex')))
  if (!first || different.size < first.threshold)
    throw new OperatorFault(
      `Different shares are needed: ${first?.threshold ?? 2} of them, and here are ${different.size}.`,
    )
  if (shares.some(({ kitId }) => kitId !== first.kitId))
    throw new OperatorFault(
      'These shares belong to different recovery kits; take those whose sheets name the same one.',
    )
  const parts = [...different].slice(0, first.threshold).map(hex => new Uint8Array(Buffer.from(hex, 'hex')))
  return passphraseOf(await combine(parts))
}

const passphraseOf = (secret: Uint8Array) => inFours(Buffer.from(secret).toString('hex'))
const inFours = (digits: string) => digits.match(/.{1,4}/g)!.join('-')
const checkOf = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, checkDigits)
