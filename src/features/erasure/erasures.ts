import { systemActor } from '../../platform/actor.ts'
import { createClientErasure } from './client-erasure.ts'
import { createLedger, keyOf, readLedger, type Tombstone } from './ledger.ts'
import type { Needs } from './needs.ts'
import { createPassingThings } from './passing-things.ts'
import { selectTombstones } from './queries.ts'
import { createTenantErasure } from './tenant-erasure.ts'

const days = 24 * 60 * 60_000
/** A draft lasts so long: one that a page left open saves after the erasure is found within that time. */
const lateForMs = 31 * days

export type Repeated = { checked: number; repeated: number; unreadable: number }

/** What is erased stays erased: in this database, and in an older one that is put in its place. */
export const createErasures = (needs: Needs) => {
  const { unscoped, clock, log } = needs
  const ledger = createLedger(needs.ledgerFile)
  const passing = createPassingThings(needs.redis)
  const client = createClientErasure(needs, ledger, passing)
  const tenant = createTenantErasure(needs, ledger, passing)

  const again = ({ kind, ...tombstone }: Tombstone): Promise<boolean> =>
    kind === 'tenant'
      ? tenant.repeat(tombstone.tenantId, tombstone.erasedAt)
      : client.repeat(systemActor(tombstone.tenantId), { kind, ...tombstone }).catch((fault: unknown) => {
          // A dump from before the organisation was there holds none of its people either.
          if ((fault as { code?: string }).code === '23503') return false
          throw fault
        })

  /** Erases again what the database knows nothing of; and the latest, for what came in by a page that was still open. */
  const repeat = async (tombstones: readonly Tombstone[]): Promise<number> => {
    const known = new Set((await unscoped.read(selectTombstones)).map(keyOf))
    const late = clock().getTime() - lateForMs
    const due = tombstones.filter(entry => !known.has(keyOf(entry)) || entry.erasedAt.getTime() > late)
    let repeated = 0
    for (const entry of due) if (await again(entry)) repeated += 1
    return repeated
  }

  return {
    ...client,
    findTenant: tenant.findTenant,
    destroyTenant: tenant.destroy,
    destroyTenantIfDue: tenant.destroyIfDue,

    goneFromBackups: needs.goneFromBackups,

    /**
     * Brings ledger and database together: what the ledger knows and the database does not is erased again, what the database
     * knows and the ledger does not (another machine's) is written into it. At every start, and by the worker now and then.
     */
    reconcile: async (): Promise<Repeated> => {
      const { tombstones, unreadable } = await ledger.read()
      if (unreadable > 0) log.warn({ unreadable }, 'lines of the erasure ledger cannot be read')
      const repeated = await repeat(tombstones)
      if (repeated > 0) log.warn({ repeated }, 'erased again what this database still held')
      const written = new Set(tombstones.map(keyOf))
      await ledger.append((await unscoped.read(selectTombstones)).filter(entry => !written.has(keyOf(entry))))
      return { checked: tombstones.length, repeated, unreadable }
    },

    /** Erases again what a ledger file tells of, such as one that was kept beside a backup, and keeps it in this one. */
    repeatFrom: async (file: string): Promise<Repeated> => {
      const { tombstones, unreadable } = await readLedger(file)
      const own = new Set((await ledger.read()).tombstones.map(keyOf))
      await ledger.append(tombstones.filter(entry => !own.has(keyOf(entry))))
      return { checked: tombstones.length, repeated: await repeat(tombstones), unreadable }
    },
  }
}
export type Erasures = ReturnType<typeof createErasures>
