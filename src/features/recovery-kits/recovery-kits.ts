import { randomBytes } from 'node:crypto'
import { OperatorFault } from '../../platform/errors.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Language, Translations } from '../../platform/i18n/translations.ts'
import { dayIn } from '../../platform/time/wall-clock.ts'
import { parseKeys } from '../../platform/vault/key-files.ts'
import type { KitContents, KitFiles } from './contents.ts'
import { openKit, sealKit } from './sealed-kit.ts'
import { joinShares, looksLikeShare, readShare, splitPassphrase } from './shares.ts'
import { sheetOf } from './sheet.ts'

type Needs = {
  clock: Clock
  /** Of the machine where the kit is made. */
  timeZone: string
  translations: Translations
  /** Words that nobody can guess, for those who do not bring a passphrase of their own. */
  generatePassphrase: (language: Language) => string
  isStrongEnough: (passphrase: string) => boolean
}
export type Wish = {
  files: KitFiles
  address: string | null
  language: Language
  /** Null: words are made. Not asked for where the kit is split. */
  passphrase: string | null
  split: { count: number; threshold: number } | null
}
/** `words`: the passphrase that was made, to be shown this once. */
export type Made = { id: string; files: { name: string; text: string }[]; words: string | null }

/** Recovery kits: the keys of an installation, sealed, on a sheet of paper and in a file. */
export const createRecoveryKits = ({ clock, timeZone, translations, generatePassphrase, isStrongEnough }: Needs) => {
  const chosen = (wish: Wish): { passphrase: string; words: string | null } => {
    const passphrase = wish.passphrase?.normalize('NFC')
    if (!passphrase) {
      const words = generatePassphrase(wish.language)
      return { passphrase: words, words }
    }
    if (!isStrongEnough(passphrase)) {
      throw new OperatorFault(
        'This passphrase could be guessed, and a kit that was carried away can be guessed at for years; take a longer one, or leave it empty to have words made.',
      )
    }
    return { passphrase, words: null }
  }

  return {
    /**
     * Makes a kit: the age file, and a sheet to print, or one sheet a share.
     * @throws OperatorFault where the passphrase is weak or the shares do not add up
     */
    create: async (wish: Wish): Promise<Made> => {
      const madeAt = clock()
      const id = randomBytes(4).toString('hex')
      const kit: KitContents = {
        format: 'ostoja-recovery-kit',
        version: 1,
        id,
        madeAt: madeAt.toISOString(),
        ...wish.files,
      }
      const name = `ostoja-recovery-kit-${dayIn(madeAt, timeZone)}-${id}`
      if (wish.split) checkSplit(wish.split)
      const parts = wish.split && (await splitPassphrase(id, wish.split.count, wish.split.threshold))
      const { passphrase, words } = parts ? { ...parts, words: null } : chosen(wish)
      const sealed = await sealKit(kit, passphrase)
      const sheet = {
        name,
        madeAt,
        madeOn: dayIn(madeAt, timeZone),
        address: wish.address,
        kit: sealed,
        hasBackupIdentity: wish.files.backupIdentity !== undefined,
      }
      const sheets =
        parts && wish.split
          ? parts.shares.map((text, index) => ({
              name: `${name}-share-${index + 1}-of-${parts.shares.length}.html`,
              share: { text, number: index + 1, ...wish.split! },
            }))
          : [{ name: `${name}.html`, share: null }]
      const pages = sheets.map(async ({ name: file, share }) => ({
        name: file,
        text: await sheetOf({ ...sheet, share }, translations),
      }))
      return { id, words, files: [{ name: `${name}.age`, text: sealed }, ...(await Promise.all(pages))] }
    },

    /**
     * Opens a kit.
     * @param text the age file, or what was scanned or typed off a sheet
     * @param typed a passphrase, or shares
     * @throws OperatorFault saying what is wrong
     */
    open: async (text: string, typed: readonly string[]): Promise<KitContents> => {
      const [first = ''] = typed
      if (!looksLikeShare(first)) return openKit(text, first.normalize('NFC'))
      return openKit(text, await joinShares(typed.map(readShare)))
    },

    /** How many shares must still be typed after these; 0 where a passphrase was. @throws OperatorFault where one is mistyped */
    sharesMissing: (typed: readonly string[]): number => {
      const [first = ''] = typed
      return looksLikeShare(first) ? Math.max(0, readShare(first).threshold - typed.map(readShare).length) : 0
    },

    /**
     * Whether a kit holds every key in use.
     * @throws OperatorFault naming the first that it lacks or holds differently
     */
    compare: (kit: KitFiles, inUse: KitFiles): void => {
      for (const [what, kept, used] of [
        ['root key', kit.rootKeys, inUse.rootKeys],
        ['pepper', kit.peppers, inUse.peppers],
      ] as const) {
        const inKit = parseKeys('the recovery kit', kept)
        for (const { id, key } of parseKeys('the key file', used).all) {
          const found = inKit.find(id)
          if (!found)
            throw new OperatorFault(
              `The kit opens, but lacks ${what} ${id}, which is in use since; make a new kit with "bin/ostoja recovery-kit create".`,
            )
          if (!found.key.equals(key))
            throw new OperatorFault(
              `The kit opens, but its ${what} ${id} is another one than the one in use; find out which is right before you need it.`,
            )
        }
      }
      if (inUse.backupIdentity && kit.backupIdentity?.trim() !== inUse.backupIdentity.trim())
        throw new OperatorFault(
          'The kit opens, but lacks the backup identity in use; make a new kit with "bin/ostoja recovery-kit create".',
        )
    },
  }
}
export type RecoveryKits = ReturnType<typeof createRecoveryKits>

const checkSplit = ({ count, threshold }: { count: number; threshold: number }) => {
  if (threshold < 2 || count < threshold || count > 20)
    throw new OperatorFault('--shares and --threshold: at least 2 must be needed, of at most 20 that there are.')
}
