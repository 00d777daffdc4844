import MimeNode from 'nodemailer/lib/mime-node'
import {
  createMessage,
  encrypt,
  enums,
  generateKey,
  readKey,
  readPrivateKey,
  sign,
  type PrivateKey,
  type Signature,
} from 'openpgp'
import { signedEntity } from './entity.ts'

/** A key pair that letters are signed with, both halves armoured. */
export type PgpPair = { secret: string; published: string; fingerprint: string }

/**
 * Makes a key that signs and does nothing else: Ed25519, in the form that GnuPG 2.2 knows as well (RFC 9580 names it EdDSALegacy).
 * @param address who mail comes from: programs compare it with the sender
 */
export const makePgpPair = async (address: string, now: Date): Promise<PgpPair> => {
  const { privateKey, publicKey } = await generateKey({
    type: 'ecc',
    curve: 'ed25519Legacy',
    subkeys: [],
    userIDs: [{ name: 'Ostoja', email: address }],
    date: now,
    format: 'object',
  })
  return { secret: privateKey.armor(), published: publicKey.armor(), fingerprint: publicKey.getFingerprint() }
}

/** An entity signed and encrypted to a key (RFC 3156 6.2: one OpenPGP message for both). @throws where the key does not take it */
export const sealByPgp = async (entity: Buffer, pair: PgpPair, recipient: string, now: Date): Promise<MimeNode> => {
  const encrypted = (await encrypt({
    message: await createMessage({ binary: entity, date: now }),
    encryptionKeys: (await readKey({ armoredKey: recipient })).toPublic(),
    signingKeys: await secretOf(pair),
    date: now,
    format: 'armored',
  })) as string
  const whole = new MimeNode('multipart/encrypted; protocol="application/pgp-encrypted"')
  // Both parts as they are, in 7 bits, which RFC 3156 asks for.
  whole
    .createChild('application/pgp-encrypted')
    .setHeader('Content-Transfer-Encoding', '7bit')
    .setContent('Version: 1\r\n')
  whole
    .createChild('application/octet-stream; name="encrypted.asc"')
    .setHeader('Content-Disposition', 'inline; filename="encrypted.asc"')
    .setHeader('Content-Transfer-Encoding', '7bit')
    .setContent(withCrLf(encrypted))
  return whole
}

/** An entity that everybody can read, with a signature (RFC 3156 5). */
export const signByPgp = async (entity: Buffer, pair: PgpPair, now: Date): Promise<MimeNode> => {
  const signature = (await sign({
    message: await createMessage({ binary: entity, date: now }),
    signingKeys: await secretOf(pair),
    detached: true,
    date: now,
    format: 'object',
  })) as unknown as Signature
  const hash = enums.read(enums.hash, signature.packets[0]!.hashAlgorithm!)
  return signedEntity(entity, {
    protocol: 'application/pgp-signature',
    micalg: `pgp-${hash}`,
    name: 'signature.asc',
    signature: withCrLf(signature.armor()),
  })
}

const secretOf = ({ secret }: PgpPair): Promise<PrivateKey> => readPrivateKey({ armoredKey: secret })

const withCrLf = (text: string) => text.replace(/\r?\n/g, '\r\n')
