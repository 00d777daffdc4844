import type { Trx } from '../../platform/db/tenant.ts'

export const nextAccountId = async (trx: Trx): Promise<number> => {
  const { rows } = (await trx.raw(`select nextval('account_id')::int as id`)) as { rows: { id: number }[] }
  return rows[0]!.id
}

export type NewAccount = {
  tenant_id: string
  id: number
  login: string
  roles: readonly string[]
  language: string
  profile_sealed: Buffer
  password_sealed: Buffer
}

export const insertAccount = async (trx: Trx, account: NewAccount) => {
  await trx('accounts').insert(account)
  await trx('logins').insert({
    tenant_id: account.tenant_id,
    login_key: account.login.toLowerCase(),
    account_id: account.id,
  })
}

export const selectProfiles = (trx: Trx, ids: readonly number[]): Promise<{ id: number; profile_sealed: Buffer }[]> =>
  trx('accounts').whereIn('id', ids).select('id', 'profile_sealed')
