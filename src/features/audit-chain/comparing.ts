import type { Db } from '../../platform/db/tenant.ts'
import type { Unscoped } from '../../platform/db/unscoped.ts'
import type { ChainEnd } from './checkpoints.ts'
import type { Finding } from './findings.ts'
import { boundsOf, findSeal, lastOfKind, selectTenants } from './queries.ts'
import { stubIn } from './verifying.ts'

/** `restored`: what the checkpoint knows and this database does not was written after the backup that this database was restored from. */
export type Compared = { findings: Finding[]; restored: { tenantId: string; events: number }[]; tooOld: string[] }
/** When a database was put in the place of a newer one, and of which moment it is. */
export type Restored = { to: Date; at: Date }
const excuses = ({ to, at }: Restored, checkpointAt: Date) => to < checkpointAt && checkpointAt < at

/** Whether the chains go on from where a checkpoint saw them end. */
export const createComparing = ({ db, unscoped }: { db: Db; unscoped: Unscoped }) => {
  const endsAt = (tenantId: string, end: Pick<ChainEnd, 'seals' | 'head'>) =>
    db.asTenant({ tenantId }, async trx => {
      const bounds = await boundsOf(trx)
      const stub = await lastOfKind(trx, 'removed')
      const there = stub && stubIn(stub)
      if (there && end.seals < there.through) return 'too-old'
      const head = there?.through === end.seals ? there.head : (await findSeal(trx, end.seals))?.head.toString('hex')
      if (head) return head.startsWith(end.head) ? 'same' : 'other'
      return bounds && bounds.last >= end.seals ? 'other' : 'shorter'
    })

  return {
    /** @param restored what a word in the installation's chain says of the last restore that this database has seen */
    compare: async (
      ends: readonly (Pick<ChainEnd, 'tenantId' | 'seals' | 'head'> & Partial<ChainEnd>)[],
      checkpointAt: Date | null,
      restored: Restored | null,
    ): Promise<Compared> => {
      const found: Compared = { findings: [], restored: [], tooOld: [] }
      const known = new Set(await unscoped.read(selectTenants))
      for (const { tenantId, seals, head, events = 0 } of ends) {
        const how = known.has(tenantId) ? await endsAt(tenantId, { seals, head }) : 'shorter'
        if (how === 'too-old') found.tooOld.push(tenantId)
        // After a restore the chain goes on from an older place: up to the backup it is the same, and after it another.
        else if (how !== 'same' && restored && checkpointAt && excuses(restored, checkpointAt))
          found.restored.push({ tenantId, events })
        else if (how === 'shorter') found.findings.push({ kind: 'cut-off', tenantId, seal: seals, events })
        else if (how === 'other') found.findings.push({ kind: 'rewritten', tenantId, seal: seals })
      }
      return found
    },
  }
}
