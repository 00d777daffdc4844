import { randomBytes, X509Certificate } from 'node:crypto'
import { BitString, Integer, OctetString, Utf8String } from 'asn1js'
import MimeNode from 'nodemailer/lib/mime-node'
import {
  AttributeTypeAndValue,
  BasicConstraints,
  Certificate,
  ExtKeyUsage,
  Extension,
  GeneralName,
  GeneralNames,
} from 'pkijs'
import { detachedSignature, enveloped } from './cms.ts'
import { signedEntity } from './entity.ts'

/** A key that letters are signed with (PKCS #8 in base64), and its certificate in PEM. */
export type SmimePair = { secret: string; published: string; fingerprint: string }

const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' } as const
const emailProtection = '1.3.6.1.5.5.7.3.4'
const digitalSignature = 0b1000_0000

/**
 * Makes a key (RSA of 3072 bits, which every mail program reads) and a certificate for it, signed by itself, that is good for
 * signing mail of one address and for nothing else (RFC 8550 4.4).
 */
export const makeSmimePair = async (address: string, from: Date, until: Date): Promise<SmimePair> => {
  const publicExponent = new Uint8Array([1, 0, 1])
  const keys = await crypto.subtle.generateKey({ ...algorithm, modulusLength: 3072, publicExponent }, true, [
    'sign',
    'verify',
  ])
  const certificate = new Certificate()
  certificate.version = 2
  // Positive, whatever its first bit (RFC 5280 4.1.2.2).
  const serial = randomBytes(16)
  serial[0] = (serial[0]! & 0x7f) | 0x40
  certificate.serialNumber = new Integer({ valueHex: new Uint8Array(serial).buffer })
  for (const name of [certificate.issuer, certificate.subject])
    name.typesAndValues.push(new AttributeTypeAndValue({ type: '2.5.4.3', value: new Utf8String({ value: 'Ostoja' }) }))
  certificate.notBefore.value = from
  certificate.notAfter.value = until
  await certificate.subjectPublicKeyInfo.importKey(keys.publicKey)
  const identifier = await crypto.subtle.digest(
    'SHA-1',
    certificate.subjectPublicKeyInfo.subjectPublicKey.valueBlock.valueHexView as Uint8Array<ArrayBuffer>,
  )
  const addresses = new GeneralNames({ names: [new GeneralName({ type: 1, value: address })] })
  certificate.extensions = [
    extension('2.5.29.19', true, new BasicConstraints({ cA: false }).toSchema()),
    extension('2.5.29.15', true, new BitString({ valueHex: new Uint8Array([digitalSignature]).buffer, unusedBits: 7 })),
    extension('2.5.29.37', false, new ExtKeyUsage({ keyPurposes: [emailProtection] }).toSchema()),
    extension('2.5.29.17', false, addresses.toSchema()),
    extension('2.5.29.14', false, new OctetString({ valueHex: identifier })),
  ]
  await certificate.sign(keys.privateKey, 'SHA-256')
  const made = new X509Certificate(Buffer.from(certificate.toSchema(true).toBER(false)))
  return {
    secret: Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64'),
    published: made.toString(),
    fingerprint: made.fingerprint256,
  }
}

/** An entity signed, and then encrypted to a certificate (RFC 8551 3.3 and 3.7). @throws where the certificate does not take it */
export const sealBySmime = async (entity: Buffer, pair: SmimePair, recipient: string, now: Date): Promise<MimeNode> => {
  const whole = await (await signBySmime(entity, pair, now)).build()
  // Without date and number, which are the outer letter's.
  const inner = whole.subarray(whole.indexOf('Content-Type: '))
  const { raw, publicKey } = new X509Certificate(recipient)
  return new MimeNode('application/pkcs7-mime; smime-type=enveloped-data; name="smime.p7m"')
    .setHeader('Content-Disposition', 'attachment; filename="smime.p7m"')
    .setContent(enveloped(inner, Certificate.fromBER(raw), publicKey))
}

/** An entity that everybody can read, with a signature (RFC 8551 3.5.3). */
export const signBySmime = async (entity: Buffer, pair: SmimePair, now: Date): Promise<MimeNode> => {
  const key = await crypto.subtle.importKey('pkcs8', Buffer.from(pair.secret, 'base64'), algorithm, false, ['sign'])
  const certificate = Certificate.fromBER(new X509Certificate(pair.published).raw)
  return signedEntity(entity, {
    protocol: 'application/pkcs7-signature',
    micalg: 'sha-256',
    name: 'smime.p7s',
    signature: await detachedSignature(entity, { certificate, key }, now),
  })
}

const extension = (extnID: string, critical: boolean, value: { toBER: (sizeOnly: boolean) => ArrayBuffer }) =>
  new Extension({ extnID, critical, extnValue: value.toBER(false) })
