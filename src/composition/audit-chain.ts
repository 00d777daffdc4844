import type { Accounts } from '../features/accounts/index.ts'
import { createAuditChain } from '../features/audit-chain/index.ts'
import type { Backups } from '../features/backups/index.ts'
import type { Probe } from '../features/installation/index.ts'
import { installationId } from '../platform/actor.ts'
import type { Translations } from '../platform/i18n/translations.ts'
import type { Schedule, Tasks } from '../platform/jobs/jobs.ts'
import { operatorMailboxes } from './operators.ts'
import type { Platform } from './platform.ts'

type Given = Platform & {
  accounts: Accounts
  backups: Backups
  translations: Translations
  openTenants: () => Promise<readonly string[]>
  timeZoneOf: (tenantId: string) => Promise<string>
}

const minuteMs = 60_000
/** Sealing takes seconds; so long it may be behind. */
const lagMs = 5 * minuteMs
/** Checkpoints are written each minute, and each hour where nothing happened. */
const anchorMs = 2 * 60 * minuteMs
/** Each night, with room for one that took long. */
const verifiedMs = 50 * 60 * minuteMs

/** The log's chain with what it needs of others: the store of backups for its checkpoints, and accounts for its letters. */
export const createLogChain = ({ accounts, backups, rootKeys, ...given }: Given) => {
  const { db, clock, metrics } = given
  const guardians = (tenantId: string) =>
    db.asTenant({ tenantId }, trx =>
      accounts.activeWith(trx, tenantId === installationId ? 'operator' : 'security_officer'),
    )
  const chain = createAuditChain({
    ...given,
    roots: rootKeys.keys,
    store: backups.store,
    guardians,
    mailboxOf: accounts.mailbox,
    operators: operatorMailboxes({ db, accounts }),
  })

  const age = (at: Date) => clock().getTime() - at.getTime()

  /** How the chain is, as a part of what the installation stands on. */
  const probe: Probe = async () => {
    const { waiting, lagMs: behind, sealedAt, anchoredAt, verifiedAt, findings } = await chain.standing()
    const hours = verifiedAt ? Math.floor(age(verifiedAt) / (60 * minuteMs)) : 0
    const facts = {
      waiting,
      minutes: Math.ceil(behind / minuteMs),
      hours,
      findings: findings.join(', '),
      sealed: sealedAt ?? '–',
    }
    const note = (name: string) => `installation:note.chain.${name}`
    if (findings.length > 0) return { health: 'wrong', note: note('findings'), facts }
    if (behind > lagMs) return { health: 'wrong', note: note('lag'), facts }
    if (anchoredAt && age(anchoredAt) > anchorMs) return { health: 'wrong', note: note('anchor'), facts }
    if (verifiedAt && age(verifiedAt) > verifiedMs) return { health: 'wrong', note: note('verified'), facts }
    return { health: 'right', note: note(verifiedAt ? 'right' : 'new'), facts }
  }

  metrics.add({
    name: 'ostoja_audit_unsealed',
    help: 'Events of the log that wait to be sealed.',
    ask: async () => [{ value: (await chain.standing()).waiting }],
  })
  metrics.add({
    name: 'ostoja_audit_seal_lag_seconds',
    help: 'For how long the first of them has waited.',
    ask: async () => [{ value: (await chain.standing()).lagMs / 1000 }],
  })
  metrics.add({
    name: 'ostoja_audit_age_seconds',
    help: 'Since when the log’s chain was sealed, anchored outside the database, and verified, last.',
    labels: ['kind'],
    ask: async () => {
      const { sealedAt, anchoredAt, verifiedAt } = await chain.standing()
      return Object.entries({ sealed: sealedAt, anchored: anchoredAt, verified: verifiedAt }).flatMap(([kind, at]) =>
        at ? [{ labels: { kind }, value: age(at) / 1000 }] : [],
      )
    },
  })
  metrics.add({
    name: 'ostoja_audit_right',
    help: '1 where the last look at the log found it as it was written, 0 where it was changed by hand.',
    ask: async () => [{ value: (await chain.standing()).findings.length === 0 ? 1 : 0 }],
  })

  const tasks: Tasks = {
    'audit.verify': chain.verifyNewest,
    'audit.remove': chain.removeDue,
    'audit.letters': chain.askForLetters,
    'mail.checkpoint': chain.mailCheckpoint,
    'mail.chain': chain.mailWarning,
  }
  const schedule: Schedule = {
    'audit.remove': '53 2 * * *',
    'audit.verify': '23 4 * * *',
    'audit.letters': '31 5 * * 1',
  }
  return { ...chain, probe, tasks, schedule }
}
