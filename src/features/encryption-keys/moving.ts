import { setTimeout as pause } from 'node:timers/promises'
import type { Logger } from 'pino'
import { installationId } from '../../platform/actor.ts'
import type { Db } from '../../platform/db/tenant.ts'
import { SealBroken } from '../../platform/vault/cipher.ts'
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
/** `broken`: values that no key opens. They were altered; the key they name is kept. */
export type Moved = { moved: number; broken: number }

/** Brings rows under a tenant's current key, a page at a time; whatever stops it, the next call goes on. */
export const createMoving = ({ db, vault, rings, log, sealed, indexes, listTenants }: MovingNeeds) => {
  const ownIndexes = (tenantId: string) =>
    indexes.filter(({ keys }) => keys === 'tenant' || tenantId === installationId)

  /** Whose rows an index key of this realm has made: the installation's serves everybody's. */
  const realmsOf = async ({ keys }: BlindIndex, tenantId: string) =>
    keys === 'tenant' ? [tenantId] : await listTenants()

  const reseal = async (tenantId: string, { column }: SealedColumn, { row, sealed }: SealedRow) => {
    const name = row.join(':')
    try {
      return { row, sealed, fresh: await vault.reseal(sealed, { tenant: tenantId, column, row: name }) }
    } catch (fault) {
      if (!(fault instanceof SealBroken)) throw fault
      log.error({ column, row: name }, 'a sealed value does not open; its key is kept')
      return null
    }
  }

  const moveColumn = async (tenantId: string, place: SealedColumn, keyId: number, pace: Pace): Promise<Moved> => {
    const total: Moved = { moved: 0, broken: 0 }
    let after: readonly string[] | null = null
    while (Date.now() < pace.stopAt) {
      const from = Date.now()
      const rows: SealedRow[] = await db.asTenant({ tenantId }, trx =>
        selectSealedOtherwise(trx, place, keyId, after, pace.pageRows),
      )
      const fresh = (await Promise.all(rows.map(row => reseal(tenantId, place, row)))).filter(row => row !== null)
      const moved = fresh.length > 0 ? await db.asTenant({ tenantId }, trx => replaceSealed(trx, place, fresh)) : 0
      total.moved += moved
      total.broken += rows.length - fresh.length
      pace.moved(moved)
      if (rows.length < pace.pageRows) return total
      after = rows.at(-1)!.row
      await rest(from, pace)
    }
    return total
  }

  const moveIndex = async (tenantId: string, index: BlindIndex, keyId: number, pace: Pace): Promise<Moved> => {
    const total: Moved = { moved: 0, broken: 0 }
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
      return {
        moved: parts.reduce((sum, part) => sum + part.moved, 0),
        broken: parts.reduce((sum, part) => sum + part.broken, 0),
      }
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
