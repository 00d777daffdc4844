import type { Actor } from '../../platform/actor.ts'
import { record } from '../../platform/audit/record.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import { enqueue } from '../../platform/jobs/jobs.ts'
import { copyJob } from './copies/job.ts'
import { letCopiesLeave } from './copies/queries.ts'
import { createExportFiles } from './export-files.ts'
import { withdrawExports } from './queries.ts'

/** Export files that hold somebody who is erased; for the feature that erases. */
export const createExportErasing = ({ directory, clock }: { directory: string; clock: Clock }) => {
  const files = createExportFiles(directory)

  return {
    /**
     * Ends every export that is ready or being made; the files go by `remove` once this is committed, the copies in the backup
     * store by a job, which tries again where the store cannot be reached. @returns their ids
     */
    withdraw: async (trx: Trx, actor: Actor): Promise<string[]> => {
      const ids = await withdrawExports(trx, clock())
      for (const id of ids) await record(trx, actor, 'export.withdrawn', id)
      await letCopiesLeave(trx)
      await enqueue(trx, ...copyJob(actor.tenantId))
      return ids
    },

    remove: async (tenantId: string, ids: readonly string[]): Promise<void> => {
      for (const exportId of ids) await files.remove({ tenantId, exportId })
    },

    /** Removes every file of a tenant, half-written ones too. */
    removeAll: (tenantId: string) => files.removeAll(tenantId),
  }
}
