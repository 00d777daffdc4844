import { armor, Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption'

export type KeyPair = {
  /** `age1…`: for everybody to see. */
  publicKey: string
  /** The text of the identity file; an armored age file where a passphrase protects it. */
  identityFile: string
}

/**
 * Makes a key pair as `age-keygen` does (X25519).
 * @param passphrase protects the identity file, in age's own way (scrypt of 2^18: a second and 275 MB); null leaves it plain
 */
export const makeKeyPair = async (madeAt: Date, passphrase: string | null): Promise<KeyPair> => {
  const identity = await generateX25519Identity()
  const publicKey = await identityToRecipient(identity)
  const plain = `# created: ${madeAt.toISOString()}\n# public key: ${publicKey}\n${identity}\n`
  if (passphrase === null) return { publicKey, identityFile: plain }

  const encrypter = new Encrypter()
  encrypter.setPassphrase(passphrase)
  return { publicKey, identityFile: armor.encode(await encrypter.encrypt(plain)) }
}
