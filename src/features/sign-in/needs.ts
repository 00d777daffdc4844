import type { Clock } from '../../platform/clock.ts'
import type { Db, Trx } from '../../platform/db/tenant.ts'
import type { Unscoped } from '../../platform/db/unscoped.ts'
import type { Language } from '../../platform/i18n/translations.ts'
import type { Passwords } from '../../platform/vault/passwords.ts'
import type { Vault } from '../../platform/vault/vault.ts'
import type { SignedIn } from '../../platform/web/session-data.ts'
import type { Attempts } from './attempts.ts'

export type Account = { tenantId: string; accountId: number }
type Standing = { since: Date; lastActive: Date }
/** What the tenant's administrator has decided about signing in. */
export type Rules = { autoLogoutMinutes: number; secondSignIn: 'block' | 'take-over'; rememberMe: boolean }
/** What sign-in needs of the sessions. */
type Sessions = {
  claim: (
    account: Account,
    claimant: { session: string; device: string; idleMs: number; policy: Rules['secondSignIn']; remembered: boolean },
  ) => Promise<{ claimed: true } | { claimed: false; standing: Standing }>
  retime: (account: Account, idleMs: number, rememberAllowed: boolean) => Promise<unknown>
  end: (account: Account, because: 'signed-out', session: string) => Promise<unknown>
}
/** What sign-in needs of an account's earlier sign-ins. */
type History = {
  knows: (trx: Trx, accountId: number, device: string) => Promise<boolean>
  note: (trx: Trx, account: Account, from: Place) => Promise<string>
  noteAttempt: (trx: Trx, account: Account, from: Place, outcome: 'refused' | 'blocked') => Promise<string>
}
export type Needs = {
  db: Db
  unscoped: Unscoped
  vault: Vault
  passwords: Passwords
  sessions: Sessions
  attempts: Attempts
  history: History
  clock: Clock
  rulesOf: (tenantId: string) => Promise<Rules>
  rulesWithin: (trx: Trx, account: Account) => Promise<Rules>
  /** Tells the owner and the security officers that somebody with the right password was turned away. */
  noteBlocked: (trx: Trx, account: Account) => Promise<unknown>
}

export type Credentials = { login: string; password: string }
/** Where somebody signs in from. `session` is the id the session will have, `device` names the browser. */
export type Place = { address: string; userAgent: string; session: string; device: string; rememberMe: boolean }
export type Outcome =
  | { outcome: 'signed-in'; signedIn: SignedIn; language: Language; remembered: boolean }
  | { outcome: 'wrong' }
  | { outcome: 'slow-down'; seconds: number }
  | { outcome: 'blocked'; standing: Standing }
  | { outcome: 'suspended' }
