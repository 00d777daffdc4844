import type { Knex } from 'knex'
import type { Trx } from '../../platform/db/tenant.ts'

export type Found = { tenant_id: string; account_id: number; tenant_name: string; auto_logout_minutes: number }

/** Read as `ostoja_signin`: whose login this is, before any tenant is known. */
export const findLogin = (trx: Knex.Transaction, loginKey: string): Promise<Found | undefined> =>
  trx('logins')
    .join('tenants', 'tenants.id', 'logins.tenant_id')
    .where({ 'logins.login_key': loginKey, 'tenants.status': 'active' })
    .first('logins.tenant_id', 'logins.account_id', 'tenants.name as tenant_name', 'tenants.auto_logout_minutes')

export type AccountRow = {
  id: number
  login: string
  roles: ('staff' | 'administrator' | 'security_officer' | 'operator')[]
  language: 'pl' | 'en'
  profile_sealed: Buffer
  password_sealed: Buffer
}

export const findActiveAccount = (trx: Trx, id: number): Promise<AccountRow | undefined> =>
  trx('accounts')
    .where({ id, status: 'active' })
    .first('id', 'login', 'roles', 'language', 'profile_sealed', 'password_sealed')

export const noteSignIn = (trx: Trx, id: number, at: Date) =>
  trx('accounts').where({ id }).update({ last_sign_in_at: at })
