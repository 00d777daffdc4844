import type { Command } from 'commander'
import { z } from 'zod'
import { installationId, systemActor, type Role } from '../platform/actor.ts'
import { Conflict, NotFound, OperatorFault } from '../platform/errors.ts'
import { dayIn } from '../platform/time/wall-clock.ts'
import { defaultCountry, isPhoneCountry, type CountryCode } from '../platform/text/phone.ts'
import { uuidField } from '../platform/web/ids.ts'
import { say } from '../start/terminal.ts'
import { ask, isTerminal, linesOfInput } from './asking.ts'
import { withFeatures } from './with-features.ts'

const roles = ['staff', 'administrator', 'security_officer', 'operator'] as const satisfies readonly Role[]

const parse = <T>(schema: z.ZodType<T>, value: unknown): T => {
  const read = schema.safeParse(value)
  if (read.success) return read.data
  throw new OperatorFault(`${read.error.issues.map(issue => issue.message).join('; ')}.`)
}

const language = z.enum(['pl', 'en'], { error: '--language: give pl or en' })
const name = (what: string, most = 200) =>
  z.string().trim().min(1, `${what}: must not be empty`).max(most, `${what}: at most ${most} characters`)

const tenantOptions = z.object({
  name: name('--name'),
  language,
  country: z.custom<CountryCode>(code => isPhoneCountry(String(code)), '--country: give two letters, such as PL or GB'),
})

const accountOptions = z.object({
  tenant: uuidField('--tenant: give the id that "tenant create" printed').optional(),
  language,
  role: z.array(z.enum(roles, { error: `--role: give one or more of ${roles.join(', ')}` })).min(1),
})

const person = z.object({
  givenName: name('Given name', 100),
  familyName: name('Family name', 100),
  email: z
    .string()
    .trim()
    .transform(typed => typed || null)
    .pipe(z.email('E-mail: is no e-mail address').max(254, 'E-mail: at most 254 characters').nullable()),
})

/**
 * `tenant create`, `account create` and `account reset-password`: how an installation gets its first organisation and
 * people, and how an organisation that is locked out gets in again. `account operators` and `account deactivate`: who runs
 * the installation, and how somebody is shut out who no longer does.
 */
export const addTenantCommands = (program: Command) => {
  program
    .command('tenant')
    .description('organisations')
    .command('create')
    .description('make an organisation with its own keys, and print its id')
    .requiredOption('--name <name>', 'its name')
    .option('--language <language>', 'pl or en', 'pl')
    .option('--country <country>', 'where it is (ISO 3166-1), such as PL or GB', defaultCountry)
    .action(async (options: unknown) => {
      const wish = parse(tenantOptions, options)
      await withFeatures(async ({ tenants }) => say(await tenants.create(wish.name, wish.language, wish.country)))
    })

  const account = program.command('account').description('people who sign in')
  account
    .command('create')
    .description('make an account; asks for names and e-mail, prints login and password, which nobody can read again')
    .option('--tenant <id>', 'the organisation it belongs to; leave out for an operator')
    .option('--language <language>', 'pl or en', 'pl')
    .requiredOption('--role <role...>', roles.join(', '))
    .addHelpText(
      'after',
      `
Whoever can list the processes of the machine can read the options of a command, so the person is no option: given name,
family name and e-mail (which may stay empty) are asked for at the terminal, or read from the standard input where it is
none, one a line in this order:

  bin/ostoja account create --tenant ID --role staff < person.txt`,
    )
    .action(async (options: unknown) => {
      const { tenant, role, language: spoken } = parse(accountOptions, options)
      const tenantId = realmOf(tenant, role)
      const whom = parse(person, await askForPerson())
      await withFeatures(async ({ tenants, accounts }) => {
        if (tenantId === installationId) await tenants.prepareInstallation()
        const wish = { ...whom, language: spoken, roles: role }
        sayAccess(await accounts.create(systemActor(tenantId), wish).catch(explain))
      })
    })

  account
    .command('reset-password')
    .description(
      'give an account a new password, to be changed at the next sign-in, where its organisation has no administrator left who could; its owner is told',
    )
    .requiredOption('--login <login>', 'whose')
    .action(async ({ login }: { login: string }) => {
      await withFeatures(async ({ accountPowers }) =>
        sayAccess(await accountPowers.resetByOperator(login.trim()).catch(explainReset)),
      )
    })

  account
    .command('operators')
    .description('list the operators who may sign in: login, and the day of the last sign-in')
    .action(() =>
      withFeatures(async ({ accounts, platform }) => {
        const listed = (await accounts.list(systemActor(installationId), 'active')).accounts
        for (const { login, lastSignInAt } of listed)
          say(`${login}\t${lastSignInAt ? dayIn(lastSignInAt, platform.config.timeZone) : 'never'}`)
      }),
    )

  account
    .command('deactivate')
    .description('shut an operator out at once; accounts of an organisation are its administrators’ to deactivate')
    .requiredOption('--login <login>', 'whose')
    .action(async ({ login }: { login: string }) => {
      await withFeatures(async ({ accountPowers }) => {
        await accountPowers.deactivateOperator(login.trim()).catch(explainDeactivating)
        say('The account is deactivated, and whoever was signed in with it is signed out.')
      })
    })
}

const sayAccess = ({ login, password }: { login: string; password: string }) =>
  say(`login: ${login}\npassword: ${password}`)

const askForPerson = async () => {
  const questions = ['Given name: ', 'Family name: ', 'E-mail (may stay empty): ']
  const answers: string[] = []
  if (isTerminal()) for (const question of questions) answers.push(await ask(question))
  else answers.push(...(await linesOfInput()))
  const [givenName = '', familyName = '', email = ''] = answers
  return { givenName, familyName, email }
}

/** Operators belong to no organisation, and nobody of an organisation is an operator. */
const realmOf = (tenant: string | undefined, wanted: readonly Role[]): string => {
  if (wanted.includes('operator')) {
    if (tenant || wanted.length > 1) {
      throw new OperatorFault(
        '--role operator: an operator belongs to no organisation and has no other role; leave out --tenant.',
      )
    }
    return installationId
  }
  if (!tenant) throw new OperatorFault('--tenant: give the id that "tenant create" printed.')
  return tenant
}

/** What an operator can get wrong here that the database alone knows: an organisation that is not there has no keys either. */
const explain = (fault: unknown): never => {
  if (fault instanceof OperatorFault || (fault as { code?: string }).code === '23503') {
    throw new OperatorFault(
      '--tenant: there is no organisation with this id (or its keys are gone); "tenant create" makes one.',
    )
  }
  throw fault
}

const explainDeactivating = (fault: unknown): never => {
  if (fault instanceof NotFound)
    throw new OperatorFault('--login: no operator has this login; "account operators" lists them.')
  if (fault instanceof Conflict)
    throw new OperatorFault(
      '--login: this is the last operator; make another one first by "account create --role operator".',
    )
  throw fault
}

const explainReset = (fault: unknown): never => {
  if (fault instanceof NotFound) throw new OperatorFault('--login: nobody has this login.')
  if (fault instanceof Conflict)
    throw new OperatorFault(
      '--login: this account is deactivated; an administrator of its organisation can activate it.',
    )
  throw fault
}
