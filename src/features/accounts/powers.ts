import { randomUUID } from 'node:crypto'
import { installationId, systemActor, type Actor } from '../../platform/actor.ts'
import { record } from '../../platform/audit/record.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import { Conflict, NotFound } from '../../platform/errors.ts'
import { generatePasswordFor } from './generated-password.ts'
import type { AccountNeeds } from './needs.ts'
import { keepsAnAdministrator } from './policy.ts'
import { openProfile, sealPassword } from './profile.ts'
import {
  findAccount,
  findTenant,
  lockAccount,
  lockActiveWith,
  lockAdministrators,
  updateAccount,
  type AccountRow,
} from './queries.ts'

type HandedOver = { login: string; password: string }

/**
 * What others than its owner can do to somebody's access. Who may is the routes' guard; what must never happen stands here.
 * Sessions are ended before the commit: where that fails nothing has happened, and one can try again.
 */
export const createAccountPowers = ({
  db,
  ownerOf,
  vault,
  passwords,
  clock,
  endSession,
  notify,
  revokeLinks,
}: AccountNeeds) => {
  /** Null where the form has done it already. */
  const resettable = (row: AccountRow | undefined, formId: string): AccountRow | null => {
    if (!row) throw new NotFound()
    if (row.reset_form_id === formId) return null
    if (row.status !== 'active') throw new Conflict('accounts:conflict.deactivated')
    return row
  }

  const reset = async (
    actor: Actor,
    id: number,
    formId: string,
    by: 'administrator' | 'operator',
  ): Promise<HandedOver | null> => {
    const { tenantId } = actor
    const looked = await db.asTenant(actor, async trx => {
      const row = resettable(await findAccount(trx, id), formId)
      return row && { row, tenantName: (await findTenant(trx, tenantId))?.name ?? '' }
    })
    if (!looked) return null
    const { login } = looked.row
    const profile = await openProfile(vault, tenantId, looked.row)
    const password = generatePasswordFor({ ...profile, login, tenantName: looked.tenantName })
    const kept = await sealPassword({ vault, passwords }, tenantId, id, password)

    return db.asTenant(actor, async trx => {
      if (!resettable(await lockAccount(trx, id), formId)) return null
      await updateAccount(trx, id, {
        ...kept,
        must_change_password: true,
        password_changed_at: clock(),
        reset_form_id: formId,
      })
      await revokeLinks(trx, id)
      await record(trx, actor, 'account.password-reset', id, { by })
      await notify(trx, tenantId, [id], `password-reset-by-${by}`)
      await endSession({ tenantId, accountId: id }, 'password')
      return { login, password }
    })
  }

  const shutOut = async (trx: Trx, actor: Actor, row: AccountRow) => {
    if (row.status === 'active') {
      await updateAccount(trx, row.id, { status: 'deactivated', deactivated_at: clock() })
      await revokeLinks(trx, row.id)
      await record(trx, actor, 'account.deactivated', row.id)
    }
    await endSession({ tenantId: actor.tenantId, accountId: row.id }, 'deactivated')
  }

  return {
    /**
     * Gives an account a new generated password, to be changed at the next sign-in, ends its session and tells its owner.
     * @param formId the form that asks: sent twice, it is done once
     * @throws NotFound, Conflict for a deactivated account or one's own, TooBusy
     * @returns null where this form has done it already
     */
    resetPassword: async (actor: Actor, id: number, formId: string): Promise<HandedOver | null> => {
      if (id === actor.accountId) throw new Conflict('accounts:conflict.ownPassword')
      return reset(actor, id, formId, 'administrator')
    },

    /**
     * The same by the operator, for whoever has nobody left who could do it.
     * @throws NotFound where nobody has this login, Conflict for a deactivated account
     */
    resetByOperator: async (login: string): Promise<HandedOver> => {
      const owner = await ownerOf(login)
      const handed = owner && (await reset(systemActor(owner.tenantId), owner.accountId, randomUUID(), 'operator'))
      if (!handed) throw new NotFound()
      return handed
    },

    /** Shuts an account out at once; it stays, and so does what it did. @throws NotFound, Conflict */
    deactivate: (actor: Actor, id: number) =>
      db.asTenant(actor, async trx => {
        const administrators = await lockAdministrators(trx)
        const row = await lockAccount(trx, id)
        if (!row) throw new NotFound()
        if (id === actor.accountId) throw new Conflict('accounts:conflict.yourself')
        keepsAnAdministrator(actor, id, administrators)
        await shutOut(trx, actor, row)
      }),

    /**
     * Shuts an operator out at once; the account stays, and so does what it did.
     * @throws NotFound where no operator has this login, Conflict for the last one
     */
    deactivateOperator: async (login: string): Promise<void> => {
      const owner = await ownerOf(login)
      if (owner?.tenantId !== installationId) throw new NotFound()
      const actor = systemActor(installationId)
      await db.asTenant(actor, async trx => {
        const operators = await lockActiveWith(trx, 'operator')
        const row = await lockAccount(trx, owner.accountId)
        if (!row) throw new NotFound()
        if (operators.length === 1 && operators[0] === row.id) throw new Conflict('accounts:conflict.lastOperator')
        await shutOut(trx, actor, row)
      })
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
  }
}
export type AccountPowers = ReturnType<typeof createAccountPowers>
