import { constants, createCipheriv, createHash, publicEncrypt, randomBytes, type KeyObject } from 'node:crypto'
import { Null, ObjectIdentifier, OctetString, UTCTime } from 'asn1js'
import {
  AlgorithmIdentifier,
  Attribute,
  Certificate,
  ContentInfo,
  EncapsulatedContentInfo,
  EncryptedContentInfo,
  EnvelopedData,
  IssuerAndSerialNumber,
  KeyTransRecipientInfo,
  RecipientInfo,
  SignedAndUnsignedAttributes,
  SignedData,
  SignerInfo,
} from 'pkijs'

const oids = {
  data: '1.2.840.113549.1.7.1',
  signedData: '1.2.840.113549.1.7.2',
  envelopedData: '1.2.840.113549.1.7.3',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingTime: '1.2.840.113549.1.9.5',
  rsaEncryption: '1.2.840.113549.1.1.1',
  aes256Cbc: '2.16.840.1.101.3.4.1.42',
  subjectKeyIdentifier: '2.5.29.14',
}

/** The signature of something that stands beside it (RFC 5652 5, detached): SHA-256, with the time and the signer's certificate. */
export const detachedSignature = async (
  content: Buffer,
  signer: { certificate: Certificate; key: CryptoKey },
  now: Date,
): Promise<Buffer> => {
  const { issuer, serialNumber } = signer.certificate
  const digest = createHash('sha256').update(content).digest()
  const attribute = (type: string, value: object) => new Attribute({ type, values: [value] })
  const info = new SignerInfo({ version: 1, sid: new IssuerAndSerialNumber({ issuer, serialNumber }) })
  info.signedAttrs = new SignedAndUnsignedAttributes({
    type: 0,
    attributes: [
      attribute(oids.contentType, new ObjectIdentifier({ value: oids.data })),
      attribute(oids.signingTime, new UTCTime({ valueDate: now })),
      attribute(oids.messageDigest, new OctetString({ valueHex: bytesOf(digest) })),
    ],
  })
  const signed = new SignedData({
    version: 1,
    encapContentInfo: new EncapsulatedContentInfo({ eContentType: oids.data }),
    signerInfos: [info],
    certificates: [signer.certificate],
  })
  await signed.sign(signer.key, 0, 'SHA-256', bytesOf(content))
  return written(oids.signedData, signed.toSchema(true) as object)
}

/**
 * Something that only the holder of an RSA certificate's key can read (RFC 5652 6): AES-256-CBC, its key by RSAES-PKCS1-v1_5,
 * which is what every mail program reads.
 * @param publicKey the certificate's own
 */
export const enveloped = (content: Buffer, certificate: Certificate, publicKey: KeyObject): Buffer => {
  const [key, iv] = [randomBytes(32), randomBytes(16)]
  const cipher = createCipheriv('aes-256-cbc', key, iv)
  const { version, rid } = recipientOf(certificate)
  const recipient = new KeyTransRecipientInfo({
    version,
    rid,
    keyEncryptionAlgorithm: new AlgorithmIdentifier({ algorithmId: oids.rsaEncryption, algorithmParams: new Null() }),
    encryptedKey: new OctetString({
      valueHex: bytesOf(publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_PADDING }, key)),
    }),
  })
  const envelope = new EnvelopedData({
    version,
    recipientInfos: [new RecipientInfo({ variant: 1, value: recipient })],
    encryptedContentInfo: new EncryptedContentInfo({
      contentType: oids.data,
      contentEncryptionAlgorithm: new AlgorithmIdentifier({
        algorithmId: oids.aes256Cbc,
        algorithmParams: new OctetString({ valueHex: bytesOf(iv) }),
      }),
      encryptedContent: new OctetString({ valueHex: bytesOf(Buffer.concat([cipher.update(content), cipher.final()])) }),
    }),
  })
  return written(oids.envelopedData, envelope.toSchema())
}

/**
 * How a recipient is named in the clear: by issuer and number; by the key's identifier where somebody issued the certificate to
 * themselves, whose issuer is their own name.
 */
const recipientOf = ({ issuer, subject, serialNumber, extensions = [] }: Certificate) => {
  const identifier = extensions.find(({ extnID }) => extnID === oids.subjectKeyIdentifier)?.parsedValue as unknown
  if (!issuer.isEqual(subject) || !(identifier instanceof OctetString))
    return { version: 0, rid: new IssuerAndSerialNumber({ issuer, serialNumber }) }
  const { valueHexView } = identifier.valueBlock
  return {
    version: 2,
    rid: new OctetString({ idBlock: { tagClass: 3, tagNumber: 0 }, valueHex: bytesOf(Buffer.from(valueHexView)) }),
  }
}

const written = (contentType: string, content: object): Buffer =>
  Buffer.from(new ContentInfo({ contentType, content }).toSchema().toBER(false))

/** Exactly these bytes, where a Buffer may be a view into a larger store. */
const bytesOf = (buffer: Buffer): ArrayBuffer => new Uint8Array(buffer).buffer
