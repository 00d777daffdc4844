import type { Redis } from 'ioredis'
import type { Actor } from '../../platform/actor.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Db, Trx } from '../../platform/db/tenant.ts'
import type { CountryCode } from '../../platform/text/phone.ts'
import type { Vault } from '../../platform/vault/vault.ts'

export type GroupChoice = { id: string; name: string }

/** What clients need of the platform, and of other features through composition. */
export type Needs = {
  db: Db
  vault: Vault
  clock: Clock
  redis: Redis
  /** The time zone of the actor's organisation. */
  timeZone: (trx: Trx, actor: Actor) => Promise<string>
  /** Whose telephone numbers need no country code. */
  country: (trx: Trx, actor: Actor) => Promise<CountryCode>
  accountNames: (trx: Trx, tenantId: string, ids: readonly number[]) => Promise<Map<number, string>>
  /** The emergency contacts to show on a client's page, in their order. */
  contactsOf: (trx: Trx, actor: Actor, clientId: string) => Promise<readonly unknown[]>
  /** How many emergency contacts each of these clients has; clients without any are left out. */
  contactCounts: (trx: Trx, clientIds: readonly string[]) => Promise<ReadonlyMap<string, number>>
  /** The groups a tenant's clients may be in, and those of one client. */
  groups: {
    choices: (trx: Trx, actor: Actor) => Promise<GroupChoice[]>
    ofClient: (trx: Trx, actor: Actor, clientId: string) => Promise<GroupChoice[]>
    /** Those of many clients; clients in none are left out. */
    ofClients: (
      trx: Trx,
      actor: Actor,
      clientIds: readonly string[],
    ) => Promise<ReadonlyMap<string, readonly GroupChoice[]>>
    /** @returns whether anything has changed */
    keep: (trx: Trx, actor: Actor, clientId: string, groupIds: readonly string[]) => Promise<boolean>
  }
  /** Of these clients, those that have emergency contacts or logged calls, present or past: what a taken back import must leave alone. */
  havingContacts: (trx: Trx, actor: Actor, clientIds: readonly string[]) => Promise<ReadonlySet<string>>
}
