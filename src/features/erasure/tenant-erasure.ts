import { randomUUID } from 'node:crypto'
import { installationId, systemActor } from '../../platform/actor.ts'
import { record } from '../../platform/audit/record.ts'
import { OperatorFault } from '../../platform/errors.ts'
import type { Ledger } from './ledger.ts'
import type { Needs } from './needs.ts'
import type { createPassingThings } from './passing-things.ts'
import { closeTenant, deleteEverything, insertErasure, lockTenant, type Tenant } from './queries.ts'

/** What an organisation is called that has no name any more. */
const nameless = '—'

type Destroyed = 'tenant.destroyed' | 'tenant.destroyed-again'

/** Destroying an organisation: its keys, its rows, its files, its sessions. */
export const createTenantErasure = (
  { db, clock, exports }: Needs,
  ledger: Ledger,
  passing: ReturnType<typeof createPassingThings>,
) => {
  /** Everything in one transaction: either all is gone and the tombstone stands, or nothing has happened. */
  const empty = (
    tenantId: string,
    erasedAt: Date,
    action: Destroyed,
    wanted: (tenant: Tenant) => boolean = () => true,
  ) => {
    const actor = systemActor(tenantId)
    return db.asTenant(actor, async trx => {
      const tenant = await lockTenant(trx, tenantId)
      if (!tenant || !wanted(tenant)) return null
      await closeTenant(trx, tenantId, nameless)
      await insertErasure(trx, {
        tenant_id: tenantId,
        id: randomUUID(),
        subject_kind: 'tenant',
        subject_id: tenantId,
        erased_at: erasedAt,
        erased_by: null,
        reason_sealed: null,
      })
      await exports.withdraw(trx, actor)
      const rows = await deleteEverything(trx, tenantId)
      if (tenant.status !== 'closed' || rows > 0) await record(trx, actor, action, tenantId, { rows })
      // Last of all: once this is written the erasure is repeated wherever it is missing.
      await ledger.append([{ tenantId, kind: 'tenant', subjectId: tenantId, erasedAt, by: null }])
      return { rows, wasThere: tenant.status !== 'closed' || rows > 0 }
    })
  }

  const afterwards = async (tenantId: string) => {
    await exports.removeAll(tenantId)
    await passing.forgetTenant(tenantId)
  }

  const inRealm = (action: 'tenant.destruction-begun' | Destroyed, tenantId: string, detail = {}) => {
    const operator = systemActor(installationId)
    return db.asTenant(operator, trx => record(trx, operator, action, tenantId, detail))
  }

  const destroy = async (tenantId: string, wanted?: (tenant: Tenant) => boolean): Promise<number> => {
    await inRealm('tenant.destruction-begun', tenantId)
    const emptied = await empty(tenantId, clock(), 'tenant.destroyed', wanted)
    if (!emptied && wanted) return 0
    await afterwards(tenantId)
    await inRealm('tenant.destroyed', tenantId, { rows: emptied?.rows ?? 0 })
    return emptied?.rows ?? 0
  }

  return {
    /** The organisation an operator speaks of. @throws OperatorFault where there is none, or it is the operators' own realm */
    findTenant: async (tenantId: string): Promise<Tenant> => {
      if (tenantId === installationId)
        throw new OperatorFault(
          'This is the realm of the operators, which cannot be destroyed; give an organisation’s id.',
        )
      const tenant = await db.asTenant({ tenantId }, trx => lockTenant(trx, tenantId))
      if (!tenant) throw new OperatorFault(`There is no organisation ${tenantId}; "tenant create" printed its id.`)
      return tenant
    },

    /** Destroys an organisation. One that was destroyed is gone over again. @returns how many rows were deleted */
    destroy: (tenantId: string) => destroy(tenantId),

    /** The same for one whose waiting time was over by `dueAt`; one whose closing was taken back meanwhile stays. */
    destroyIfDue: (tenantId: string, dueAt: Date): Promise<number> =>
      destroy(tenantId, ({ closes_at }) => closes_at !== null && closes_at <= dueAt),

    /** As destroy, for a database that knows nothing of it. @returns whether anything was there */
    repeat: async (tenantId: string, erasedAt: Date): Promise<boolean> => {
      const emptied = await empty(tenantId, erasedAt, 'tenant.destroyed-again')
      if (!emptied?.wasThere) return false
      await afterwards(tenantId)
      await inRealm('tenant.destroyed-again', tenantId, { rows: emptied.rows })
      return true
    },
  }
}
