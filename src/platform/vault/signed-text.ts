import { createHmac, hkdfSync } from 'node:crypto'
import type { KeySource, NamedKey } from './key-files.ts'

/** What signed texts are for; one is never taken for the other. */
export type Purpose = 'backup manifest' | 'erasure ledger' | 'audit checkpoint'
export type Signed =
  { ok: true; value: unknown } | { ok: false; why: 'altered' } | { ok: false; why: 'missing-root-key'; key: string }

const macOf = ({ key }: NamedKey, purpose: Purpose, line: string): string => {
  const signing = Buffer.from(hkdfSync('sha256', key, '', `ostoja ${purpose}`, 32))
  return createHmac('sha256', signing).update(line).digest('hex')
}

const textOf = (line: string, keyId: string, mac: string) =>
  `${line}\n${JSON.stringify({ algorithm: 'hmac-sha256', rootKey: keyId, mac })}\n`

/**
 * A value as two lines of JSON: itself, and its HMAC by a key that is derived from the current one. By root keys an empty machine
 * with the recovery kit can tell whether it was altered, and nobody without the kit can make one.
 */
export const signedText = (value: object, roots: Pick<KeySource, 'current'>, purpose: Purpose): string => {
  const line = JSON.stringify({ ...value, signedBy: roots.current.id })
  return textOf(line, roots.current.id, macOf(roots.current, purpose, line))
}

/** Reads a signed text. A single changed bit anywhere in it counts as altered. */
export const readSigned = (text: string, roots: Pick<KeySource, 'find'>, purpose: Purpose): Signed => {
  const [line = '', signature = ''] = text.split('\n')
  try {
    const { rootKey } = JSON.parse(signature) as { rootKey: unknown }
    const value = JSON.parse(line) as { signedBy?: unknown }
    // Named twice, so that an altered name is not taken for a key that is missing.
    if (typeof rootKey !== 'string' || value.signedBy !== rootKey) return { ok: false, why: 'altered' }
    const root = roots.find(rootKey)
    if (!root) return { ok: false, why: 'missing-root-key', key: rootKey }
    if (text !== textOf(line, rootKey, macOf(root, purpose, line))) return { ok: false, why: 'altered' }
    return { ok: true, value }
  } catch {
    return { ok: false, why: 'altered' }
  }
}
