import type { Actor } from '../../platform/actor.ts'
import { record } from '../../platform/audit/record.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import { Conflict, NotFound } from '../../platform/errors.ts'
import { generatePasswordFor } from './generated-password.ts'
import { makeLogin } from './login.ts'
import type { AccountForm, AccountNeeds } from './needs.ts'
import { keepsAnAdministrator } from './policy.ts'
import { emailIndex, openProfile, profilePlace, sealPassword, type AccountProfile } from './profile.ts'
import {
  findByForm,
  findTenant,
  insertAccount,
  lockAccount,
  lockAdministrators,
  nextAccountId,
  putEmailIndex,
  updateAccount,
} from './queries.ts'
import { createAccountReading } from './reading.ts'

type Wish = AccountForm & {
  /** The form that asks: sent twice, it makes one account. */
  formId?: string
  /** Mail a one-time link; nobody gets to see a password. */
  byLink?: boolean
  /** Left out, the password has to be changed at the first sign-in. */
  mustChangePassword?: boolean
  /** What else belongs to the making, in its transaction. */
  alongside?: (trx: Trx, id: number) => Promise<unknown>
}
type MadeAccount = { id: number; login: string; password: string; madeBefore: boolean }

/** The accounts of organisations: who there is, making one, amending one. */
export const createAccounts = (needs: AccountNeeds) => {
  const { db, vault, clock, passwords, notify, tellFormerAddress, endSession, sendFirstLink, rolesGiven, revokeLinks } =
    needs
  const sealProfile = (tenantId: string, id: number, { givenName, familyName, email }: AccountProfile) =>
    vault.seal({ givenName, familyName, email } satisfies AccountProfile, profilePlace(tenantId, id))
  const indexEmail = async (trx: Trx, tenantId: string, id: number, email: string | null) =>
    putEmailIndex(trx, tenantId, id, email === null ? null : await emailIndex(vault, email))
  const madeBy = async (trx: Trx, formId: string | null): Promise<MadeAccount | null> => {
    const row = formId === null ? undefined : await findByForm(trx, formId)
    return row ? { id: row.id, login: row.login, password: '', madeBefore: true } : null
  }

  return {
    ...createAccountReading(needs),

    /**
     * Makes an account with a login and a strong password of its own. The password is known only to the caller, once.
     * @returns `madeBefore`, without a password, where the same form has made one already
     * @throws TooBusy
     */
    create: async (actor: Actor, wish: Wish): Promise<MadeAccount> => {
      const { roles, language, formId = null, byLink = false, mustChangePassword = true, alongside, ...profile } = wish
      const { tenantId } = actor
      const begun = await db.asTenant(actor, async trx => ({
        before: await madeBy(trx, formId),
        id: await nextAccountId(trx),
        tenantName: (await findTenant(trx, tenantId))?.name ?? '',
      }))
      if (begun.before) return begun.before

      const { id, tenantName } = begun
      const login = makeLogin(profile.givenName, profile.familyName, id)
      const password = generatePasswordFor({ ...profile, login, tenantName })
      const kept = await sealPassword({ vault, passwords }, tenantId, id, password)
      return db.asTenant(actor, async trx => {
        const made = await insertAccount(trx, {
          tenant_id: tenantId,
          id,
          login,
          roles,
          language,
          profile_sealed: await sealProfile(tenantId, id, profile),
          ...kept,
          must_change_password: mustChangePassword,
          form_id: formId,
          created_by: actor.accountId,
          created_at: clock(),
        })
        if (!made) return (await madeBy(trx, formId))!
        await indexEmail(trx, tenantId, id, profile.email)
        await rolesGiven(trx, tenantId, id, roles)
        if (byLink) await sendFirstLink?.(trx, tenantId, id)
        await record(trx, actor, 'account.created', id, { roles: roles.join(' '), link: byLink })
        await alongside?.(trx, id)
        return { id, login, password, madeBefore: false }
      })
    },

    /**
     * Changes names, e-mail, roles, language; the login stays. Links mailed to an address before are useless afterwards,
     * and both addresses are told. A role taken away ends the account's session, so that it can't be used any longer.
     * @param revision what the form was filled from
     * @throws NotFound, Conflict
     * @returns the sealed profile, for a session that shows its name
     */
    amend: async (actor: Actor, id: number, form: AccountForm, revision: number) => {
      const { tenantId } = actor
      const account = { tenantId, accountId: id }
      return db.asTenant(actor, async trx => {
        const administrators = await lockAdministrators(trx)
        const row = await lockAccount(trx, id)
        if (!row) throw new NotFound()
        if (row.revision !== revision) throw new Conflict('accounts:conflict.changedMeanwhile')
        if (!form.roles.includes('administrator')) keepsAnAdministrator(actor, id, administrators)

        const sealed = await sealProfile(tenantId, id, form)
        await updateAccount(trx, id, { profile_sealed: sealed, roles: form.roles, language: form.language })
        const gained = form.roles.filter(role => !row.roles.includes(role))
        if (gained.length > 0) await rolesGiven(trx, tenantId, id, gained)
        const { email } = await openProfile(vault, tenantId, row)
        const emailChanged = email !== form.email
        if (emailChanged) {
          await indexEmail(trx, tenantId, id, form.email)
          await revokeLinks(trx, id)
          await notify(trx, tenantId, [id], 'email-changed')
          if (email !== null) await tellFormerAddress(trx, account, { email, language: row.language })
        }
        await record(trx, actor, 'account.amended', id, { roles: form.roles.join(' '), emailChanged })
        // Before the commit: a session that can't be ended keeps its roles in the database too, so that one can try again.
        // A sign-in meanwhile waits for this row and then reads the new roles.
        const lostRole = row.roles.some(role => !form.roles.includes(role))
        const ended = lostRole && (await endSession(account, 'administrator'))
        return { profileSealed: sealed.toString('base64'), ended }
      })
    },
  }
}
export type Accounts = ReturnType<typeof createAccounts>
