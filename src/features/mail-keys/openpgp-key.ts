import { readKeys, type Key } from 'openpgp'
import { fewestBits, refused, type Read } from './key.ts'

/** Judges an armoured OpenPGP public key (RFC 9580) by what is needed to encrypt to it at `now`. */
export const readPgpKey = async (text: string, now: Date): Promise<Read> => {
  const keys = await readKeys({ armoredKeys: text }).catch(() => [])
  const [key] = keys
  if (!key) return refused('invalid')
  if (keys.some(each => each.isPrivate())) return refused('private')
  if (keys.length > 1) return refused('several')
  return judged(key, now)
}

const judged = async (key: Key, now: Date): Promise<Read> => {
  if (await key.isRevoked(undefined, undefined, now)) return refused('revoked')
  if (key.getCreationTime() > now) return refused('notYet')
  const until = await key.getExpirationTime()
  if (until instanceof Date && until <= now) return refused('expired')
  if (bitsOf(key).some(bits => bits < fewestBits)) return refused('weak')
  const encrypting = await key.getEncryptionKey(undefined, now).catch(() => null)
  // Without a moment to judge by, one that has run out is found as well.
  if (!encrypting)
    return refused((await key.getEncryptionKey(undefined, null).catch(() => null)) ? 'expired' : 'unusable')

  const { algorithm, curve, bits } = encrypting.getAlgorithmInfo() as Record<string, string | number | undefined>
  const subkey = key.subkeys.find(each => each.getFingerprint() === encrypting.getFingerprint())
  return {
    ok: true,
    key: {
      kind: 'openpgp',
      text: key.armor(),
      fingerprint: key.getFingerprint().toUpperCase(),
      algorithm: [String(algorithm).startsWith('rsa') ? 'RSA' : algorithm, curve ?? bits].filter(Boolean).join(' '),
      validUntil: earliest([until, await subkey?.getExpirationTime(now)]),
    },
  }
}

const bitsOf = (key: Key): number[] =>
  [key, ...key.subkeys].flatMap(each => {
    const { algorithm, bits } = each.getAlgorithmInfo()
    return algorithm.startsWith('rsa') && bits ? [bits] : []
  })

const earliest = (times: readonly unknown[]): string | null => {
  const dates = times.filter(time => time instanceof Date).map(Number)
  return dates.length > 0 ? new Date(Math.min(...dates)).toISOString() : null
}
