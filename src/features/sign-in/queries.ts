import type { Knex } from 'knex'
import type { Trx } from '../../platform/db/tenant.ts'

export type Found = {
  tenant_id: string
  account_id: number
  tenant_name: string
  tenant_status: 'active' | 'suspended'
}

/** Read as `ostoja_signin`: whose login this is, before any tenant is known. Nobody's, where the organisation is closed. */
export const findLogin = (trx: Knex.Transaction, loginKey: string): Promise<Found | undefined> =>
  trx('logins')
    .join('tenants', 'tenants.id', 'logins.tenant_id')
    .where({ 'logins.login_key': loginKey })
    .whereNot('tenants.status', 'closed')
    .first('logins.tenant_id', 'logins.account_id', 'tenants.name as tenant_name', 'tenants.status as tenant_status')

/** Read as `ostoja_signin`: the organisation that people reach at this address. */
export const findNameByDomain = async (trx: Knex.Transaction, domain: string): Promise<string | null> => {
  const found = (await trx('tenants').where({ domain, status: 'active' }).first('name')) as { name: string } | undefined
  return found?.name ?? null
}

/** Read as `ostoja_signin`: whether any organisation offers to remember, for the sign-in page, which knows no tenant yet. */
export const anyRemembers = async (trx: Knex.Transaction): Promise<boolean> =>
  (await trx('tenants').where({ remember_me: true, status: 'active' }).first('id')) !== undefined

export type AccountRow = {
  id: number
  login: string
  roles: ('staff' | 'administrator' | 'security_officer' | 'operator')[]
  language: 'pl' | 'en'
  profile_sealed: Buffer
  password_sealed: Buffer
  password_changed_at: Date | null
  must_change_password: boolean
}

const columns = [
  'id',
  'login',
  'roles',
  'language',
  'profile_sealed',
  'password_sealed',
  'password_changed_at',
  'must_change_password',
] satisfies (keyof AccountRow)[]

export const findActiveAccount = (trx: Trx, id: number): Promise<AccountRow | undefined> =>
  trx('accounts').where({ id, status: 'active' }).first(columns)

/** What is kept of a password, as it was looked at or hashed anew. */
export type KeptPassword = { password_sealed?: Buffer; pepper_id: string }

/**
 * Its password is told by when it was set, not by how it is sealed: that changes whenever keys turn.
 * @returns the account as it is now, roles and all; nothing where it was deactivated, its organisation suspended, or its
 * password changed, since the password was looked at
 */
export const noteSignIn = async (
  trx: Trx,
  { id, password_changed_at }: AccountRow,
  at: Date,
  password: KeptPassword,
): Promise<AccountRow | undefined> => {
  const rows: AccountRow[] = await trx('accounts')
    .where({ id, status: 'active' })
    .whereRaw(`date_trunc('milliseconds', password_changed_at) is not distinct from ?`, [password_changed_at])
    .whereExists(trx('tenants').where({ status: 'active' }).whereRaw('tenants.id = accounts.tenant_id'))
    .update({ last_sign_in_at: at, ...password })
    .returning(columns)
  return rows[0]
}
