import type { Trx } from '../../platform/db/tenant.ts'
import type { Outcome } from './call.ts'

export type CallRow = {
  tenant_id: string
  id: string
  client_id: string
  contact_id: string | null
  outcome: Outcome
  call_sealed: Buffer
  at: Date
  by: number | null
}
const calls = (trx: Trx) => trx<CallRow>('calls')

/** Logs a call, once. @returns whether it was not logged before */
export const insertCall = async (trx: Trx, row: CallRow): Promise<boolean> =>
  (await calls(trx).insert(row).onConflict(['tenant_id', 'id']).ignore().returning('id')).length > 0

/** A client's calls, the latest first. */
export const selectCalls = (trx: Trx, clientId: string, most: number): Promise<CallRow[]> =>
  calls(trx)
    .where({ client_id: clientId })
    .orderBy([
      { column: 'at', order: 'desc' },
      { column: 'id', order: 'desc' },
    ])
    .limit(most)

/** Of these clients, those for whom a call was ever logged. */
export const selectCalled = (trx: Trx, clientIds: readonly string[]): Promise<string[]> =>
  calls(trx).whereIn('client_id', clientIds).distinct().pluck('client_id')
