import { setTimeout as pause } from 'node:timers/promises'
import type { Logger } from 'pino'
import { installationId } from '../../platform/actor.ts'
import type { Db } from '../../platform/db/tenant.ts'
import { readAhead } from '../../platform/read-ahead.ts'
import type { KeyRings } from '../../platform/vault/key-ring.ts'
import type { Vault } from '../../platform/vault/vault.ts'
import type { Purpose } from '../../platform/vault/wrapped-keys.ts'
import { splitColumn, type BlindIndex, type Reindexed, type SealedColumn } from './places.ts'
import {
  countIndexed,
  countSealed,
  replaceSealed,
  selectSealedOtherwise,
  type SealedRow,
  type Uses,
} from './queries.ts'

export type MovingNeeds = {
  db: Db
  vault: Vault
  rings: KeyRings
  log: Logger
  sealed: readonly SealedColumn[]
  indexes: readonly BlindIndex[]
  listTenants: () => Promise<readonly string[]>
}
/** `load`: the share of the time to be at work, so that pages have the rest. `moved` hears of every page's rows. */
export type Pace = { pageRows: number; load: number; stopAt: number; moved: (rows: number) => void }
/**
 * `broken`: values that no key opens. They were altered; the key they name is kept. `passedOver`: what somebody else was
 * changing at that moment.
 */
export type Moved = { moved: number; broken: number; passedOver: number }

/** With all the time there is, the cipher works on one page while the database is at others. */
const pagesAhead = 2

/** Brings rows under a tenant's current key, a page at a time; whatever stops it, the next call goes on. */
export const createMoving = ({ db, vault, rings, log, sealed, indexes, listTenants }: MovingNeeds) => {
  const ownIndexes = (tenantId: string) =>
    indexes.filter(({ keys }) => keys === 'tenant' || tenantId === installationId)

  /** Whose rows an index key of this realm has made: the installation's serves everybody's. */
  const realmsOf = async ({ keys }: BlindIndex, tenantId: string) =>
    keys === 'tenant' ? [tenantId] : await listTenants()

  /** Under the current key, what of these values opens. */
  const reseal = async (tenantId: string, { column }: SealedColumn, rows: readonly SealedRow[]) => {
    const named = rows.map(({ row, sealed }) => ({ row: row.join(':'), sealed }))
    const fresh = await vault.resealAll(named, { tenant: tenantId, column })
    return rows.flatMap((row, index) => {
      const sealed = fresh[index]
      if (sealed) return { ...row, fresh: sealed }
      log.error({ column, row: named[index]!.row }, 'a sealed value does not open; its key is kept')
      return []
    })
  }

  /** The pages of a column that another key has sealed, by primary key. */
  async function* pagesOf(tenantId: string, place: SealedColumn, keyId: number, pace: Pace) {
    let after: readonly string[] | null = null
    for (;;) {
      const rows: SealedRow[] = await db.asTenant({ tenantId }, trx =>
        selectSealedOtherwise(trx, place, keyId, after, pace.pageRows),
      )
      if (rows.length > 0) yield rows
      if (rows.length < pace.pageRows) return
      after = rows.at(-1)!.row
    }
  }

  const moveColumn = async (tenantId: string, place: SealedColumn, keyId: number, pace: Pace): Promise<Moved> => {
    const total: Moved = { moved: 0, broken: 0, passedOver: 0 }
    let from = Date.now()
    const pages = readAhead(
      pagesOf(tenantId, place, keyId, pace),
      async rows => {
        const fresh = await reseal(tenantId, place, rows)
        const moved = fresh.length > 0 ? await db.asTenant({ tenantId }, trx => replaceSealed(trx, place, fresh)) : 0
        return { moved, broken: rows.length - fresh.length, passedOver: fresh.length - moved }
      },
      pace.load < 1 ? 0 : pagesAhead,
    )
    for await (const { moved, broken, passedOver } of pages) {
      total.moved += moved
      total.broken += broken
      total.passedOver += passedOver
      pace.moved(moved)
      if (Date.now() >= pace.stopAt) return total
      await rest(from, pace)
      from = Date.now()
    }
    return total
  }

  const moveIndex = async (tenantId: string, index: BlindIndex, keyId: number, pace: Pace): Promise<Moved> => {
    const total: Moved = { moved: 0, broken: 0, passedOver: 0 }
    let after: string | null = null
    while (Date.now() < pace.stopAt) {
      const from = Date.now()
      const { made, broken, last }: Reindexed = await index.reindex(tenantId, keyId, after, pace.pageRows)
      total.moved += made
      total.broken += broken
      pace.moved(made)
      if (last === null) return total
      after = last
      await rest(from, pace)
    }
    return total
  }

  return {
    /** Brings what another key has sealed or indexed under `keyId`, the current one, until the end or `pace.stopAt`. */
    move: async (tenantId: string, purpose: Purpose, keyId: number, pace: Pace): Promise<Moved> => {
      if ((await rings.of(tenantId))[purpose].id !== keyId) await rings.reload(tenantId)
      const parts: Moved[] = []
      if (purpose === 'data') for (const place of sealed) parts.push(await moveColumn(tenantId, place, keyId, pace))
      else
        for (const index of ownIndexes(tenantId))
          for (const realm of await realmsOf(index, tenantId)) parts.push(await moveIndex(realm, index, keyId, pace))
      const sum = (of: keyof Moved) => parts.reduce((total, part) => total + part[of], 0)
      return { moved: sum('moved'), broken: sum('broken'), passedOver: sum('passedOver') }
    },

    /** How much each key of a purpose has sealed or indexed; under null what nobody has noted. */
    count: async (tenantId: string, purpose: Purpose): Promise<Uses> => {
      const all: Uses[] = []
      if (purpose === 'data')
        for (const place of sealed) all.push(await db.asTenant({ tenantId }, trx => countSealed(trx, place)))
      else
        for (const index of ownIndexes(tenantId))
          for (const realm of await realmsOf(index, tenantId))
            all.push(await db.asTenant({ tenantId: realm }, trx => countIndexed(trx, index.table)))
      return sumOf(all)
    },

    tables: [...new Set([...sealed.map(place => splitColumn(place).table), ...indexes.map(({ table }) => table)])],
  }
}
export type Moving = ReturnType<typeof createMoving>

const rest = async (from: number, { load }: Pace) => {
  const worked = Date.now() - from
  if (load < 1) await pause(worked * (1 / load - 1))
}

const sumOf = (all: readonly Uses[]): Uses => {
  const sum: Uses = new Map()
  for (const uses of all) for (const [key, count] of uses) sum.set(key, (sum.get(key) ?? 0) + count)
  return sum
}
