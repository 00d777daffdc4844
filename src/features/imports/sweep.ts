import type { Trx } from '../../platform/db/tenant.ts'
import { deleteHalfImports, dropRows, expiredImports, updateImport } from './queries.ts'

const halfUploadMs = 15 * 60_000
/** As long as refused rows wait to be mended, and an import that was never started waits for its start. */
const keptDays = 30
const dayMs = 24 * 60 * 60_000

/** Removes what nobody will come back for: half uploads, and rows older than `keptDays`. */
export const sweep = async (trx: Trx, now: Date): Promise<void> => {
  await deleteHalfImports(trx, new Date(now.getTime() - halfUploadMs))
  for (const { id, state } of await expiredImports(trx, new Date(now.getTime() - keptDays * dayMs))) {
    await dropRows(trx, id, { keepRefused: false })
    const neverStarted = state === 'mapping' || state === 'previewed'
    await updateImport(trx, id, { rows_dropped_at: now, ...(neverStarted && { state: 'discarded', finished_at: now }) })
  }
}

/** The day past which an import's rows are no longer kept. */
export const keptUntil = ({
  finished_at: finished,
  stirred_at: stirred,
}: {
  finished_at: Date | null
  stirred_at: Date
}) => new Date((finished ?? stirred).getTime() + keptDays * dayMs)
