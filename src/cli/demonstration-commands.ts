import type { Command } from 'commander'
import { createDemonstration } from '../demonstration/demonstration.ts'
import { OperatorFault } from '../platform/errors.ts'
import { dataDirOf } from '../start/environment.ts'
import { accountsFileOf, readAccounts, tableOf, writeAccounts } from '../start/demonstration-accounts.ts'
import { say } from '../start/terminal.ts'
import { withFeatures } from './with-features.ts'

/** `demo create`: organisations and people to try Ostoja out with. */
export const addDemonstrationCommands = (program: Command) => {
  program
    .command('demo')
    .description('demonstration data')
    .command('create')
    .description('make two invented organisations with people who can sign in, once')
    .option('--url <address>', 'where they sign in', 'https://localhost:8443')
    .action(async ({ url }: { url: string }) => {
      const dataDir = dataDirOf(process.env)
      if (await readAccounts(dataDir)) {
        throw new OperatorFault(
          `The demonstration data is there already; ${accountsFileOf(dataDir)} says who can sign in.`,
        )
      }
      const made = await withFeatures(createDemonstration)
      const accounts = made.map(account => ({ ...account, url }))
      await writeAccounts(dataDir, accounts)
      say(tableOf(accounts))
    })
}
