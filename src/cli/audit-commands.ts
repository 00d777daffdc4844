import type { Command } from 'commander'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Features } from '../composition.ts'
import { readCheckpoint, readCode, sentenceOf, type Compared, type Finding } from '../features/audit-chain/index.ts'
import { readManifestText } from '../features/backups/index.ts'
import { installationId } from '../platform/actor.ts'
import { OperatorFault } from '../platform/errors.ts'
import { say } from '../start/terminal.ts'
import { createProgressBar } from './progress-bar.ts'
import { withFeatures } from './with-features.ts'

type Options = { tenant?: string; against?: string }
type Against = { where: string; at: Date | null; ends: Parameters<Features['auditChain']['comparing']['compare']>[0] }

/** `audit verify | anchor | restored`: what an operator does with the log's chain at a terminal. */
export const addAuditCommands = (program: Command) => {
  const audit = program.command('audit').description('the log, and whether it is as it was written')

  audit
    .command('verify')
    .description('compare every event with what was sealed, and the chains with where a checkpoint saw them end')
    .option('--tenant <id>', 'one organisation’s log; all by default, the operators’ own among them')
    .option(
      '--against <checkpoint>',
      'a checkpoint file, the manifest of a backup, or the checkpoint out of a letter; by default the newest in the backup store',
    )
    .action(async (options: Options) => {
      await withFeatures(async features => {
        const { auditChain } = features
        const all = await auditChain.tenants()
        if (options.tenant && !all.includes(options.tenant))
          throw new OperatorFault(`There is no organisation ${options.tenant}; "tenant create" printed its id.`)
        const against = options.against ? await givenCheckpoint(features, options) : await anchored(features)
        const { findings, events, more } = await verifyEach(features, options.tenant ? [options.tenant] : all)
        if (against) findings.push(...(await compareWith(features, against, options.tenant)))
        if (!options.tenant && !options.against) await auditChain.noteVerified(findings, events, true)
        if (findings.length === 0) return say('The log is as it was written.')
        for (const finding of findings) say(`${nameOf(finding.tenantId)}: ${sentenceOf(finding)}.`)
        const besides = more > 0 ? `, and ${more} more that are not listed` : ''
        throw new OperatorFault(
          `The log is not as it was written: ${findings.length} findings${besides}. Change nothing, keep the newest backups, and compare with one from before.`,
        )
      })
    })

  audit
    .command('anchor')
    .description('write a checkpoint into the backup store now')
    .option('--anew', 'also in the place of one that does not fit or cannot be read, once you have looked into why')
    .action(async ({ anew }: { anew?: boolean }) => {
      await withFeatures(async ({ auditChain, backups }) => {
        await auditChain.seal()
        if (anew) await auditChain.anchoring.write()
        else {
          const found = await auditChain.anchoring.anchor()
          if (found.length > 0)
            throw new OperatorFault(
              `The checkpoint in ${backups.store.where} does not fit, so it was left as it is: ${found.map(sentenceOf).join('; ')}.`,
            )
        }
        say(`Anchored in ${backups.store.where}.`)
      })
    })

  audit
    .command('restored')
    .description(
      'note in the chain that this database was put in the place of a newer one by other means than "restore"',
    )
    .argument('<time>', 'the moment it is of, such as 2026-11-24T02:00:00Z')
    .action(async (time: string) => {
      const to = new Date(time)
      if (Number.isNaN(to.getTime()) || to > new Date())
        throw new OperatorFault(`${time}: write a moment that is past, such as 2026-11-24T02:00:00Z.`)
      await withFeatures(({ auditChain }) => auditChain.noteRestored(to))
      say(
        `Noted: this database is of ${to.toISOString()}; what checkpoints know from after it is missing for that reason.`,
      )
    })
}

const nameOf = (tenantId: string) => (tenantId === installationId ? 'The operators’ log' : tenantId)

const verifyEach = async ({ auditChain }: Features, tenants: readonly string[]) => {
  const bar = createProgressBar('Verifying (events)')
  const total = await auditChain.count(tenants)
  const sum = { events: 0, waiting: 0, removed: 0, more: 0 }
  const findings: Finding[] = []
  for (const tenantId of tenants) {
    const before = sum.events
    const tell = (events: number) => bar.draw({ done: before + events, total })
    const verified = await auditChain.verify(tenantId, { tell })
    for (const name of Object.keys(sum) as (keyof typeof sum)[]) sum[name] += verified[name]
    findings.push(...verified.findings)
  }
  bar.end({ done: sum.events, total: Math.max(total, sum.events) })
  say(`${sum.events} events in ${tenants.length} chains were compared with what was sealed.`)
  if (sum.waiting > 0) say(`${sum.waiting} of the newest are not sealed yet, so nothing can be said of them.`)
  if (sum.removed > 0) say(`${sum.removed} older ones were removed when their time was over, as the chains vouch for.`)
  return { findings, ...sum }
}

/** The newest checkpoint in the store; null where the store cannot be read or has none, which is said. */
const anchored = async ({ auditChain, backups }: Features): Promise<Against | null> => {
  const { where } = backups.store
  const unread = (fault: unknown) => {
    if (fault instanceof OperatorFault && 'problem' in fault) {
      say(`The backup store ${where} cannot be read, so the end of the log was not compared with a checkpoint.`)
      return null
    }
    throw fault
  }
  const checkpoint = await auditChain.anchoring.read().catch(unread)
  if (checkpoint) return { where, at: new Date(checkpoint.at), ends: checkpoint.chains }
  say(`There is no checkpoint in ${where} to compare the end of the log with.`)
  return null
}

const givenCheckpoint = async ({ auditChain, platform }: Features, options: Options): Promise<Against> => {
  const given = options.against ?? ''
  const code = readCode(given)
  if (code) return { where: 'the letter', at: null, ends: [{ tenantId: options.tenant ?? installationId, ...code }] }
  const text = await readFile(resolve(given), 'utf8').catch(() => {
    throw new OperatorFault(`${given}: no such file, and no checkpoint out of a letter either.`)
  })
  if (text.includes('"ostoja-backup"')) {
    const { madeAt, auditChains } = readManifestText(text, platform.rootKeys.keys)
    return { where: given, at: new Date(madeAt), ends: auditChains }
  }
  const { at, chains } = await readCheckpoint(auditChain.keys, text)
  return { where: given, at: new Date(at), ends: chains }
}

const compareWith = async ({ auditChain }: Features, { where, at, ends }: Against, tenantId: string | undefined) => {
  const own = ends.filter(end => tenantId === undefined || end.tenantId === tenantId)
  const compared = await auditChain.comparing.compare(own, at, await auditChain.anchoring.lastRestored())
  sayCompared(compared, where, at, own.length)
  return compared.findings
}

const sayCompared = ({ restored, tooOld, findings }: Compared, where: string, at: Date | null, count: number) => {
  const when = at ? ` of ${at.toISOString()}` : ''
  if (restored.length > 0)
    say(
      `The checkpoint${when} is newer than the backup that this database was restored from: what was logged between the two is missing in ${restored.length} chains.`,
    )
  if (tooOld.length > 0)
    say(`${tooOld.length} chains cannot be compared with it: that part was removed when its time was over.`)
  const fit = count - restored.length - tooOld.length - findings.length
  say(`${fit} chains go on from where the checkpoint${when} (${where}) saw them end.`)
}
