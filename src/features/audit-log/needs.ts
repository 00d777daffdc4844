import type { Redis } from 'ioredis'
import type { Actor } from '../../platform/actor.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Db, Trx } from '../../platform/db/tenant.ts'
import type { Vault } from '../../platform/vault/vault.ts'

/** What the log is shown with; everything of other features comes in as a function. */
export type LogNeeds = {
  db: Db
  vault: Vault
  redis: Redis
  clock: Clock
  /** IANA name of the organisation's zone: its days and nights are meant. */
  timeZone: (trx: Trx, actor: Pick<Actor, 'tenantId'>) => Promise<string>
  /** When the log was sealed last, and how many of its entries wait. */
  sealed: (actor: Actor) => Promise<{ at: Date | null; waiting: number }>
  organisation: (actor: Actor) => Promise<string>
  accountNames: (trx: Trx, tenantId: string, ids: readonly number[]) => Promise<Map<number, string>>
  /** Names of those clients that the actor may see now; others are left out. */
  clientNames: (trx: Trx, actor: Actor, ids: readonly string[]) => Promise<ReadonlyMap<string, string>>
  /** Ids of clients that fit a file number or a whole name. */
  findClients: (actor: Actor, text: string) => Promise<readonly string[]>
}
