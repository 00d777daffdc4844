import type { Redis } from 'ioredis'
import type { Logger } from 'pino'
import type { Actor } from '../../platform/actor.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Db, Trx } from '../../platform/db/tenant.ts'
import type { Unscoped } from '../../platform/db/unscoped.ts'
import type { Vault } from '../../platform/vault/vault.ts'
import type { Person } from './person.ts'

export type DescribedPerson = Omit<Person, 'clientId'> & { displayName: string; createdAt: Date }
type IsAbout = (texts: readonly string[]) => boolean

/** What erasing needs of the platform, and of each feature that keeps something of a client, through composition. */
export type Needs = {
  db: Db
  unscoped: Unscoped
  vault: Vault
  redis: Redis
  clock: Clock
  log: Logger
  /** Outside the database; see ledger.ts. */
  ledgerFile: string
  /** The day by which the last backup that holds what is erased at a moment is deleted. */
  goneFromBackups: (erasedAt: Date) => Date
  accountNames: (trx: Trx, tenantId: string, ids: readonly number[]) => Promise<Map<number, string>>
  findByFileNumber: (trx: Trx, actor: Actor, fileNumber: string) => Promise<string | null>
  clients: {
    lock: (trx: Trx, clientId: string) => Promise<boolean>
    /** Throws SealBroken where the keys are gone. */
    describe: (trx: Trx, actor: Actor, clientId: string) => Promise<DescribedPerson | null>
    remove: (trx: Trx, clientId: string) => Promise<number>
  }
  /** The threads of messages about a client, which go with the client by their foreign key. */
  threadsOf: (trx: Trx, clientId: string) => Promise<string[]>
  drafts: {
    dropOnPagesOf: (trx: Trx, clientId: string) => Promise<number>
    dropAbout: (trx: Trx, actor: Actor, isAbout: IsAbout) => Promise<number>
  }
  imports: { dropAbout: (trx: Trx, actor: Actor, isAbout: IsAbout) => Promise<number> }
  /** Files that were sent go with their messages. */
  attachments: { dropAbout: (trx: Trx, actor: Actor, isAbout: IsAbout) => Promise<number> }
  exports: {
    withdraw: (trx: Trx, actor: Actor) => Promise<string[]>
    remove: (tenantId: string, ids: readonly string[]) => Promise<void>
    removeAll: (tenantId: string) => Promise<void>
  }
}
