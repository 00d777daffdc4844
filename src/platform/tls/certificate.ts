import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createSecureContext } from 'node:tls'
import type { Logger } from 'pino'
import { OperatorFault } from '../errors.ts'

type Files = { certFile: string; keyFile: string }
export type Certificate = { cert: Buffer; key: Buffer }
export type CertificateStanding = {
  validTo: Date
  /** Why the files as they are now cannot be used; null: they are in use. */
  refused: Refusal | null
}
type Refusal = 'unreadable' | 'no-certificate' | 'no-key' | 'no-pair' | 'expired'
/** The certificate in use; what asks for it is told of the next one. */
export type FollowedCertificate = {
  current: () => Certificate
  standing: () => CertificateStanding
  onChange: (told: (certificate: Certificate) => void) => void
  /** Looks at the files now. */
  look: () => Promise<void>
  close: () => void
}

const usualPollMs = 15_000

/**
 * Reads a certificate with its key, and goes on looking whether the files change, for whoever renews them tells nobody. Files that
 * cannot be used change nothing: what is served goes on, the log says so once, and `standing` until they are mended.
 * @throws OperatorFault where they cannot be used at the start
 */
export const followCertificate = async (
  files: Files,
  { log, now, pollMs = usualPollMs }: { log: Logger; now: () => Date; pollMs?: number },
): Promise<FollowedCertificate> => {
  const first = await read(files)
  if ('refusal' in first) throw new OperatorFault(atStart(files, first.refusal))
  let current = first
  let seen = bytesOf(first)
  let refused: Refusal | null = null
  const listeners: ((certificate: Certificate) => void)[] = []

  const look = async () => {
    const found = await read(files)
    if (!('refusal' in found) && bytesOf(found) === seen && refused === null) return
    const refusal = 'refusal' in found ? found.refusal : validToOf(found) < now() ? 'expired' : null
    if (refusal) {
      if (refusal !== refused)
        log.error({ refusal, ...files }, 'the new certificate cannot be used; the one before stays')
      refused = refusal
      return
    }
    refused = null
    const next = found as Certificate
    if (bytesOf(next) === seen) return
    seen = bytesOf(next)
    current = next
    for (const told of listeners) told(next)
    log.info({ validTo: validToOf(next) }, 'a new certificate is in use')
  }
  const timer = setInterval(() => {
    look().catch((err: unknown) => log.error({ err }, 'the files of the certificate could not be looked at'))
  }, pollMs)
  timer.unref()

  return {
    current: () => current,
    standing: () => ({ validTo: validToOf(current), refused }),
    onChange: told => listeners.push(told),
    look,
    close: () => clearInterval(timer),
  }
}

/** When the certificate in the file ends; null where it cannot be read. */
export const endOfCertificate = async (files: Files): Promise<Date | null> => {
  const found = await read(files)
  return 'refusal' in found ? null : validToOf(found)
}

const bytesOf = ({ cert, key }: Certificate) => `${cert.toString('base64')} ${key.toString('base64')}`
const validToOf = ({ cert }: Certificate): Date => new X509Certificate(cert).validToDate

/** Both files, and whether they belong together. Between two writes they do not: the next look finds them whole. */
const read = async ({ certFile, keyFile }: Files): Promise<Certificate | { refusal: Refusal }> => {
  const [cert, key] = await Promise.all([certFile, keyFile].map(file => readFile(file).catch(() => null)))
  if (!cert || !key) return { refusal: 'unreadable' }
  const certificate = attempt(() => new X509Certificate(cert))
  if (!certificate) return { refusal: 'no-certificate' }
  const privateKey = attempt(() => createPrivateKey(key))
  if (!privateKey) return { refusal: 'no-key' }
  if (!certificate.checkPrivateKey(privateKey) || !attempt(() => createSecureContext({ cert, key })))
    return { refusal: 'no-pair' }
  return { cert, key }
}

const attempt = <T>(work: () => T): T | null => {
  try {
    return work()
  } catch {
    return null
  }
}

const atStart = ({ certFile, keyFile }: Files, refusal: Refusal): string =>
  ({
    unreadable: `TLS_CERT_FILE, TLS_KEY_FILE: ${certFile} or ${keyFile} cannot be read; let this process read both`,
    'no-certificate': `TLS_CERT_FILE: ${certFile} holds no certificate; it must be PEM, the server's own first, then its chain`,
    'no-key': `TLS_KEY_FILE: ${keyFile} holds no private key that opens without a passphrase; it must be PEM`,
    'no-pair': `TLS_KEY_FILE: ${keyFile} is not the key of ${certFile}; name the pair`,
    expired: `TLS_CERT_FILE: ${certFile} has expired; renew it`,
  })[refusal]
