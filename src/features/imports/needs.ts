import type { Actor } from '../../platform/actor.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Db, Trx } from '../../platform/db/tenant.ts'
import type { CountryCode } from '../../platform/text/phone.ts'
import type { Vault } from '../../platform/vault/vault.ts'
import type { Profile } from './columns/profile.ts'

export type ExistingClient = { id: string; version: number; archived: boolean; profile: Profile }
export type Person = { givenNames: string; familyName: string; birthDate: string }

/** What imports ask of the client records; composition passes it in. Everything happens in the caller's transaction. */
export type ClientRecords = {
  /** Those of the file numbers that are taken, zeros in front aside, by the number as it was asked for. */
  findByFileNumbers: (trx: Trx, actor: Actor, fileNumbers: string[]) => Promise<Map<string, ExistingClient>>
  /** Clients with the same names, folded, and birth date, by the index of the person they look like. */
  findLookalikes: (trx: Trx, actor: Actor, people: Person[]) => Promise<Map<number, ExistingClient>>
  /** An empty file number is generated. Refuses, by id, whose file number somebody took at the same moment. */
  createMany: (
    trx: Trx,
    actor: Actor,
    clients: { id: string; profile: Profile }[],
    importId: string,
  ) => Promise<{ refused: string[] }>
  /** Refuses, by id, those whose version is no longer the one given. */
  amendMany: (trx: Trx, actor: Actor, clients: ExistingClient[], importId: string) => Promise<{ refused: string[] }>
  /** Removes what the import created and undoes what it changed, except where somebody has changed it since or the actor may not see it. */
  takeBack: (trx: Trx, actor: Actor, importId: string) => Promise<{ removed: number; reverted: number }>
}

export type Needs = {
  db: Db
  vault: Pick<Vault, 'seal' | 'open' | 'openAll'>
  clock: Clock
  /** The time zone of the actor's organisation. */
  timeZone: (trx: Trx, actor: Actor) => Promise<string>
  clients: ClientRecords
  /** Whose telephone numbers need no country code. */
  country: (trx: Trx, actor: Actor) => Promise<CountryCode>
  /** How long the worker goes on with one import at a time; only tests set it. */
  turnMs?: number
}
