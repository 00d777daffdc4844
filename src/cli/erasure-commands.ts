import type { Command } from 'commander'
import { access } from 'node:fs/promises'
import { resolve } from 'node:path'
import { OperatorFault } from '../platform/errors.ts'
import { dayIn } from '../platform/time/wall-clock.ts'
import { uuidField } from '../platform/web/ids.ts'
import { say } from '../start/terminal.ts'
import { ask, isTerminal } from './asking.ts'
import { withFeatures } from './with-features.ts'

/** `keys destroy-tenant` and `erasures repeat`: what goes for good, and stays gone. Beside the other commands of `keys`. */
export const addErasureCommands = (program: Command) => {
  const keys = program.commands.find(command => command.name() === 'keys') ?? program.command('keys')
  keys
    .command('destroy-tenant')
    .description('destroy an organisation: its keys, and with them everything sealed; its people, files and sessions')
    .argument('<tenant>', 'the id that "tenant create" printed')
    .option('--yes-destroy <name>', 'the organisation’s name, where nobody is at the terminal to type it')
    .action(async (tenant: string, { yesDestroy }: { yesDestroy?: string }) => {
      const id = uuidField().safeParse(tenant)
      if (!id.success) throw new OperatorFault('Give the id that "tenant create" printed.')
      await withFeatures(async ({ erasures, platform }) => {
        const { name, status } = await erasures.findTenant(id.data)
        const typed = yesDestroy ?? (await askForName(name))
        if (typed.trim() !== name)
          throw new OperatorFault(`This is not the organisation’s name (${name}), so nothing was destroyed.`)
        const rows = await erasures.destroyTenant(id.data)
        const until = dayIn(erasures.goneFromBackups(new Date()), platform.config.timeZone)
        say(
          `${status === 'closed' ? 'It was closed already; gone over again.' : 'Destroyed, and closed.'} ${rows} rows are gone, keys among them.`,
        )
        say(
          `Backups made until now still hold it, sealed, and its keys, wrapped: 7 daily, 5 weekly and 12 monthly ones are kept, so the last is deleted by ${until}.`,
        )
        say(
          'A restore of one of them does not bring it back: the erasure ledger in DATA_DIR tells. Keep a copy of it with the backups.',
        )
        say('Exports that were downloaded are out of reach; have them destroyed.')
      })
    })

  program
    .command('erasures')
    .description('what was erased for good')
    .command('repeat')
    .description('erase again, in this database, whom and what a ledger file tells of; every start does so by itself')
    .requiredOption('--from <file>', 'an erasures.ledger, such as one that was kept beside a backup')
    .action(async ({ from }: { from: string }) => {
      const file = resolve(from)
      await access(file).catch(() => {
        throw new OperatorFault(`${file}: no such file, or it may not be read; give the path of an erasures.ledger.`)
      })
      await withFeatures(async ({ erasures }) => {
        const { checked, repeated, unreadable } = await erasures.repeatFrom(file)
        say(`Erased again: ${repeated} of ${checked} that the ledger tells of; the others were gone.`)
        if (unreadable > 0)
          process.stderr.write(
            `${unreadable} ${unreadable === 1 ? 'line' : 'lines'} of ${file} cannot be read; compare with another copy of the ledger.\n`,
          )
      })
    })
}

const askForName = (name: string) => {
  if (!isTerminal())
    throw new OperatorFault('Nobody is at the terminal to confirm, so nothing was destroyed; use --yes-destroy "NAME".')
  say(`This destroys ${name} for good: its keys, and with them every record; its people can no longer sign in.`)
  return ask('Type the organisation’s name to go on: ')
}
