import { armor, Decrypter, Encrypter } from 'age-encryption'
import { OperatorFault } from '../../platform/errors.ts'
import { readContents, type KitContents } from './contents.ts'

const begin = '-----BEGIN AGE ENCRYPTED FILE-----'
const end = '-----END AGE ENCRYPTED FILE-----'
const lineLength = 64

/**
 * Seals a kit with a passphrase as an armored age file (https://age-encryption.org/v1, scrypt of 2^18), which `age -d` opens
 * as well. Takes a second and 275 MB.
 */
export const sealKit = async (kit: KitContents, passphrase: string): Promise<string> => {
  const encrypter = new Encrypter()
  encrypter.setPassphrase(passphrase)
  return armor.encode(await encrypter.encrypt(JSON.stringify(kit)))
}

/**
 * Opens a kit out of whatever it was kept in: the file itself, or what was scanned or typed off its page.
 * @throws OperatorFault where it is no kit, was cut, was altered, or has another passphrase: four different sentences
 */
export const openKit = async (text: string, passphrase: string): Promise<KitContents> => {
  const file = armored(text)
  const decrypter = new Decrypter()
  decrypter.addPassphrase(passphrase)
  const opened = await decrypter.decrypt(file, 'text').catch((fault: unknown) => {
    throw (fault as Error).message.includes('no identity matched')
      ? new OperatorFault('This passphrase does not open the recovery kit; type it again, word by word.')
      : altered
  })
  const kit = readContents(opened)
  if (!kit)
    throw new OperatorFault(
      'This opens, but is no recovery kit of this version of Ostoja; use the kit of this installation.',
    )
  return kit
}

const altered = new OperatorFault(
  'The recovery kit was altered or damaged; scan its codes again in their order, or use another copy.',
)

/** However it was wrapped when it was scanned, typed or saved with its page. */
const armored = (text: string): Uint8Array => {
  const from = text.indexOf(begin)
  if (from < 0)
    throw new OperatorFault(
      'There is no recovery kit in this file; give the file that ends in .age, or what the codes on the page say.',
    )
  const to = text.indexOf(end, from)
  if (to < 0)
    throw new OperatorFault(
      'The recovery kit is cut short: its last line is missing; add the codes that were not scanned yet.',
    )
  const letters = text.slice(from + begin.length, to).replace(/\s+/g, '')
  const lines = letters.match(new RegExp(`.{1,${lineLength}}`, 'g')) ?? []
  try {
    return armor.decode([begin, ...lines, end].join('\n'))
  } catch {
    throw altered
  }
}
