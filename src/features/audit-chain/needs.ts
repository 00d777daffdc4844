import type { Readable } from 'node:stream'
import type { Logger } from 'pino'
import type { Clock } from '../../platform/clock.ts'
import type { Db } from '../../platform/db/tenant.ts'
import type { Unscoped } from '../../platform/db/unscoped.ts'
import type { Language, Translations } from '../../platform/i18n/translations.ts'
import type { Mailer } from '../../platform/mail/mailer.ts'
import type { OperatorMailbox } from '../../platform/mail/send-to-each.ts'
import type { Roots } from '../../platform/vault/wrapped-keys.ts'

export type Mailbox = { email: string; language: Language }
export type Needs = {
  db: Db
  unscoped: Unscoped
  clock: Clock
  log: Logger
  roots: Roots
  /** Where checkpoints are anchored: the store of backups. */
  store: {
    where: string
    read: (name: string) => Promise<Readable | null>
    write: (name: string, source: Readable) => Promise<void>
  }
  translations: Translations
  /** Null where this installation sends no mail. */
  mailer: Mailer | null
  /** The mailboxes of everybody who runs the installation. */
  operators: () => Promise<OperatorMailbox[]>
  /** Who is to hear each week where an organisation's chain ends: of the operators' realm, operators. */
  guardians: (tenantId: string) => Promise<number[]>
  timeZoneOf: (tenantId: string) => Promise<string>
  mailboxOf: (account: { tenantId: string; accountId: number }) => Promise<Mailbox | null>
  /** Organisations that are open. */
  openTenants: () => Promise<readonly string[]>
}
