import type { Trx } from '../../platform/db/tenant.ts'

export type TenantRow = { id: string; name: string; language: 'pl' | 'en'; status: string; auto_logout_minutes: number }

export const insertTenant = (trx: Trx, tenant: { id: string; name: string; language: string }) =>
  trx('tenants').insert(tenant)

export const findTenant = (trx: Trx, id: string): Promise<TenantRow | undefined> =>
  trx<TenantRow>('tenants').where({ id }).first()
