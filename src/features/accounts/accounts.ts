import type { Actor, Role } from '../../platform/actor.ts'
import { record } from '../../platform/audit/record.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Db, Trx } from '../../platform/db/tenant.ts'
import { Conflict, NotFound } from '../../platform/errors.ts'
import type { Language } from '../../platform/i18n/translations.ts'
import { SealBroken } from '../../platform/vault/cipher.ts'
import type { Passwords } from '../../platform/vault/passwords.ts'
import type { Vault } from '../../platform/vault/vault.ts'
import { generatePasswordFor } from './generated-password.ts'
import { makeLogin } from './login.ts'
import { keepsAnAdministrator } from './policy.ts'
import { displayName, emailIndex, profilePlace, sealPassword, type AccountProfile } from './profile.ts'
import {
  countByStatus,
  findAccount,
  findByForm,
  findTenant,
  insertAccount,
  lockAccount,
  lockAdministrators,
  nextAccountId,
  putEmailIndex,
  selectAccounts,
  selectProfiles,
  updateAccount,
  type AccountRow,
} from './queries.ts'

export type AccountKey = { tenantId: string; accountId: number }
type Told = 'password-changed' | 'password-reset-by-administrator' | 'email-changed'
export type AccountNeeds = {
  db: Db
  vault: Vault
  passwords: Passwords
  clock: Clock
  /** Ends the account's live session, whichever it is; says whether there was one. */
  endSession: (account: AccountKey, because: 'administrator' | 'password' | 'deactivated') => Promise<boolean>
  notify: (trx: Trx, tenantId: string, accountIds: readonly number[], kind: Told) => Promise<unknown>
  /** Sends a link by which the owner chooses the first password; null where this installation sends no mail. */
  sendFirstLink: ((trx: Trx, tenantId: string, accountId: number) => Promise<unknown>) | null
  /** Makes every link useless that was mailed to choose this account's password. */
  revokeLinks: (trx: Trx, accountId: number) => Promise<unknown>
}
export type AccountForm = AccountProfile & { roles: Role[]; language: Language }
type Wish = AccountForm & {
  /** The form that asks: sent twice, it makes one account. */
  formId?: string
  /** Mail a one-time link; nobody gets to see a password. */
  byLink?: boolean
  /** Left out, the password has to be changed at the first sign-in. */
  mustChangePassword?: boolean
}
export type MadeAccount = { id: number; login: string; password: string }
type KeptInSession = AccountKey & { login: string; profileSealed: string }

export const createAccounts = ({
  db,
  vault,
  passwords,
  notify,
  endSession,
  sendFirstLink,
  revokeLinks,
}: AccountNeeds) => {
  const openProfile = (tenantId: string, { id, profile_sealed }: Pick<AccountRow, 'id' | 'profile_sealed'>) =>
    vault.open<AccountProfile>(profile_sealed, profilePlace(tenantId, id))
  const sealProfile = (tenantId: string, id: number, { givenName, familyName, email }: AccountProfile) =>
    vault.seal({ givenName, familyName, email } satisfies AccountProfile, profilePlace(tenantId, id))
  const opened = async (tenantId: string, row: AccountRow) => {
    const profile = await openProfile(tenantId, row)
    return { ...factsOf(row), ...profile, displayName: displayName(profile) }
  }
  const indexEmail = async (trx: Trx, tenantId: string, id: number, email: string | null) =>
    putEmailIndex(trx, tenantId, id, email === null ? null : await emailIndex(vault, email))

  return {
    /** The name in the header, out of what the session keeps sealed; the login where its key has been destroyed since. */
    openName: async ({ tenantId, accountId, login, profileSealed }: KeptInSession): Promise<string> => {
      try {
        return displayName(
          await openProfile(tenantId, { id: accountId, profile_sealed: Buffer.from(profileSealed, 'base64') }),
        )
      } catch (fault) {
        if (fault instanceof SealBroken) return login
        throw fault
      }
    },

    /**
     * Makes an account with a login and a strong password of its own. The password is known only to the caller, once.
     * @returns 'made-before' with the account where the same form has made one already
     */
    create: async (actor: Actor, wish: Wish): Promise<MadeAccount & { madeBefore: boolean }> => {
      const { roles, language, formId = null, byLink = false, mustChangePassword = true, ...profile } = wish
      return db.asTenant(actor, async trx => {
        const { tenantId } = actor
        const id = await nextAccountId(trx)
        const login = makeLogin(profile.givenName, profile.familyName, id)
        const tenantName = (await findTenant(trx, tenantId))?.name ?? ''
        const password = generatePasswordFor({ ...profile, login, tenantName })
        const made = await insertAccount(trx, {
          tenant_id: tenantId,
          id,
          login,
          roles,
          language,
          profile_sealed: await sealProfile(tenantId, id, profile),
          ...(await sealPassword({ vault, passwords }, tenantId, id, password)),
          must_change_password: mustChangePassword,
          form_id: formId,
          created_by: actor.accountId,
        })
        if (!made) {
          const before = await findByForm(trx, formId ?? '')
          return { id: before!.id, login: before!.login, password: '', madeBefore: true }
        }
        await indexEmail(trx, tenantId, id, profile.email)
        if (byLink) await sendFirstLink?.(trx, tenantId, id)
        await record(trx, actor, 'account.created', id, { roles: roles.join(' '), link: byLink })
        return { id, login, password, madeBefore: false }
      })
    },

    /** The names to show for account ids, for "changed by". */
    names: async (trx: Trx, tenantId: string, ids: readonly number[]): Promise<Map<number, string>> => {
      const rows = await selectProfiles(trx, [...new Set(ids)])
      const named = rows.map(async row => [row.id, displayName(await openProfile(tenantId, row))] as const)
      return new Map(await Promise.all(named))
    },

    /** The organisation's accounts of one status, by family name, and how many there are of each. */
    list: (actor: Actor, status: AccountRow['status']) =>
      db.asTenant(actor, async trx => {
        const rows = await selectAccounts(trx, status)
        const accounts = await Promise.all(rows.map(row => opened(actor.tenantId, row)))
        return { accounts: accounts.sort(byName), counts: await countByStatus(trx) }
      }),

    /** @throws NotFound */
    find: (actor: Actor, id: number) =>
      db.asTenant(actor, async trx => {
        const row = await findAccount(trx, id)
        if (!row) throw new NotFound()
        return opened(actor.tenantId, row)
      }),

    /**
     * Changes names, e-mail, roles, language; the login stays. Links mailed to an address before are useless afterwards. A role taken away ends the account's session, so that it
     * can't be used any longer.
     * @param revision what the form was filled from
     * @throws NotFound, Conflict
     * @returns the sealed profile, for a session that shows its name
     */
    amend: async (actor: Actor, id: number, form: AccountForm, revision: number) => {
      const { tenantId } = actor
      const { profileSealed, lostRole } = await db.asTenant(actor, async trx => {
        const administrators = await lockAdministrators(trx)
        const row = await lockAccount(trx, id)
        if (!row) throw new NotFound()
        if (row.revision !== revision) throw new Conflict('accounts:conflict.changedMeanwhile')
        if (!form.roles.includes('administrator')) keepsAnAdministrator(actor, id, administrators)

        const sealed = await sealProfile(tenantId, id, form)
        await updateAccount(trx, id, { profile_sealed: sealed, roles: form.roles, language: form.language })
        const emailChanged = (await openProfile(tenantId, row)).email !== form.email
        if (emailChanged) {
          await indexEmail(trx, tenantId, id, form.email)
          await revokeLinks(trx, id)
          await notify(trx, tenantId, [id], 'email-changed')
        }
        await record(trx, actor, 'account.amended', id, { roles: form.roles.join(' '), emailChanged })
        return {
          profileSealed: sealed.toString('base64'),
          lostRole: row.roles.some(role => !form.roles.includes(role)),
        }
      })
      const ended = lostRole && (await endSession({ tenantId, accountId: id }, 'administrator'))
      return { profileSealed, ended }
    },

    /** Where mail to an account goes and in which language; null where it has no address or may not sign in. */
    mailbox: ({ tenantId, accountId }: AccountKey): Promise<{ email: string; language: Language } | null> =>
      db.asTenant({ tenantId }, async trx => {
        const row = await findAccount(trx, accountId)
        if (row?.status !== 'active') return null
        const { email } = await openProfile(tenantId, row)
        return email === null ? null : { email, language: row.language }
      }),
  }
}
export type Accounts = ReturnType<typeof createAccounts>

const factsOf = (row: AccountRow) => ({
  id: row.id,
  login: row.login,
  roles: row.roles,
  language: row.language,
  status: row.status,
  revision: row.revision,
  mustChangePassword: row.must_change_password,
  passwordChangedAt: row.password_changed_at,
  createdAt: row.created_at,
  lastSignInAt: row.last_sign_in_at,
  deactivatedAt: row.deactivated_at,
})
const { compare } = new Intl.Collator('pl')
const byName = (a: AccountProfile, b: AccountProfile) =>
  compare(a.familyName, b.familyName) || compare(a.givenName, b.givenName)
