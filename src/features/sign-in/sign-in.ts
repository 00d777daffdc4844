import { installationId, systemActor, type Actor } from '../../platform/actor.ts'
import { record } from '../../platform/audit/record.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Db } from '../../platform/db/tenant.ts'
import type { Unscoped } from '../../platform/db/unscoped.ts'
import type { Language } from '../../platform/i18n/translations.ts'
import type { PasswordHash, Passwords } from '../../platform/vault/passwords.ts'
import type { Vault } from '../../platform/vault/vault.ts'
import type { SignedIn } from '../../platform/web/session-data.ts'
import type { Attempts } from './attempts.ts'
import { findActiveAccount, findLogin, noteSignIn, type AccountRow, type Found } from './queries.ts'

type Account = { tenantId: string; accountId: number }
type Standing = { since: Date; lastActive: Date }
/** What sign-in needs of the sessions. */
type Sessions = {
  claim: (
    account: Account,
    session: string,
    device: string,
    now: Date,
    idleMs: number,
  ) => Promise<{ claimed: true } | { claimed: false; standing: Standing }>
}
type Needs = {
  db: Db
  unscoped: Unscoped
  vault: Vault
  passwords: Passwords
  sessions: Sessions
  attempts: Attempts
  clock: Clock
}

export type Credentials = { login: string; password: string }
/** Where somebody signs in from. `session` is the id the session will have, `device` names the browser. */
export type Place = { address: string; session: string; device: string }
export type Outcome =
  | { outcome: 'signed-in'; signedIn: SignedIn; language: Language }
  | { outcome: 'wrong' }
  | { outcome: 'slow-down'; seconds: number }
  | { outcome: 'blocked'; standing: Standing }

export const createSignIn = ({ db, unscoped, vault, passwords, sessions, attempts, clock }: Needs) => {
  const enter = async (found: Found, account: AccountRow, place: Place): Promise<Outcome> => {
    const who = { tenantId: found.tenant_id, accountId: account.id }
    const actor: Actor = { ...who, roles: account.roles }
    const claim = await sessions.claim(who, place.session, place.device, clock(), found.auto_logout_minutes * 60_000)
    if (!claim.claimed) {
      await db.asTenant(actor, trx => record(trx, actor, 'session.blocked', account.id))
      return { outcome: 'blocked', standing: claim.standing }
    }

    await db.asTenant(actor, async trx => {
      await noteSignIn(trx, account.id, clock())
      await record(trx, actor, 'session.started', account.id)
    })
    return { outcome: 'signed-in', language: account.language, signedIn: signedInAs(found, account) }
  }

  /** A refusal at an unknown login belongs to nobody's organisation: it is the installation's. */
  const refuse = (found: Found | undefined) => {
    const actor = systemActor(found?.tenant_id ?? installationId)
    return db.asTenant(actor, trx => record(trx, actor, 'sign-in.refused', found?.account_id))
  }

  return {
    /**
     * Signs somebody in. An unknown login takes the same path and time as a wrong password. A right password while
     * another browser's session is live is 'blocked', and never counts as a failed one.
     */
    signIn: async ({ login, password }: Credentials, place: Place): Promise<Outcome> => {
      const seconds = await attempts.begin(login, place.address)
      if (seconds > 0) return { outcome: 'slow-down', seconds }

      const found = await unscoped.read(trx => findLogin(trx, login.toLowerCase()))
      const account =
        found && (await db.asTenant({ tenantId: found.tenant_id }, trx => findActiveAccount(trx, found.account_id)))
      const kept =
        found && account ? await vault.open<PasswordHash>(account.password_sealed, passwordPlace(found)) : null
      const right = await passwords.verify(kept, password)
      if (!right || !found || !account) {
        await refuse(found)
        return { outcome: 'wrong' }
      }

      await attempts.forget(login, place.address)
      return enter(found, account, place)
    },

    noteSignOut: (actor: Actor) =>
      db.asTenant(actor, trx => record(trx, actor, 'session.ended', actor.accountId ?? undefined)),
  }
}
export type SignIn = ReturnType<typeof createSignIn>

const passwordPlace = (found: Found) =>
  ({ tenant: found.tenant_id, column: 'accounts.password_sealed', row: found.account_id }) as const

const signedInAs = (found: Found, account: AccountRow): SignedIn => ({
  tenantId: found.tenant_id,
  tenantName: found.tenant_name,
  accountId: account.id,
  login: account.login,
  roles: account.roles,
  idleMs: found.auto_logout_minutes * 60_000,
  profileSealed: account.profile_sealed.toString('base64'),
})
