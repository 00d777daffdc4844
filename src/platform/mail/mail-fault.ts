import { Hopeless } from '../jobs/hopeless.ts'

/** Why a letter did not leave, in words of our own: a mail server's answer quotes addresses, and the queue keeps what a job failed with. */
export const mailFaults = [
  'TLS_REFUSED',
  'CERTIFICATE_NOT_TRUSTED',
  'SERVER_UNREACHABLE',
  'LOGIN_REFUSED',
  'MAILBOX_REFUSED',
  'LETTER_REFUSED',
  'TOO_SLOW',
  'OTHER',
  'CONTENTS_GONE',
] as const
export type MailFaultKind = (typeof mailFaults)[number]

export class MailFault extends Error {
  override readonly name = 'MailFault'
  readonly kind: MailFaultKind
  /** What the queue keeps: the kind, and the number that the server answered with. */
  readonly code: string
  /** Whether the server said of this one mailbox that it takes nothing, now or later (RFC 5321 4.2.1). */
  readonly mailboxIsGone: boolean

  constructor(kind: MailFaultKind, answer?: number) {
    super(`The mail server did not take a letter (${kind}, ${answer ?? 'no answer'})`)
    this.kind = kind
    this.code = answer ? `${kind}_${answer}` : kind
    this.mailboxIsGone = kind === 'MAILBOX_REFUSED' && (answer ?? 0) >= 500
  }
}

/** What a letter was to say is no longer kept: trying again is no use, and it must not pass for sent. */
export class ContentsGone extends Hopeless {
  override readonly name = 'MailFault'
  readonly code = 'CONTENTS_GONE' satisfies MailFaultKind
  constructor() {
    super('What this letter was to say is no longer kept')
  }
}

/** @returns the kind of a fault that the queue kept, null where it was none of mail's */
export const readMailFault = (kept: string | null): MailFaultKind | null => {
  const [, code] = /^MailFault \(([A-Z_]+?)(?:_\d{3})?\)$/.exec(kept ?? '') ?? []
  return mailFaults.find(kind => kind === code) ?? null
}

/** What nodemailer throws: its own code, and the one it replaced. */
type Thrown = { code?: string; originalCode?: string; responseCode?: number; command?: string }

/** @param thrown by nodemailer */
export const mailFault = (thrown: unknown): MailFault => {
  const fault = (thrown ?? {}) as Thrown
  return new MailFault(kindOf(fault), fault.responseCode)
}

/** What OpenSSL and Node call a certificate they do not believe. */
const untrusted = /CERT|SELF_SIGNED|UNABLE_TO_|ISSUER|HOSTNAME_MISMATCH/
const handshake = /^(EPROTO|ERR_SSL_|ERR_TLS_)/

const kindOf = ({ code = '', originalCode = '', responseCode, command }: Thrown): MailFaultKind => {
  if (untrusted.test(originalCode)) return 'CERTIFICATE_NOT_TRUSTED'
  if (code === 'ETLS' || handshake.test(originalCode)) return 'TLS_REFUSED'
  if (code === 'ETIMEDOUT') return 'TOO_SLOW'
  if (code === 'EAUTH' || code === 'ENOAUTH') return 'LOGIN_REFUSED'
  if (code === 'EENVELOPE' && command === 'RCPT TO') return 'MAILBOX_REFUSED'
  if (responseCode) return 'LETTER_REFUSED'
  if (['ESOCKET', 'ECONNECTION', 'EDNS'].includes(code)) return 'SERVER_UNREACHABLE'
  return 'OTHER'
}
