import type { Command } from 'commander'
import { createReadStream, createWriteStream } from 'node:fs'
import { rename, rm, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { passphraseRecipient } from '../composition/sealing.ts'
import { tenantMoves, wordsFor } from '../composition/tenant-moves.ts'
import { readIdentities } from '../features/backups/index.ts'
import { connect } from '../platform/db/connect.ts'
import { createDb } from '../platform/db/tenant.ts'
import { OperatorFault } from '../platform/errors.ts'
import { uuidField } from '../platform/web/ids.ts'
import { completeEnvironment } from '../start/environment.ts'
import { ownerUrlOf } from '../start/prepare.ts'
import { say } from '../start/terminal.ts'
import { askSecretly, isTerminal, linesOfInput } from './asking.ts'
import { createProgressBar } from './progress-bar.ts'
import { withFeatures } from './with-features.ts'

/** `tenant export | import`: one organisation, whole, from one installation into another. */
export const addTenantMoveCommands = (program: Command) => {
  const tenant = program.commands.find(command => command.name() === 'tenant') ?? program.command('tenant')

  tenant
    .command('export')
    .description('write an organisation whole into an encrypted file: for its leaving, or for another installation')
    .argument('<tenant>', 'the id that "tenant create" printed')
    .requiredOption('--out <file>', 'the file to make')
    .option('--recipient <key>', 'an age public key to encrypt it to; without one a passphrase is asked for, or made')
    .action(async (tenantId: string, { out, recipient }: { out: string; recipient?: string }) => {
      const id = uuidField().safeParse(tenantId)
      if (!id.success) throw new OperatorFault('Give the id that "tenant create" printed.')
      if (recipient && !/^age1[0-9a-z]+$/.test(recipient))
        throw new OperatorFault('--recipient: give an age public key (age1…).')
      const file = resolve(out)
      if (await stat(file).catch(() => null))
        throw new OperatorFault(`${file}: this file is there already; give another name.`)
      await withFeatures(async features => {
        await features.tenants.prepareInstallation()
        const words = recipient ? null : await newPassphrase()
        const show = progress('Writing (rows)')
        const partial = `${file}.partial`
        const to = recipient ?? (await passphraseRecipient(words!.passphrase))
        try {
          const stream = createWriteStream(partial, { mode: 0o600, flags: 'wx', flush: true })
          const { name, rows } = await tenantMoves(features).export(id.data, to, stream, show.add).finally(show.end)
          await rename(partial, file)
          say(`${file}: ${name}, ${rows} rows. Its passwords and the files of its exports stay behind.`)
        } catch (fault) {
          await rm(partial, { force: true })
          throw fault
        }
        if (words?.made) say(`Passphrase, shown this once: ${words.passphrase}`)
      })
    })

  tenant
    .command('import')
    .description('bring an organisation in out of such a file, with all its ids; refuses one that is here already')
    .argument('<file>', 'the file that "tenant export" made')
    .option('--identity <file>', 'the age private key it was encrypted to; without one the passphrase is asked for')
    .action(async (path: string, { identity }: { identity?: string }) => {
      const file = resolve(path)
      if (!(await stat(file).catch(() => null)))
        throw new OperatorFault(`${file}: no such file, or it may not be read.`)
      const [key] = identity ? await readIdentities(resolve(identity)) : []
      const by = key ?? { passphrase: (await typedPassphrase()).normalize('NFC') }
      const owner = createDb(connect(ownerUrlOf(await completeEnvironment(process.env, ['postgres'])), 1))
      try {
        await withFeatures(async features => {
          await features.tenants.prepareInstallation()
          const show = progress('Bringing in (rows)')
          const moves = tenantMoves(features)
          const { name, tenantId, rows, accounts } = await moves
            .import(createReadStream(file), by, owner, show.add)
            .finally(show.end)
          say(`${name} (${tenantId}) is here: ${rows} rows, ${accounts} accounts.`)
          say(
            'Nobody knows a password here: bin/ostoja account reset-password --login LOGIN, for an administrator first.',
          )
        })
      } finally {
        await owner.close()
      }
    })
}

const progress = (what: string) => {
  const bar = createProgressBar(what)
  let done = 0
  return {
    add: (rows: number) => bar.draw({ done: (done += rows), total: 0 }),
    end: () => bar.end({ done, total: done }),
  }
}

/** An empty line asks for words to be made. */
const newPassphrase = async (): Promise<{ passphrase: string; made: boolean }> => {
  const typed = isTerminal()
    ? await askSecretly('Passphrase (leave empty to have words made): ')
    : ((await linesOfInput())[0] ?? '')
  if (typed && isTerminal() && typed !== (await askSecretly('Once more: ')))
    throw new OperatorFault('The two are not the same, so nothing was made.')
  return wordsFor(typed.normalize('NFC'))
}

const typedPassphrase = async () => (isTerminal() ? askSecretly('Passphrase: ') : ((await linesOfInput())[0] ?? ''))
