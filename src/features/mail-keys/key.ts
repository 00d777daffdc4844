/** What letters to somebody are encrypted to. */
export type MailKey = {
  kind: 'openpgp' | 'smime'
  /** Armoured, or PEM. */
  text: string
  fingerprint: string
  algorithm: string
  /** As ISO 8601; null for a key that lasts. */
  validUntil: string | null
}
export type Kind = MailKey['kind']

/** Why something is no key that letters can be encrypted to; each has its own message. */
export type KeyFault =
  'invalid' | 'private' | 'several' | 'unusable' | 'weak' | 'notRsa' | 'expired' | 'notYet' | 'revoked'
export type Read = { ok: true; key: MailKey } | { ok: false; fault: KeyFault }

export const refused = (fault: KeyFault): Read => ({ ok: false, fault })

/** The fewest bits of an RSA key (NIST SP 800-131A). */
export const fewestBits = 2048
