import type { Role } from '../../platform/actor.ts'
import { ask, type Trx } from '../../platform/db/tenant.ts'
import type { Language } from '../../platform/i18n/translations.ts'
import type { EmailIndex } from './profile.ts'

export type AccountRow = {
  tenant_id: string
  id: number
  login: string
  roles: Role[]
  language: Language
  status: 'active' | 'deactivated'
  profile_sealed: Buffer
  password_sealed: Buffer
  pepper_id: string | null
  must_change_password: boolean
  password_changed_at: Date | null
  revision: number
  form_id: string | null
  reset_form_id: string | null
  created_by: number | null
  created_at: Date
  last_sign_in_at: Date | null
  deactivated_at: Date | null
}

export const nextAccountId = async (trx: Trx): Promise<number> => {
  const { rows } = (await trx.raw(`select nextval('account_id')::int as id`)) as { rows: { id: number }[] }
  return rows[0]!.id
}

type Defaulted = 'status' | 'password_changed_at' | 'revision' | 'reset_form_id' | 'last_sign_in_at' | 'deactivated_at'
export type NewAccount = Omit<AccountRow, Defaulted>

/** @returns false where the form that asks for this account has made one already */
export const insertAccount = async (trx: Trx, account: NewAccount): Promise<boolean> => {
  const inserted: unknown[] = await trx('accounts')
    .insert(account)
    .onConflict(trx.raw('(tenant_id, form_id) where form_id is not null'))
    .ignore()
    .returning('id')
  if (inserted.length === 0) return false
  await trx('logins').insert({
    tenant_id: account.tenant_id,
    login_key: account.login.toLowerCase(),
    account_id: account.id,
  })
  return true
}

export const findAccount = (trx: Trx, id: number): Promise<AccountRow | undefined> =>
  trx<AccountRow>('accounts').where({ id }).first()

export const findByForm = (trx: Trx, formId: string): Promise<AccountRow | undefined> =>
  trx<AccountRow>('accounts').where({ form_id: formId }).first()

export const lockAccount = (trx: Trx, id: number): Promise<AccountRow | undefined> =>
  trx<AccountRow>('accounts').where({ id }).forUpdate().first()

/** The ids of those who can administer; nobody else changes that set until the transaction ends. */
export const lockAdministrators = (trx: Trx): Promise<number[]> => lockActiveWith(trx, 'administrator')

/** The ids of the active accounts that have a role; nobody else changes that set until the transaction ends. */
export const lockActiveWith = async (trx: Trx, role: Role): Promise<number[]> => {
  const rows: { id: number }[] = await trx<AccountRow>('accounts')
    .where({ status: 'active' })
    .whereRaw('? = any (roles)', [role])
    .orderBy('id')
    .forUpdate()
    .select('id')
  return rows.map(row => row.id)
}

export const updateAccount = (trx: Trx, id: number, changes: Partial<AccountRow>) =>
  trx<AccountRow>('accounts')
    .where({ id })
    .update({ ...changes, revision: trx.raw('revision + 1') })

export const selectAccounts = (trx: Trx, status: AccountRow['status']): Promise<AccountRow[]> =>
  trx<AccountRow>('accounts').where({ status }).orderBy('id').select('*')

/** Everybody, or those with these ids, with what they may do. */
export const selectPeople = (
  trx: Trx,
  ids?: readonly number[],
): Promise<Pick<AccountRow, 'id' | 'roles' | 'status' | 'profile_sealed'>[]> => {
  const all = trx<AccountRow>('accounts').select('id', 'roles', 'status', 'profile_sealed')
  return ids ? all.whereIn('id', ids) : all
}

/** Who is active and has a role. */
export const selectActiveWithRole = (trx: Trx, role: Role): Promise<number[]> =>
  trx<AccountRow>('accounts').where({ status: 'active' }).whereRaw('? = any (roles)', [role]).orderBy('id').pluck('id')

/** How many are active and have not been signed in to since; one that never was counts from when it was made. */
export const countSleeping = async (trx: Trx, since: Date): Promise<number> => {
  const row = await trx<AccountRow>('accounts')
    .where({ status: 'active' })
    .whereRaw('coalesce(last_sign_in_at, created_at) < ?', [since])
    .count('id as count')
    .first<{ count: string }>()
  return Number(row.count)
}

export const countByStatus = async (trx: Trx): Promise<Record<AccountRow['status'], number>> => {
  const rows: { status: AccountRow['status']; count: string }[] = await trx('accounts')
    .groupBy('status')
    .select('status')
    .count()
  const count = (status: string) => Number(rows.find(row => row.status === status)?.count ?? 0)
  return { active: count('active'), deactivated: count('deactivated') }
}

export const selectProfiles = (trx: Trx, ids: readonly number[]): Promise<{ id: number; profile_sealed: Buffer }[]> =>
  ask(trx, 'select id, profile_sealed from accounts where id = any(?::int[])', [ids])

export const selectAllProfiles = (trx: Trx): Promise<{ id: number; profile_sealed: Buffer }[]> =>
  trx<AccountRow>('accounts').select('id', 'profile_sealed')

type TenantRow = { name: string; password_minimum: number; passphrases: boolean }
export const findTenant = (trx: Trx, id: string): Promise<TenantRow | undefined> =>
  trx('tenants').where({ id }).first('name', 'password_minimum', 'passphrases')

/** By which e-mail address an account is found before its tenant is known; null takes it away. */
export const putEmailIndex = async (trx: Trx, tenantId: string, accountId: number, index: EmailIndex | null) => {
  await trx('account_emails').where({ account_id: accountId }).delete()
  if (index !== null) await trx('account_emails').insert({ tenant_id: tenantId, account_id: accountId, ...index })
}

/** Accounts, by id, whose e-mail address was indexed with another key. */
export const selectNotIndexedBy = (
  trx: Trx,
  keyId: number,
  after: number,
  most: number,
): Promise<{ id: number; profile_sealed: Buffer }[]> =>
  trx('account_emails')
    .join('accounts', 'accounts.id', 'account_emails.account_id')
    .whereRaw('account_emails.index_key is distinct from ?', [keyId])
    .where('accounts.id', '>', after)
    .orderBy('accounts.id')
    .limit(most)
    .select('accounts.id', 'accounts.profile_sealed')

/** Writes a new e-mail token where the account still has the same profile. @returns whether it has */
export const replaceEmailIndex = async (
  trx: Trx,
  { id, profile_sealed }: { id: number; profile_sealed: Buffer },
  { email_token, index_key }: EmailIndex,
): Promise<boolean> => {
  const account = await trx<AccountRow>('accounts').where({ id, profile_sealed }).forUpdate().skipLocked().first('id')
  if (!account) return false
  return (await trx('account_emails').where({ account_id: id }).update({ email_token, index_key })) > 0
}

/** Accounts, by id, of whose password nobody has noted the pepper. */
export const selectWithoutPepper = (trx: Trx, after: number, most: number): Promise<AccountRow[]> =>
  trx<AccountRow>('accounts').whereNull('pepper_id').where('id', '>', after).orderBy('id').limit(most).select('*')

export const notePepper = (trx: Trx, { id, password_sealed }: AccountRow, pepper_id: string) =>
  trx<AccountRow>('accounts').where({ id, password_sealed }).update({ pepper_id })
