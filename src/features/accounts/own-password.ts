import type { Actor } from '../../platform/actor.ts'
import { record } from '../../platform/audit/record.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import { NotFound } from '../../platform/errors.ts'
import type { PasswordHash } from '../../platform/vault/passwords.ts'
import type { AccountNeeds } from './accounts.ts'
import { passwordProblems } from './password-policy.ts'
import { passwordPlace, profilePlace, sealPassword, type AccountProfile } from './profile.ts'
import { findAccount, findTenant, lockAccount, updateAccount, type AccountRow } from './queries.ts'

export type Chosen = { ok: true; login: string } | { ok: false; problems: string[] }

/** What people do with their own password. */
export const createOwnPassword = ({
  db,
  vault,
  passwords,
  clock,
  notify,
  revokeLinks,
}: Omit<AccountNeeds, 'endSession' | 'sendFirstLink'>) => {
  const problemsOf = async (trx: Trx, tenantId: string, row: AccountRow, chosen: string) => {
    const { givenName, familyName } = await vault.open<AccountProfile>(
      row.profile_sealed,
      profilePlace(tenantId, row.id),
    )
    const tenant = await findTenant(trx, tenantId)
    return passwordProblems(chosen, {
      givenName,
      familyName,
      login: row.login,
      tenantName: tenant?.name ?? '',
      minimum: tenant?.password_minimum ?? 8,
    })
  }
  const openHash = (tenantId: string, row: AccountRow) =>
    vault.open<PasswordHash>(row.password_sealed, passwordPlace(tenantId, row.id))

  return {
    /** The shortest password the organisation lets people choose, in characters. */
    minimumLength: (tenantId: string): Promise<number> =>
      db.asTenant({ tenantId }, async trx => (await findTenant(trx, tenantId))?.password_minimum ?? 8),

    /** Whether this is the account's password now. */
    isRight: async ({ tenantId, accountId }: Actor, password: string): Promise<boolean> => {
      const row = await db.asTenant({ tenantId }, trx => findAccount(trx, accountId ?? 0))
      return passwords.verify(row ? await openHash(tenantId, row) : null, password)
    },

    /**
     * Sets the password that the owner chose, in the transaction that proves the right to it, and tells the owner.
     * @throws NotFound for an account that may not sign in
     */
    choose: async (trx: Trx, actor: Actor, password: string): Promise<Chosen> => {
      const { tenantId, accountId } = actor
      const row = await lockAccount(trx, accountId ?? 0)
      if (row?.status !== 'active') throw new NotFound()
      const problems = await problemsOf(trx, tenantId, row, password)
      if (problems.length === 0 && (await passwords.verify(await openHash(tenantId, row), password)))
        problems.push('accounts:passwordProblem.same')
      if (problems.length > 0) return { ok: false, problems }

      await updateAccount(trx, row.id, {
        ...(await sealPassword({ vault, passwords }, tenantId, row.id, password)),
        must_change_password: false,
        password_changed_at: clock(),
      })
      await revokeLinks(trx, row.id)
      await record(trx, actor, 'account.password-changed', row.id)
      await notify(trx, tenantId, [row.id], 'password-changed')
      return { ok: true, login: row.login }
    },
  }
}
export type OwnPassword = ReturnType<typeof createOwnPassword>
