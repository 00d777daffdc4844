import type { Knex } from 'knex'
import type { Trx } from '../../platform/db/tenant.ts'

export type Purpose = 'reset' | 'first'
export type LinkRow = {
  tenant_id: string
  id: string
  account_id: number
  purpose: Purpose
  token_hash: Buffer | null
  created_at: Date
  expires_at: Date | null
}
export type FoundAccount = { tenant_id: string; account_id: number }

const most = 10

/** Read as `ostoja_signin`: whose login or e-mail address this is, before any tenant is known. */
export const findAccounts = async (
  trx: Knex.Transaction,
  loginKey: string,
  emailTokens: readonly string[],
): Promise<FoundAccount[]> => {
  const inActiveTenants = (table: string) =>
    trx(table).join('tenants', 'tenants.id', `${table}.tenant_id`).where('tenants.status', 'active')
  const byLogin: FoundAccount[] = await inActiveTenants('logins')
    .where('logins.login_key', loginKey)
    .select('logins.tenant_id', 'logins.account_id')
  const byEmail: FoundAccount[] = await inActiveTenants('account_emails')
    .whereIn('account_emails.email_token', emailTokens)
    .limit(most)
    .select('account_emails.tenant_id', 'account_emails.account_id')
  return byLogin.length > 0 ? byLogin : byEmail
}

export const insertLink = async (
  trx: Trx,
  link: Pick<LinkRow, 'tenant_id' | 'account_id' | 'purpose' | 'created_at'>,
): Promise<string> => {
  const [row] = (await trx<LinkRow>('password_links').insert(link).returning('id')) as { id: string }[]
  return row!.id
}

export const lockLink = (trx: Trx, id: string): Promise<LinkRow | undefined> =>
  trx<LinkRow>('password_links').where({ id }).forUpdate().first()

export const findLinkByHash = (trx: Trx, tokenHash: Buffer): Promise<LinkRow | undefined> =>
  trx<LinkRow>('password_links').where({ token_hash: tokenHash }).first()

export const updateLink = (trx: Trx, id: string, changes: Partial<LinkRow>) =>
  trx<LinkRow>('password_links').where({ id }).update(changes)

/** What the link would have led to, where nothing newer was made for it since: as if it had never been made. */
export const forgetUnsent = (trx: Trx, id: string, tokenHash: Buffer) =>
  trx<LinkRow>('password_links').where({ id, token_hash: tokenHash }).update({ token_hash: null, expires_at: null })

/** Those that no longer work, and those asked for before `unsent` that were never mailed. */
export const deleteDeadLinks = (trx: Trx, now: Date, unsent: Date) =>
  trx<LinkRow>('password_links')
    .where('expires_at', '<', now)
    .orWhere(link => link.whereNull('expires_at').where('created_at', '<', unsent))
    .delete()

/** All of an account's links, so that none that was mailed works any longer. */
export const deleteLinks = (trx: Trx, accountId: number) =>
  trx<LinkRow>('password_links').where({ account_id: accountId }).delete()
