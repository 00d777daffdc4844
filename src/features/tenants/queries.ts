import type { Knex } from 'knex'
import type { Trx } from '../../platform/db/tenant.ts'
import type { Language } from '../../platform/i18n/translations.ts'
import type { CountryCode } from '../../platform/text/phone.ts'

/** How much an organisation may have; null: as much as it likes. Bytes are those of sealed documents and files. */
export type Limits = { most_accounts: number | null; most_clients: number | null; most_bytes: string | null }
export type TenantRow = Limits & {
  id: string
  name: string
  language: Language
  country: CountryCode
  status: 'active' | 'suspended' | 'closed'
  domain: string | null
  created_at: Date
  suspended_at: Date | null
  closes_at: Date | null
  form_id: string | null
}
/** `accounts`: those that may sign in. Null where nothing was ever counted. */
export type UsedRow = {
  accounts: number | null
  clients: number | null
  bytes: string | null
  measured_at: Date | null
}
export type ListedRow = TenantRow & UsedRow

const columns = [
  'id',
  'name',
  'language',
  'country',
  'status',
  'domain',
  'most_accounts',
  'most_clients',
  'most_bytes',
  'created_at',
  'suspended_at',
  'closes_at',
  'form_id',
] satisfies (keyof TenantRow)[]

/** @returns false where the form that asks for this organisation has made one already */
export const insertTenant = async (
  trx: Trx,
  tenant: { id: string; name: string; language: string } & Partial<TenantRow>,
): Promise<boolean> =>
  (await trx<TenantRow>('tenants').insert(tenant).onConflict('form_id').ignore().returning('id')).length > 0

export const insertUsage = (trx: Trx, tenantId: string) =>
  trx('tenant_usage').insert({ tenant_id: tenantId, accounts: 0, clients: 0, bytes: 0 })

/** Read as `ostoja_signin`: those with data to look after. The realm of the operators is one of them. */
export const selectOpenTenants = async (trx: Trx): Promise<string[]> => {
  const rows: { id: string }[] = await trx('tenants').whereNot('status', 'closed').orderBy('id').select('id')
  return rows.map(row => row.id)
}

export const findTenant = (trx: Trx, id: string): Promise<TenantRow | undefined> =>
  trx<TenantRow>('tenants').where({ id }).first(columns)

/** In the operators' realm. */
export const selectNames = (trx: Trx, ids: readonly string[]): Promise<Pick<TenantRow, 'id' | 'name'>[]> =>
  trx<TenantRow>('tenants').whereIn('id', ids).select('id', 'name')

/**
 * Not `for update`: two transactions that have each made an account, and so hold a key share lock on the organisation's row,
 * would wait for each other.
 */
export const lockTenant = (trx: Trx, id: string): Promise<TenantRow | undefined> =>
  trx<TenantRow>('tenants').where({ id }).forNoKeyUpdate().first(columns)

/** In the operators' realm: the organisations and what was counted of them; never anything they hold. */
const listed = (trx: Trx, realm: string) =>
  trx('tenants')
    .leftJoin('tenant_usage', 'tenant_usage.tenant_id', 'tenants.id')
    .whereNot('tenants.id', realm)
    .select(...columns.map(column => `tenants.${column}`))
    .select('tenant_usage.accounts', 'tenant_usage.clients', 'tenant_usage.bytes', 'tenant_usage.measured_at')

export const selectTenants = (trx: Trx, realm: string): Promise<ListedRow[]> => listed(trx, realm)

export const selectTenant = (trx: Trx, realm: string, id: string): Promise<ListedRow | undefined> =>
  listed(trx, realm).where('tenants.id', id).first()

export const findByForm = (trx: Trx, formId: string): Promise<TenantRow | undefined> =>
  trx<TenantRow>('tenants').where({ form_id: formId }).first(columns)

export const updateTenant = (trx: Trx, id: string, changes: Partial<TenantRow>) =>
  trx<TenantRow>('tenants').where({ id }).update(changes)

/** In the operators' realm: those whose waiting time is over. */
export const selectDue = (trx: Trx, now: Date): Promise<string[]> =>
  trx('tenants').whereNot('status', 'closed').where('closes_at', '<=', now).orderBy('closes_at').pluck('id')

/** In the operators' realm: those whose bytes were not counted since `since`. */
export const selectUnmeasured = (trx: Trx, since: Date): Promise<string[]> =>
  trx('tenants')
    .leftJoin('tenant_usage', 'tenant_usage.tenant_id', 'tenants.id')
    .whereNot('tenants.status', 'closed')
    .where(old => old.whereNull('measured_at').orWhere('measured_at', '<', since))
    .orderBy('tenants.id')
    .pluck('tenants.id')

export const selectAccountIds = (trx: Trx): Promise<number[]> => trx('accounts').pluck('id')

/** Those who administer or once did: whoever is the first is made by an operator, and nobody after. */
export const countAdministrators = async (trx: Trx): Promise<number> => {
  const row = (await trx('accounts').whereRaw(`'administrator' = any (roles)`).count({ count: '*' }).first()) as
    { count: string } | undefined
  return Number(row?.count ?? 0)
}

/** The length of what is sealed, which says nothing of what it says. @param columns `table.column` */
export const countBytes = async (trx: Trx, sealed: readonly string[]): Promise<number> => {
  let bytes = 0
  for (const place of sealed) {
    const [table = '', column = ''] = place.split('.')
    const { rows } = await trx.raw<{ rows: { bytes: string }[] }>(
      'select coalesce(sum(octet_length(??)), 0) as bytes from ??',
      [column, table],
    )
    bytes += Number(rows[0]?.bytes ?? 0)
  }
  return bytes
}

/** The counts as they are, of an organisation that nobody has counted yet, and the bytes as just measured. */
export const keepUsage = (trx: Knex.Transaction, tenantId: string, bytes: number, at: Date) =>
  trx.raw(
    `insert into tenant_usage as present (tenant_id, accounts, clients, bytes, measured_at)
       values (:tenantId, (select count(*) from accounts where status = 'active'), (select count(*) from clients), :bytes, :at)
       on conflict (tenant_id) do update set bytes = :bytes, measured_at = :at`,
    { tenantId, bytes, at },
  )
