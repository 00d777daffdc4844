import { X509Certificate } from 'node:crypto'
import { BitString } from 'asn1js'
import { Certificate } from 'pkijs'
import { fewestBits, refused, type Read } from './key.ts'

const usageExtension = '2.5.29.15'
/** The bit of RFC 5280 4.2.1.3 in its first byte. */
const keyEncipherment = 0b0010_0000
/** Mail, or anything (RFC 5280 4.2.1.12). */
const purposes = ['1.3.6.1.5.5.7.3.4', '2.5.29.37.0']

/**
 * Judges an S/MIME certificate in PEM (RFC 8550) by what is needed to encrypt to it at `now`. Who issued it is not asked, nor whether
 * they have revoked it since: it is its owner who puts it here, and this installation calls nobody.
 */
export const readCertificate = (text: string, now: Date): Read => {
  const certificate = parse(text)
  if (!certificate) return refused('invalid')
  const { publicKey, fingerprint256, validFromDate, validToDate } = certificate
  const { modulusLength = 0 } = publicKey.asymmetricKeyDetails ?? {}
  if (publicKey.asymmetricKeyType !== 'rsa') return refused('notRsa')
  if (modulusLength < fewestBits) return refused('weak')
  if (!mayEncrypt(certificate)) return refused('unusable')
  if (validToDate <= now) return refused('expired')
  if (validFromDate > now) return refused('notYet')
  return {
    ok: true,
    key: {
      kind: 'smime',
      text: certificate.toString(),
      fingerprint: fingerprint256,
      algorithm: `RSA ${modulusLength}`,
      validUntil: validToDate.toISOString(),
    },
  }
}

const parse = (text: string): X509Certificate | null => {
  try {
    return new X509Certificate(text)
  } catch {
    return null
  }
}

/** A certificate that says nothing of its use is for every use. */
const mayEncrypt = ({ raw, keyUsage }: X509Certificate): boolean => {
  const { extensions = [] } = Certificate.fromBER(raw)
  const usage: unknown = extensions.find(({ extnID }) => extnID === usageExtension)?.parsedValue
  const bits = usage instanceof BitString ? (usage.valueBlock.valueHexView[0] ?? 0) : keyEncipherment
  // What Node calls the key's usage is the extended one.
  const forMail = (keyUsage as string[] | undefined)?.some(purpose => purposes.includes(purpose)) ?? true
  return forMail && (bits & keyEncipherment) !== 0
}
