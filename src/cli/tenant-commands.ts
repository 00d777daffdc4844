import type { Command } from 'commander'
import { z } from 'zod'
import { installationId, systemActor, type Role } from '../platform/actor.ts'
import { OperatorFault } from '../platform/errors.ts'
import { say } from '../start/terminal.ts'
import { withFeatures } from './with-features.ts'

const roles = ['staff', 'administrator', 'security_officer', 'operator'] as const satisfies readonly Role[]

const parse = <T>(schema: z.ZodType<T>, value: unknown): T => {
  const read = schema.safeParse(value)
  if (read.success) return read.data
  throw new OperatorFault(`${read.error.issues.map(issue => issue.message).join('; ')}.`)
}

const language = z.enum(['pl', 'en'], { error: '--language: give pl or en' })
const name = (option: string) =>
  z.string().trim().min(1, `${option}: must not be empty`).max(200, `${option}: at most 200 characters`)

const tenantOptions = z.object({ name: name('--name'), language })

const accountOptions = z.object({
  tenant: z.uuid('--tenant: give the id that "tenant create" printed').optional(),
  givenName: name('--given-name'),
  familyName: name('--family-name'),
  email: z.email('--email: is no e-mail address').nullable().default(null),
  language,
  role: z.array(z.enum(roles, { error: `--role: give one or more of ${roles.join(', ')}` })).min(1),
})

/** `tenant create` and `account create`: how an installation gets its first organisation and people. */
export const addTenantCommands = (program: Command) => {
  program
    .command('tenant')
    .description('organisations')
    .command('create')
    .description('make an organisation with its own keys, and print its id')
    .requiredOption('--name <name>', 'its name')
    .option('--language <language>', 'pl or en', 'pl')
    .action(async (options: unknown) => {
      const wish = parse(tenantOptions, options)
      await withFeatures(async ({ tenants }) => say(await tenants.create(wish.name, wish.language)))
    })

  program
    .command('account')
    .description('people who sign in')
    .command('create')
    .description('make an account; prints its login and its password, which nobody can read again')
    .option('--tenant <id>', 'the organisation it belongs to; leave out for an operator')
    .requiredOption('--given-name <name>', 'given name')
    .requiredOption('--family-name <name>', 'family name')
    .option('--email <address>', 'e-mail address, kept sealed')
    .option('--language <language>', 'pl or en', 'pl')
    .requiredOption('--role <role...>', roles.join(', '))
    .action(async (options: unknown) => {
      const { tenant, role, ...person } = parse(accountOptions, options)
      const tenantId = realmOf(tenant, role)
      await withFeatures(async ({ tenants, accounts }) => {
        if (tenantId === installationId) await tenants.prepareInstallation()
        const made = await accounts.create(systemActor(tenantId), { ...person, roles: role }).catch(explain)
        say(`login: ${made.login}\npassword: ${made.password}`)
      })
    })
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
