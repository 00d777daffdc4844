import type { Redis } from 'ioredis'
import type { Actor } from '../../platform/actor.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Db, Trx } from '../../platform/db/tenant.ts'
import type { enqueue } from '../../platform/jobs/jobs.ts'
import type { Vault } from '../../platform/vault/vault.ts'
import type { ExportedClient, ExportVocabulary } from './exported-client.ts'
import type { Language } from '../../platform/i18n/translations.ts'
import type { TellOfConsent } from './approvals/approvals.ts'
import type { CopyFailure, CopyStore } from './copies/store.ts'
import type { TellOfficers } from './plan/plan.ts'
import type { ExportWords } from './formats/formats.ts'
import type { Viewer } from './file/shell.ts'

/** What exports are made of; everything of other features comes in as a function. */
export type ExportNeeds = {
  db: Db
  vault: Vault
  redis: Redis
  clock: Clock
  /** Where finished files wait to be fetched; web and worker share it. */
  directory: string
  loadViewer: () => Promise<Viewer>
  vocabulary: ExportVocabulary
  words: ExportWords
  /** IANA name of the zone in which hours of the tenant's telephone numbers are meant. */
  timeZone: (actor: Actor) => Promise<string>
  groups: {
    /** Every group of the organisation, by name. */
    choices: (trx: Trx, actor: Actor) => Promise<readonly { id: string; name: string }[]>
    /** Ids of the active clients in some groups. */
    clientsOfGroups: (trx: Trx, groupIds: readonly string[]) => Promise<readonly string[]>
  }
  /** Officers' public keys that an export may be sealed to now. */
  keysInUse: (trx: Trx) => Promise<readonly { id: string; publicKey: string }[]>
  /** The language that the organisation was made in. */
  languageOf: (trx: Trx, tenantId: string) => Promise<Language>
  /** Accounts that are active and security officers now. */
  officers: (trx: Trx) => Promise<readonly number[]>
  tellOfConsent: TellOfConsent
  /** Tells every security officer: a fresh export waits, none can be made, the last is too old, or it is not in the backup store. */
  tellOfficers: TellOfficers
  /** Tells every security officer, who made it too, that somebody's export is there. */
  tellOfMade: (trx: Trx, tenantId: string, accountId: number) => Promise<unknown>
  /** Where copies of exports that make themselves go. */
  store: CopyStore
  storeFailure: (fault: unknown) => CopyFailure
  /** The organisation's name, shown in the opened export. */
  organisation: (actor: Actor) => Promise<string>
  /** Every active client with contacts, in batches by key: it must not hold them all. */
  readForExport: (
    actor: Actor,
    what: { withHidden: boolean; groupIds: readonly string[]; language: 'pl' | 'en' },
  ) => AsyncIterable<readonly ExportedClient[]>
  countForExport: (actor: Actor) => Promise<number>
  accountNames: (trx: Trx, tenantId: string, ids: readonly number[]) => Promise<Map<number, string>>
  /** Puts the job in the queue; tests run it themselves. */
  enqueue?: typeof enqueue
  /** Base-2 logarithm of scrypt's work factor; only tests lower it. */
  logN?: number | undefined
}
