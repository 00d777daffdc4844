import type { Trx } from '../../platform/db/tenant.ts'
import { deleteForgotten, deleteHalf } from './queries.ts'

const minuteMs = 60_000
/** Longer than a request may take (http/listener.ts). */
const halfMs = 15 * minuteMs
/** As long as somebody may come back to a draft after a few days off. */
export const unsentDays = 7
const unsentMs = unsentDays * 24 * 60 * minuteMs

/** Removes what nobody will come back for: half files, and those that no message was sent with. */
export const sweep = async (trx: Trx, now: Date): Promise<void> => {
  await deleteHalf(trx, new Date(now.getTime() - halfMs))
  await deleteForgotten(trx, new Date(now.getTime() - unsentMs))
}
