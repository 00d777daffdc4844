import type { Unscoped } from '../../platform/db/unscoped.ts'
import { findLogin } from './queries.ts'

/** Login names, of every tenant: the one thing that is asked before a tenant is known. */
export const createLogins = (unscoped: Unscoped) => ({
  /** Whose login it is, in whatever case it is written; null where it is nobody's, or its organisation's doors are shut. */
  ownerOf: async (login: string): Promise<{ tenantId: string; accountId: number } | null> => {
    const found = await unscoped.read(trx => findLogin(trx, login.toLowerCase()))
    return found?.tenant_status === 'active' ? { tenantId: found.tenant_id, accountId: found.account_id } : null
  },
})
