import { lockName } from '../../platform/db/named-lock.ts'
import type { Trx } from '../../platform/db/tenant.ts'

/** Nobody else reminds this organisation until the transaction ends: two workers would tell the same twice. */
export const lockReminders = (trx: Trx, tenantId: string) => lockName(trx, `ostoja reminders ${tenantId}`)
