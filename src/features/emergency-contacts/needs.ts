import type { Actor } from '../../platform/actor.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Db, Trx } from '../../platform/db/tenant.ts'
import { Conflict } from '../../platform/errors.ts'
import type { CountryCode } from '../../platform/text/phone.ts'
import { dayIn } from '../../platform/time/wall-clock.ts'
import type { RecordedRules } from '../../safe-to-contact/rules.ts'
import type { Vault } from '../../platform/vault/vault.ts'

/** Locks a client of the actor's tenant until the transaction ends. @throws NotFound */
export type LockClient = (
  trx: Trx,
  actor: Actor,
  clientId: string,
) => Promise<{ displayName: string; archived: boolean }>

export type WrongOwnNumbers = {
  id: string
  displayName: string
  phones: readonly (RecordedRules & { number: string | null; typed: string })[]
}

export type Needs = {
  db: Db
  vault: Vault
  clock: Clock
  lockClient: LockClient
  /** What the tenant has settled: when a contact is to be confirmed again, its time zone, and whose numbers need no country code. */
  rules: (trx: Trx, actor: Actor) => Promise<{ confirmMonths: number; timeZone: string; country: CountryCode }>
  accountNames: (trx: Trx, tenantId: string, ids: readonly number[]) => Promise<Map<number, string>>
  /** How these clients are called; those that are no more are left out. */
  clientNames: (trx: Trx, actor: Actor, clientIds: readonly string[]) => Promise<ReadonlyMap<string, string>>
  /** Active clients with a number of their own that is known to be wrong. */
  wrongOwnNumbers: (trx: Trx, actor: Actor) => Promise<readonly WrongOwnNumbers[]>
}

/** What the tenant has decided that contacts are shown by, and which day it is where the tenant is. */
export type Rules = { months: number; country: CountryCode; today: string }

export const readRules =
  ({ clock, rules }: Pick<Needs, 'clock' | 'rules'>) =>
  async (trx: Trx, actor: Actor, at = clock()): Promise<Rules> => {
    const { confirmMonths, timeZone, country } = await rules(trx, actor)
    return { months: confirmMonths, country, today: dayIn(at, timeZone) }
  }

/**
 * The lock that every change begins with, so that changes of one client's contacts follow one another.
 * @throws NotFound, Conflict where the client is archived: bring them back first
 */
export const lockingActive =
  (lockClient: LockClient): LockClient =>
  async (trx, actor, clientId) => {
    const client = await lockClient(trx, actor, clientId)
    if (client.archived) throw new Conflict('emergency-contacts:conflict.archived')
    return client
  }
