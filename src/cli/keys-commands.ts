import { InvalidArgumentError, type Command } from 'commander'
import type { FileStep, KeyStatus, Outcome, Progress } from '../features/encryption-keys/index.ts'
import { NotFound, OperatorFault } from '../platform/errors.ts'
import { uuidField } from '../platform/web/ids.ts'
import { say } from '../start/terminal.ts'
import { createProgressBar, spellTime } from './progress-bar.ts'
import { withFeatures } from './with-features.ts'

const day = 24 * 60 * 60_000

type TurnOptions = { tenant?: string; load: number; atOnce?: boolean }

/** `keys status` and `keys rotate-…`: turning keys while people work. */
export const addKeysCommands = (program: Command) => {
  const keys = program.commands.find(command => command.name() === 'keys') ?? program.command('keys')

  keys
    .command('status')
    .description(
      'every key: how old it is, and how much is sealed, indexed, wrapped or mixed with it (reads every row)',
    )
    .option('--tenant <id>', 'of one organisation only', tenantId)
    .action(async ({ tenant }: { tenant?: string }) => {
      await withFeatures(async ({ encryptionKeys }) => {
        const status = await encryptionKeys.status(tenant).catch(explain)
        say('root keys')
        for (const { id, state, uses } of status.roots) say(`  ${id}  ${state}, wraps ${uses} keys`)
        say('peppers')
        for (const { id, state, uses } of status.peppers) say(`  ${id}  ${state}, in ${uses} passwords`)
        if (status.passwordsOfUnknownPepper > 0)
          say(`  ${status.passwordsOfUnknownPepper} passwords whose pepper is not noted; "keys rotate-pepper" notes it`)
        for (const { tenantId, keys: ofTenant } of status.tenants) {
          say(`organisation ${tenantId}`)
          for (const key of ofTenant) say(`  ${lineOf(key)}`)
        }
      })
    })

  for (const purpose of ['data', 'index'] as const)
    keys
      .command(`rotate-${purpose}`)
      .description(
        purpose === 'data'
          ? 'give each organisation a new data key and seal everything anew with it, while people work; safe to stop and repeat'
          : 'give each organisation a new index key and index everything anew with it, while people search; safe to stop and repeat',
      )
      .option('--tenant <id>', 'of one organisation only', tenantId)
      .option('--load <percent>', 'the share of the time to be at work, 1 to 100', percent, 0.5)
      .option(
        '--at-once',
        'destroy the old key now; who is signed in is shown the login for a name until they sign in again',
      )
      .action(async ({ tenant, load, atOnce = false }: TurnOptions) => {
        await withFeatures(async ({ encryptionKeys }) => {
          const show = createShow(`${purpose} keys`)
          const wish = { tenantId: tenant, load, atOnce, tell: show.tell }
          const outcomes = await encryptionKeys.rotate(purpose, wish).catch(explain).finally(show.end)
          report(outcomes)
        })
      })

  keys
    .command('rotate-root')
    .description('make a new root key and put every other key under it, in moments; safe to stop and repeat')
    .option('--announce-only', 'only add it to the file, to copy that to the other machines; the next call goes on')
    .action(async ({ announceOnly = false }: { announceOnly?: boolean }) => {
      await withFeatures(async ({ encryptionKeys, platform, tenants }) => {
        await tenants.prepareInstallation() // its audit log takes the note of it
        const wrapped = await encryptionKeys.rotateRoot(sayStep, { announceOnly })
        if (announceOnly) return
        await platform.keyChecks.remember()
        say(`${wrapped} keys were put under the current root key.`)
        say('Older backups still need the older root keys. Make a new recovery kit: bin/ostoja recovery-kit create')
      })
    })

  keys
    .command('rotate-pepper')
    .description('make a new pepper; each password comes under it when its owner next signs in')
    .option('--announce-only', 'only add it to the file, to copy that to the other machines; the next call goes on')
    .action(async ({ announceOnly = false }: { announceOnly?: boolean }) => {
      await withFeatures(async ({ encryptionKeys, platform, tenants }) => {
        await tenants.prepareInstallation() // its audit log takes the note of it
        await encryptionKeys.rotatePepper(sayStep, { announceOnly })
        if (announceOnly) return
        await platform.keyChecks.remember()
        say('The old pepper stays until no password is mixed with it: bin/ostoja keys status')
        say('Make a new recovery kit: bin/ostoja recovery-kit create')
      })
    })

  keys
    .command('drop-unused')
    .description('take root keys and peppers that nothing needs out of their files; older backups may need them still')
    .option(
      '--at-once',
      'also root keys that turned less than 30 days ago: whoever is signed in since then is signed out, and what is typed on their open pages is lost',
    )
    .action(async ({ atOnce = false }: { atOnce?: boolean }) => {
      await withFeatures(async ({ encryptionKeys, tenants }) => {
        await tenants.prepareInstallation()
        const { roots, peppers, waitMs } = await encryptionKeys.dropUnused({ atOnce })
        say(
          roots.length + peppers.length === 0
            ? 'Every key is still needed.'
            : `Dropped: ${[...roots, ...peppers].join(', ')}`,
        )
        if (waitMs > 0)
          say(
            `Root keys wait ${Math.ceil(waitMs / day)} days yet: cookies and open pages may be signed with them (now: --at-once).`,
          )
      })
    })
}

const tenantId = (text: string): string => {
  const id = uuidField().safeParse(text)
  if (id.success) return id.data
  throw new InvalidArgumentError('Give the id that "tenant create" printed.')
}

const percent = (text: string): number => {
  const number = Number(text)
  if (number >= 1 && number <= 100) return number / 100
  throw new InvalidArgumentError('Give a number from 1 to 100.')
}

const explain = (fault: unknown): never => {
  if (fault instanceof NotFound)
    throw new OperatorFault('--tenant: there is no organisation with this id, or it was closed.')
  throw fault
}

const lineOf = ({ id, purpose, current, retired_ms, age_ms, uses, root_key_id: root }: KeyStatus) => {
  const state = current ? 'current' : retired_ms === null ? 'coming' : 'old'
  return `${purpose} key ${id}  ${state}, ${Math.floor(age_ms / day)} days old, ${uses} uses, under root key ${root}`
}

const sayStep = (step: FileStep) => {
  if (step.step === 'current') say(`${step.id} is the current key of the file.`)
  else say(`${step.id} is in the file; every process knows it in ${spellTime(step.waitMs)}.`)
}

const waits = {
  announced: 'until every process knows the new key',
  settling: 'until no process uses the old key any more',
} as const

/** Adds up what all organisations tell, and counts down while nothing happens. */
const createShow = (what: string) => {
  const bar = createProgressBar(what)
  const state = { done: 0, total: 0 }
  let wait: { for: keyof typeof waits; until: number } | undefined
  const draw = () => {
    const leftMs = wait ? wait.until - Date.now() : 0
    bar.draw({ ...state, waiting: wait && leftMs > 0 ? `${spellTime(leftMs)} ${waits[wait.for]}` : undefined })
  }
  const ticking = setInterval(draw, 1000)
  return {
    tell: (progress: Progress) => {
      if ('total' in progress) state.total += progress.total
      else if ('moved' in progress) state.done += progress.moved
      else {
        const { standing } = progress
        if (standing.phase === 'announced' || standing.phase === 'settling')
          wait = { for: standing.phase, until: Date.now() + standing.waitMs }
        else wait = undefined
      }
      state.total = Math.max(state.total, state.done)
      draw()
    },
    end: () => {
      clearInterval(ticking)
      bar.end(state)
    },
  }
}

const report = (outcomes: readonly Outcome[]) => {
  const resumed = outcomes.filter(({ begun }) => !begun).length
  if (resumed > 0)
    say(`${resumed} had begun before and were gone on with; repeat the command to turn those keys again.`)
  const lingering = outcomes.flatMap(({ standing }) => (standing.phase === 'lingering' ? [standing.waitMs] : []))
  if (lingering.length > 0)
    say(
      `Nothing in the database is under the old keys any more. They open what is short-lived elsewhere for ${spellTime(Math.max(...lingering))} yet; then the worker destroys them (now: --at-once).`,
    )
  const stuck = outcomes.filter(({ standing }) => standing.phase === 'stuck')
  if (stuck.length > 0)
    throw new OperatorFault(
      `Some values do not open, so their key was kept; the log names their rows. Organisations: ${stuck.map(({ tenantId: id }) => id).join(', ')}`,
    )
  say('Done.')
}
