import type { Trx } from '../../platform/db/tenant.ts'

/** Nobody else reminds this organisation until the transaction ends: two workers would tell the same twice. */
export const lockReminders = (trx: Trx, tenantId: string) =>
  trx.raw(`select pg_advisory_xact_lock(hashtextextended('ostoja reminders ' || ?, 0))`, [tenantId])
