import { lockName } from '../../../platform/db/named-lock.ts'
import type { Trx } from '../../../platform/db/tenant.ts'

export type Plan = {
  /** 0: no export is made by itself. */
  everyDays: number
  /** Exports made by themselves of which the file stays. */
  keep: number
  /** Days after which the last export is too old. */
  freshDays: number
}
type PlanRow = { tenant_id: string; every_days: number; keep: number; fresh_days: number; changed_at: Date }

/** What holds until somebody has decided. */
const usual: Plan = { everyDays: 0, keep: 4, freshDays: 7 }

export const selectPlan = async (trx: Trx): Promise<Plan> => {
  const row = await trx<PlanRow>('export_plans').first('every_days', 'keep', 'fresh_days')
  return row ? { everyDays: row.every_days, keep: row.keep, freshDays: row.fresh_days } : usual
}

/** Nobody else looks at this organisation's plan until the transaction ends: two workers would tell the same twice. */
export const lockPlan = (trx: Trx, tenantId: string) => lockName(trx, `ostoja export plan ${tenantId}`)

export const putPlan = async (trx: Trx, tenantId: string, { everyDays, keep, freshDays }: Plan, at: Date) => {
  const decided = { every_days: everyDays, keep, fresh_days: freshDays, changed_at: at }
  await trx<PlanRow>('export_plans')
    .insert({ tenant_id: tenantId, ...decided })
    .onConflict(['tenant_id'])
    .merge(decided)
}

/** When the last export that made itself was asked for; one that failed does not count. */
export const selectLastScheduled = async (trx: Trx): Promise<Date | null> => {
  const row = await trx('exports')
    .where({ scheduled: true })
    .whereNot({ status: 'failed' })
    .max('created_at as at')
    .first<{ at: Date | null }>()
  return row.at
}

/** Those that made themselves and have newer ones enough, with a file still there. */
export const selectPastKeeping = (trx: Trx, keep: number): Promise<string[]> =>
  trx('exports')
    .where({ scheduled: true, status: 'ready' })
    .orderBy([{ column: 'created_at', order: 'desc' }, 'id'])
    .offset(keep)
    .pluck('id')

export const expireExports = (trx: Trx, ids: readonly string[]) =>
  trx('exports').whereIn('id', ids).where({ status: 'ready' }).update({ status: 'expired' })
