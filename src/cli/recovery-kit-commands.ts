import type { Command } from 'commander'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { recoveryKits } from '../composition/recovery-kits.ts'
import type { KitFiles } from '../features/recovery-kits/index.ts'
import { installationId, systemActor } from '../platform/actor.ts'
import { record } from '../platform/audit/record.ts'
import { OperatorFault } from '../platform/errors.ts'
import { dayIn, processTimeZone } from '../platform/time/wall-clock.ts'
import { parseKeys, writeKeyText } from '../platform/vault/key-files.ts'
import { dataDirOf } from '../start/environment.ts'
import { backupKeysDirOf, keyFilesOf } from '../start/prepare.ts'
import { say } from '../start/terminal.ts'
import { askSecretly, isTerminal, linesOfInput } from './asking.ts'
import { withFeatures } from './with-features.ts'

const number = (option: string) =>
  z.coerce.number(`${option}: give a number`).int(`${option}: give a whole number`).optional()
const createOptions = z.object({
  out: z.string(),
  shares: number('--shares'),
  threshold: number('--threshold'),
  language: z.enum(['pl', 'en'], { error: '--language: give pl or en' }),
})

/** `recovery-kit create | open | verify`: the keys on paper, and back. A passphrase is typed, or piped in; never an argument. */
export const addRecoveryKitCommands = (program: Command) => {
  const kits = program
    .command('recovery-kit')
    .description('the keys of this installation, sealed by a passphrase, as a file and as a sheet to print')

  kits
    .command('create')
    .description('make a kit; asks for a passphrase, or makes one of six words and shows it once')
    .requiredOption('--out <folder>', 'where to put the files; made if it is not there')
    .option('--shares <n>', 'no passphrase: split it into this many shares, one a sheet')
    .option('--threshold <k>', 'how many shares open the kit together')
    .option('--language <language>', 'of the words that are made: pl or en', 'pl')
    .action(async (options: unknown) => {
      const read = createOptions.safeParse(options)
      if (!read.success) throw new OperatorFault(`${read.error.issues.map(issue => issue.message).join('; ')}.`)
      const { out, shares, threshold, language } = read.data
      if ((shares === undefined) !== (threshold === undefined))
        throw new OperatorFault('--shares and --threshold: give both or neither.')
      const split = shares !== undefined && threshold !== undefined ? { count: shares, threshold } : null
      await withFeatures(async ({ platform }) => {
        const { publicUrl: address } = platform.config
        const passphrase = split ? null : await newPassphrase()
        const made = await recoveryKits().create({ files: await filesInUse(), address, language, passphrase, split })
        await writeAll(resolve(out), made.files)
        await noteInRealm(platform, 'recovery-kit.created', made.id)
        say(made.files.map(({ name }) => join(resolve(out), name)).join('\n'))
        if (made.words)
          say(`\nPassphrase, shown this once: ${made.words}\nWrite it down and keep it away from the sheet.`)
        say(
          'Print the sheet, prove the kit with "bin/ostoja recovery-kit verify", and take the files off this machine.',
        )
      })
    })

  kits
    .command('open')
    .description('write the keys of a kit into a data folder that has none')
    .argument('<file>', 'the .age file, or the text of the scanned codes')
    .requiredOption('--into <folder>', 'the data folder (DATA_DIR)')
    .action(async (file: string, { into }: { into: string }) => {
      const kit = await openKitFile(file)
      const written = await writeKitInto({ DATA_DIR: resolve(into) }, kit)
      say(written.length > 0 ? `Wrote ${written.join(', ')}.` : 'The keys were there already.')
      say(`Restore the database if it is not there, and start: DATA_DIR=${resolve(into)} bin/start`)
    })

  kits
    .command('verify')
    .description('prove that a kit opens and holds the keys in use; exit 1 where it does not')
    .argument('<file>', 'the .age file, or the text of the scanned codes')
    .action(async (file: string) => {
      const kit = await openKitFile(file)
      await withFeatures(async ({ platform }) => {
        recoveryKits().compare(kit, await filesInUse())
        await noteInRealm(platform, 'recovery-kit.verified', kit.id)
      })
      say(`The kit ${kit.id} of ${dayIn(new Date(kit.madeAt), processTimeZone())} opens and holds every key in use.`)
    })
}

type Platform = Parameters<Parameters<typeof withFeatures>[0]>[0]['platform']

const noteInRealm = ({ db }: Platform, action: 'recovery-kit.created' | 'recovery-kit.verified', kitId: string) => {
  const operator = systemActor(installationId)
  return db.asTenant(operator, trx => record(trx, operator, action, kitId))
}

const paths = (env: NodeJS.ProcessEnv) => ({
  ...keyFilesOf(env),
  backupIdentity: join(backupKeysDirOf(env), 'backup-identity'),
})

const filesInUse = async (): Promise<KitFiles> => {
  const { rootKeys, peppers, backupIdentity } = paths({ ...process.env, DATA_DIR: dataDirOf(process.env) })
  const identity = await readFile(backupIdentity, 'utf8').catch(() => undefined)
  return {
    rootKeys: await readFile(rootKeys, 'utf8'),
    peppers: await readFile(peppers, 'utf8'),
    ...(identity ? { backupIdentity: identity } : {}),
  }
}

/** An empty line asks for words to be made. */
const newPassphrase = async (): Promise<string | null> => {
  if (!isTerminal()) return (await linesOfInput())[0] || null
  const first = await askSecretly('Passphrase (leave empty to have words made): ')
  if (first && first !== (await askSecretly('Once more: ')))
    throw new OperatorFault('The two are not the same, so nothing was made.')
  return first || null
}

/** Opens a kit in a file; asks for its passphrase or shares. @throws OperatorFault */
export const openKitFile = async (file: string) => {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new OperatorFault(`${file}: no such file, or it may not be read; give the path of a recovery kit.`)
  })
  return recoveryKits().open(text, await typedSecrets())
}

/** A passphrase, or as many shares as the first one says. */
const typedSecrets = async (): Promise<string[]> => {
  if (!isTerminal()) return (await linesOfInput()).filter(line => line.trim() !== '')
  const typed = [await askSecretly('Passphrase, or a share: ')]
  for (;;) {
    const missing = recoveryKits().sharesMissing(typed)
    if (missing === 0) return typed
    typed.push(await askSecretly(`Another share (${missing} more): `))
  }
}

const writeAll = async (folder: string, files: readonly { name: string; text: string }[]) => {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  for (const { name, text } of files)
    await writeFile(join(folder, name), text, { mode: 0o600, flag: 'wx', flush: true })
}

/**
 * Writes the keys of a kit to where an installation with these settings keeps them. Nothing that is there is overwritten: not even one file, where another is in
 * the way.
 * @returns the files written
 * @throws OperatorFault
 */
export const writeKitInto = async (env: NodeJS.ProcessEnv, kit: KitFiles): Promise<string[]> => {
  const { rootKeys, peppers, backupIdentity } = paths(env)
  parseKeys('the recovery kit', kit.rootKeys)
  parseKeys('the recovery kit', kit.peppers)
  const wanted = [
    [rootKeys, kit.rootKeys],
    [peppers, kit.peppers],
    ...(kit.backupIdentity ? [[backupIdentity, kit.backupIdentity] as const] : []),
  ] as const
  const missing: (readonly [string, string])[] = []
  for (const [file, text] of wanted) {
    const there = await readFile(file, 'utf8').catch(() => null)
    if (there !== null && there !== text)
      throw new OperatorFault(
        `${file}: another key file is there, so nothing was written; move it away, or open the kit into another folder.`,
      )
    if (there === null) missing.push([file, text])
  }
  for (const [file, text] of missing) await writeKeyText(file, text)
  return missing.map(([file]) => file)
}
