import type { Trx } from '../../../platform/db/tenant.ts'

export type ApprovalRow = {
  tenant_id: string
  id: string
  status: 'waiting' | 'approved' | 'refused' | 'used'
  asked_by: number
  asked_at: Date
  expires_at: Date
  decided_by: number | null
  decided_at: Date | null
}

/** As many as a page shows; older ones stay in the table and in the audit log. */
const shown = 50

export const selectApprovals = (trx: Trx): Promise<ApprovalRow[]> =>
  trx<ApprovalRow>('export_approvals')
    .orderBy([{ column: 'asked_at', order: 'desc' }, 'id'])
    .limit(shown)

export const insertApproval = (
  trx: Trx,
  row: Pick<ApprovalRow, 'tenant_id' | 'id' | 'asked_by' | 'asked_at' | 'expires_at'>,
) => trx<ApprovalRow>('export_approvals').insert(row)

export const lockApproval = (trx: Trx, id: string): Promise<ApprovalRow | undefined> =>
  trx<ApprovalRow>('export_approvals').where({ id }).forUpdate().first()

export const updateApproval = (trx: Trx, id: string, change: Partial<ApprovalRow>) =>
  trx<ApprovalRow>('export_approvals').where({ id }).update(change)

/** Of one who asked, those that still wait or may still be used, locked. */
export const lockLive = (trx: Trx, askedBy: number, now: Date): Promise<ApprovalRow[]> =>
  trx<ApprovalRow>('export_approvals')
    .where({ asked_by: askedBy })
    .whereIn('status', ['waiting', 'approved'])
    .where('expires_at', '>', now)
    .orderBy('asked_at')
    .forUpdate()
