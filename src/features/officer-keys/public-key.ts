import { Encrypter } from 'age-encryption'

/** What somebody may have pasted instead of a public key; each has its own message. */
export type NoPublicKey = 'secret' | 'other-kind' | 'invalid'

const shape = /^age1[02-9ac-hj-np-z]{58}$/

/**
 * Judges an age public key (X25519, `age1…`, 62 letters; https://age-encryption.org/v1) by sealing something to it: that
 * finds a mistyped letter (its checksum) and a point that would seal to nobody.
 * @returns what is wrong, or null
 */
export const faultOfPublicKey = async (text: string): Promise<NoPublicKey | null> => {
  if (/AGE-SECRET-KEY/i.test(text)) return 'secret'
  // Keys of hardware and of hybrid kinds, which the viewer of an export could not open.
  if (/^age1[a-z]{2,8}1/.test(text) && text.length > 62) return 'other-kind'
  if (!shape.test(text)) return 'invalid'
  try {
    const encrypter = new Encrypter()
    encrypter.addRecipient(text)
    await encrypter.encrypt('')
    return null
  } catch {
    return 'invalid'
  }
}

/** The public key out of what was pasted: alone, or as a line of an identity file's comment names it. */
export const publicKeyIn = (typed: string) => typed.trim().replace(/^#?\s*public key:\s*/i, '')
