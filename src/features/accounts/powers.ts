import type { Actor } from '../../platform/actor.ts'
import { record } from '../../platform/audit/record.ts'
import { Conflict, NotFound } from '../../platform/errors.ts'
import type { AccountNeeds } from './accounts.ts'
import { generatePasswordFor } from './generated-password.ts'
import { keepsAnAdministrator } from './policy.ts'
import { profilePlace, sealPassword, type AccountProfile } from './profile.ts'
import { findAccount, findTenant, lockAccount, lockAdministrators, updateAccount } from './queries.ts'

/** What an administrator can do to somebody's access. Who may is the routes' guard; what must never happen stands here. */
export const createAccountPowers = ({
  db,
  vault,
  passwords,
  clock,
  endSession,
  notify,
  revokeLinks,
}: AccountNeeds) => ({
  /**
   * Gives an account a new generated password, to be changed at the next sign-in, ends its session and tells its owner.
   * @param formId the form that asks: sent twice, it is done once
   * @throws NotFound, Conflict for a deactivated account or one's own
   * @returns null where this form has done it already
   */
  resetPassword: async (
    actor: Actor,
    id: number,
    formId: string,
  ): Promise<{ login: string; password: string } | null> => {
    const { tenantId } = actor
    if (id === actor.accountId) throw new Conflict('accounts:conflict.ownPassword')
    const reset = await db.asTenant(actor, async trx => {
      const row = await lockAccount(trx, id)
      if (!row) throw new NotFound()
      if (row.reset_form_id === formId) return null
      if (row.status !== 'active') throw new Conflict('accounts:conflict.deactivated')

      const profile = await vault.open<AccountProfile>(row.profile_sealed, profilePlace(tenantId, id))
      const tenantName = (await findTenant(trx, tenantId))?.name ?? ''
      const password = generatePasswordFor({ ...profile, login: row.login, tenantName })
      await updateAccount(trx, id, {
        ...(await sealPassword({ vault, passwords }, tenantId, id, password)),
        must_change_password: true,
        password_changed_at: clock(),
        reset_form_id: formId,
      })
      await revokeLinks(trx, id)
      await record(trx, actor, 'account.password-reset', id)
      await notify(trx, tenantId, [id], 'password-reset-by-administrator')
      return { login: row.login, password }
    })
    if (reset) await endSession({ tenantId, accountId: id }, 'password')
    return reset
  },

  /** Shuts an account out at once; it stays, and so does what it did. @throws NotFound, Conflict */
  deactivate: async (actor: Actor, id: number) => {
    await db.asTenant(actor, async trx => {
      const administrators = await lockAdministrators(trx)
      const row = await lockAccount(trx, id)
      if (!row) throw new NotFound()
      if (id === actor.accountId) throw new Conflict('accounts:conflict.yourself')
      keepsAnAdministrator(actor, id, administrators)
      if (row.status === 'deactivated') return
      await updateAccount(trx, id, { status: 'deactivated', deactivated_at: clock() })
      await revokeLinks(trx, id)
      await record(trx, actor, 'account.deactivated', id)
    })
    await endSession({ tenantId: actor.tenantId, accountId: id }, 'deactivated')
  },

  /** @throws NotFound */
  activate: (actor: Actor, id: number) =>
    db.asTenant(actor, async trx => {
      const row = await lockAccount(trx, id)
      if (!row) throw new NotFound()
      if (row.status === 'active') return
      await updateAccount(trx, id, { status: 'active', deactivated_at: null })
      await record(trx, actor, 'account.activated', id)
    }),

  /** Signs somebody out. @throws NotFound @returns whether anybody was signed in */
  endSession: async (actor: Actor, id: number): Promise<boolean> => {
    await db.asTenant(actor, async trx => {
      if (!(await findAccount(trx, id))) throw new NotFound()
      await record(trx, actor, 'account.session-ended', id)
    })
    return endSession({ tenantId: actor.tenantId, accountId: id }, 'administrator')
  },
})
export type AccountPowers = ReturnType<typeof createAccountPowers>
