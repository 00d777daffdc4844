import type { Role } from '../../platform/actor.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Db, Trx } from '../../platform/db/tenant.ts'
import type { Language } from '../../platform/i18n/translations.ts'
import type { Passwords } from '../../platform/vault/passwords.ts'
import type { Vault } from '../../platform/vault/vault.ts'
import type { AccountProfile } from './profile.ts'

export type AccountKey = { tenantId: string; accountId: number }
export type Mailbox = { email: string; language: Language }
type Told = 'password-changed' | 'password-reset-by-administrator' | 'password-reset-by-operator' | 'email-changed'
export type AccountNeeds = {
  db: Db
  vault: Vault
  passwords: Passwords
  clock: Clock
  /** Whose login it is, of whatever tenant; null where it is nobody's. */
  ownerOf: (login: string) => Promise<AccountKey | null>
  /** Ends the account's live session, whichever it is; says whether there was one. */
  endSession: (account: AccountKey, because: 'administrator' | 'password' | 'deactivated') => Promise<boolean>
  notify: (trx: Trx, tenantId: string, accountIds: readonly number[], kind: Told) => Promise<unknown>
  /** Tells an address that mail to the account no longer goes there. */
  tellFormerAddress: (trx: Trx, account: AccountKey, former: Mailbox) => Promise<unknown>
  /** Sends a link by which the owner chooses the first password; null where this installation sends no mail. */
  sendFirstLink: ((trx: Trx, tenantId: string, accountId: number) => Promise<unknown>) | null
  /** Somebody has these roles now: what is addressed to whoever has them is theirs as well. */
  rolesGiven: (trx: Trx, tenantId: string, accountId: number, roles: readonly Role[]) => Promise<unknown>
  /** Makes every link useless that was mailed to choose this account's password. */
  revokeLinks: (trx: Trx, accountId: number) => Promise<unknown>
}
export type AccountForm = AccountProfile & { roles: Role[]; language: Language }
