import type { Actor } from '../../platform/actor.ts'
import { record } from '../../platform/audit/record.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import { Conflict, NotFound } from '../../platform/errors.ts'
import type { PasswordHash } from '../../platform/vault/passwords.ts'
import type { AccountNeeds } from './needs.ts'
import { asSame, judgePassword, passwordRules, type PasswordDemands, type PasswordRule } from './password-policy.ts'
import { openProfile, passwordPlace, sealPassword } from './profile.ts'
import { findAccount, findTenant, lockAccount, updateAccount, type AccountRow } from './queries.ts'

/** A password that may be set: checked, hashed and sealed, with what the account's password was when it was looked at. */
export type NewPassword = {
  kept: { password_sealed: Buffer; pepper_id: string }
  changedAtBefore: Date | null
}
/** `wrong`: the password up to now is not right, so the chosen one was not judged. `rules` has the state of each rule. */
export type Prepared =
  { ok: true; password: NewPassword } | { ok: false; wrong: boolean; problems: string[]; rules: PasswordRule[] }

/** What people do with their own password. */
export const createOwnPassword = ({
  db,
  vault,
  passwords,
  clock,
  notify,
  revokeLinks,
}: Pick<AccountNeeds, 'db' | 'vault' | 'passwords' | 'clock' | 'notify' | 'revokeLinks'>) => {
  const look = ({ tenantId, accountId }: Actor) =>
    db.asTenant({ tenantId }, async trx => {
      const row = await findAccount(trx, accountId ?? 0)
      if (row?.status !== 'active') throw new NotFound()
      return { row, tenant: await findTenant(trx, tenantId) }
    })
  const judge = async (tenantId: string, { row, tenant }: Awaited<ReturnType<typeof look>>, chosen: string) => {
    const { givenName, familyName } = await openProfile(vault, tenantId, row)
    return judgePassword(chosen, {
      givenName,
      familyName,
      login: row.login,
      tenantName: tenant?.name ?? '',
      ...demandsOf(tenant),
    })
  }
  const openHash = (tenantId: string, row: AccountRow) =>
    vault.open<PasswordHash>(row.password_sealed, passwordPlace(tenantId, row.id))

  return {
    /** Whether this is the owner's password, asked for once more before something grave. @throws NotFound, TooBusy */
    isRight: async (actor: Actor, typed: string): Promise<boolean> => {
      const { row } = await look(actor)
      return (await passwords.match(await openHash(actor.tenantId, row), typed)) !== null
    },

    /** What the organisation asks of a password that somebody is about to choose, rule by rule. */
    rules: (tenantId: string): Promise<PasswordRule[]> =>
      db.asTenant({ tenantId }, async trx => passwordRules(demandsOf(await findTenant(trx, tenantId)))),

    /**
     * Checks and hashes the password that the owner chose. It takes its time, so no transaction may be open.
     * @param current the password up to now, where it proves who is asking; `wrong` says that it is not right
     * @throws NotFound for an account that may not sign in, TooBusy
     */
    prepare: async (actor: Actor, chosen: string, current?: string): Promise<Prepared> => {
      const { tenantId } = actor
      const looked = await look(actor)
      const { row } = looked
      const hash = await openHash(tenantId, row)
      if (current !== undefined && (await passwords.match(hash, current)) === null)
        return { ok: false, wrong: true, problems: [], rules: passwordRules(demandsOf(looked.tenant)) }

      const judged = await judge(tenantId, looked, chosen)
      if (judged.problems.length > 0) return { ok: false, wrong: false, ...judged }
      if (await passwords.verify(hash, chosen)) return { ok: false, wrong: false, ...asSame(judged) }

      const kept = await sealPassword({ vault, passwords }, tenantId, row.id, chosen)
      return { ok: true, password: { kept, changedAtBefore: row.password_changed_at } }
    },

    /**
     * Sets a prepared password, in the transaction that proves the right to it, and tells the owner.
     * @throws NotFound for an account that may not sign in, Conflict where its password was changed since
     * @returns the account's login
     */
    choose: async (trx: Trx, actor: Actor, { kept, changedAtBefore }: NewPassword): Promise<string> => {
      const { tenantId, accountId } = actor
      const row = await lockAccount(trx, accountId ?? 0)
      if (row?.status !== 'active') throw new NotFound()
      if (row.password_changed_at?.getTime() !== changedAtBefore?.getTime())
        throw new Conflict('accounts:conflict.changedMeanwhile')

      await updateAccount(trx, row.id, { ...kept, must_change_password: false, password_changed_at: clock() })
      await revokeLinks(trx, row.id)
      await record(trx, actor, 'account.password-changed', row.id)
      await notify(trx, tenantId, [row.id], 'password-changed')
      return row.login
    },
  }
}

const demandsOf = (tenant: { password_minimum: number; passphrases: boolean } | undefined): PasswordDemands => ({
  minimum: tenant?.password_minimum ?? 8,
  passphrases: tenant?.passphrases ?? false,
})
