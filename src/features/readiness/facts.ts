import type { Actor } from '../../platform/actor.ts'
import type { Trx } from '../../platform/db/tenant.ts'

/** What is known of an organisation; every part comes from its own feature. */
export type OrganisationFacts = {
  /** Since when there is the organisation, and whether its people may sign in. */
  organisation: (trx: Trx, tenantId: string) => Promise<{ madeAt: Date; active: boolean }>
  /** When exports of every client were made, first and last, and when one was last proved to open. */
  exportsMade: (trx: Trx) => Promise<{ first: Date | null; last: Date | null; proved: Date | null }>
  plan: (trx: Trx) => Promise<Plan>
  copies: (trx: Trx) => Promise<Copies>
  /** When each officer's key that is in use was registered. */
  officerKeys: (actor: Actor) => Promise<readonly Date[]>
  /** When a drill was last passed. */
  lastDrill: (trx: Trx) => Promise<Date | null>
  /** How many contacts nobody has confirmed within the organisation's interval. */
  toConfirm: (actor: Actor) => Promise<number>
  /** Whether some of them have waited for so many days, of those that everybody of the staff may see. */
  contactsLeft: (tenantId: string, days: number) => Promise<boolean>
  /** How many cases of broken glass wait for a judgement. */
  unjudgedCases: (actor: Actor) => Promise<number>
  /** How many active accounts nobody has signed in to since. */
  sleepingAccounts: (trx: Trx, since: Date) => Promise<number>
}

/** What is known of the whole installation. */
export type InstallationFacts = {
  /** How things stand with its backups. */
  backup: () => Promise<{ right: boolean; provenAt: Date | null }>
  /** Since when the data key of the actor's organisation is in use. */
  dataKeySince: (actor: Actor) => Promise<Date>
  /** Since when the oldest data key of all organisations is in use, and the older one of the two key files. */
  keysSince: () => Promise<{ data: Date; files: Date | null }>
  rotationDays: number
  fileRotationDays: number
}

/** `everyDays`: 0 where no export makes itself. `freshDays`: after so many the last export is too old. */
export type Plan = { everyDays: number; freshDays: number }
/** When the newest export that lies in the backup store was made; and the id of the newest one where it could not be copied. */
export type Copies = { storedOf: Date | null; failing: string | null }
