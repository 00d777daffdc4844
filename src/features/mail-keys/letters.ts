import type { Letter } from '../../platform/mail/letter.ts'
import type { Addressee, Mailer } from '../../platform/mail/mailer.ts'
import type { MailKey } from './key.ts'
import type { Needs } from './needs.ts'
import { readKey } from './reading.ts'
import type { SigningKeys } from './signing-keys.ts'

type Given = Pick<Needs, 'clock' | 'log'> & {
  signingKeys: SigningKeys
  keyOf: (to: Addressee) => Promise<MailKey | null>
}

/** Read with the first letter that needs them: most processes never write one. */
const ways = {
  openpgp: async () => {
    const { sealByPgp, signByPgp } = await import('../../platform/mail/sealing/openpgp.ts')
    return { seal: sealByPgp, sign: signByPgp }
  },
  smime: async () => {
    const { sealBySmime, signBySmime } = await import('../../platform/mail/sealing/smime.ts')
    return { seal: sealBySmime, sign: signBySmime }
  },
}

/** Letters to people who have a key: signed and encrypted; signed alone, with a word about it, where the key is good no longer. */
export const createSealedLetters = ({ clock, log, signingKeys, keyOf }: Given) => {
  const wrap = async (key: MailKey, { text, html, askingForKey }: Letter) => {
    const pair = await signingKeys.of(key.kind)
    if (!pair) return undefined
    const { entityOf } = await import('../../platform/mail/sealing/entity.ts')
    const { seal, sign } = await ways[key.kind]()
    const now = clock()
    const read = await readKey(key.text, now)
    try {
      if (read.ok) return await seal(entityOf({ text, html }), pair, key.text, now)
    } catch (fault) {
      // Its message may quote the key, which says who somebody is.
      log.error(
        { kind: key.kind, fault: (fault as Error).name },
        'a letter could not be encrypted and goes signed only',
      )
    }
    return sign(entityOf(askingForKey()), pair, now)
  }

  return (mailer: Mailer): Mailer => ({
    ...mailer,
    send: async (to, letter) => {
      const key = await keyOf(to)
      await mailer.send(to, letter, key ? await wrap(key, letter) : undefined)
    },
  })
}
