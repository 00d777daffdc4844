import type { Actor, Role } from '../../platform/actor.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Db, Trx } from '../../platform/db/tenant.ts'
import type { CountryCode } from '../../platform/text/phone.ts'
import type { Vault } from '../../platform/vault/vault.ts'

/** Whose record it is, for officers who look after restrictions: no more than names it. */
export type NamedRecord = { id: string; name: string; fileNumber: string }
/** What a restricted record is compared with when somebody is looked for in an emergency. */
export type Findable = {
  id: string
  fileNumber: string
  givenNames: string
  familyName: string
  preferredName: string | null
  birthDate: string | null
  phones: readonly { number: string | null; typed: string }[]
}
/** An account that may be named. */
export type Person = { id: number; name: string; roles: readonly Role[] }
/** What people are told of, and by whose account it came. */
export type Told =
  'break-glass-opened' | 'break-glass-missed' | 'restriction-made' | 'restriction-changed' | 'restriction-lifted'

export type Needs = {
  db: Db
  vault: Vault
  clock: Clock
  /** Of these clients, those whom the account of the transaction may see now. */
  visible: (trx: Trx, ids: readonly string[]) => Promise<ReadonlySet<string>>
  /** These clients as they are called; in a transaction of the program's own. */
  named: (trx: Trx, tenantId: string, ids: readonly string[]) => Promise<NamedRecord[]>
  findable: (trx: Trx, tenantId: string, ids: readonly string[]) => Promise<Findable[]>
  accountNames: (trx: Trx, tenantId: string, ids: readonly number[]) => Promise<Map<number, string>>
  /** Active accounts, by name. */
  people: (trx: Trx, tenantId: string) => Promise<Person[]>
  /** For how long the glass stays broken, in minutes. */
  minutes: (trx: Trx, actor: Actor) => Promise<number>
  /** Whose telephone numbers need no country code. */
  country: (trx: Trx, actor: Actor) => Promise<CountryCode>
  /** Has the open pages of these accounts look at once for what waits; after the commit. */
  ring: (tenantId: string, to: readonly number[]) => Promise<void>
  tell: (trx: Trx, tenantId: string, to: readonly number[], told: Told, byAccount: number) => Promise<void>
}
