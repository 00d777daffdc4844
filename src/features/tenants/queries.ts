import type { Trx } from '../../platform/db/tenant.ts'

export type TenantRow = { id: string; name: string; language: 'pl' | 'en'; status: string; auto_logout_minutes: number }

export const insertTenant = (trx: Trx, tenant: { id: string; name: string; language: string }) =>
  trx('tenants').insert(tenant)

/** Read as `ostoja_signin`: those with data to look after. The realm of the operators is one of them. */
export const selectOpenTenants = async (trx: Trx): Promise<string[]> => {
  const rows: { id: string }[] = await trx('tenants').whereNot('status', 'closed').orderBy('id').select('id')
  return rows.map(row => row.id)
}

export const findTenant = (trx: Trx, id: string): Promise<TenantRow | undefined> =>
  trx<TenantRow>('tenants').where({ id }).first()
