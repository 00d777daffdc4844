import { installationId } from '../../platform/actor.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Db, Trx } from '../../platform/db/tenant.ts'
import type { Unscoped } from '../../platform/db/unscoped.ts'
import type { ChainKeys } from './chain-keys.ts'
import { createHashes, nextPlace, noHead, type Hashes, type Seal } from './hashing.ts'
import { insertSeal, lastSeal, putState, selectUnsealed, selectWaiting, strikeOut, tryLockChain } from './queries.ts'

type Needs = { db: Db; unscoped: Unscoped; clock: Clock; keys: ChainKeys }
export type Written = Pick<Seal, 'kind'> & { events?: readonly { id: string; mac: Buffer }[]; detail?: object }

/** Events in one seal. */
export const batchSize = 1000
/** Then another chain has its turn. */
const batchesInARow = 10

/**
 * Seals what was written. A writer leaves a note of each event in the transaction that writes it, and waits for nobody. The sealer
 * sees the notes that are committed, whatever numbers they have: a gap in the numbers is no event, and a transaction that ends late
 * comes with a later seal. Seal and struck-out notes are one transaction: whoever is killed in between has done nothing.
 */
export const createSealing = ({ db, unscoped, clock, keys }: Needs) => {
  /** Adds a seal to the end of a chain. The chain is locked. */
  const add = async (trx: Trx, tenantId: string, keyId: number, hashes: Hashes, written: Written): Promise<Seal> => {
    const last = await lastSeal(trx)
    const { kind, events = [], detail = {} } = written
    const seal = {
      number: (last?.number ?? 0) + 1,
      kind,
      first: last ? nextPlace(last) : 1,
      eventIds: events.map(({ id }) => id),
      macs: Buffer.concat(events.map(({ mac }) => mac)),
      detail: JSON.stringify(detail),
      keyId,
      sealedAt: clock(),
    }
    const sealed = { ...seal, head: hashes.headOf(last?.head ?? noHead, seal) }
    await insertSeal(trx, tenantId, sealed)
    return sealed
  }

  const hashesOf = async (tenantId: string) => {
    const { id, key } = await keys.current()
    return { keyId: id, hashes: createHashes(key, tenantId) }
  }

  /** @returns how many events were sealed, and whether more wait; null where somebody else is at this chain */
  const sealSome = async (tenantId: string): Promise<{ sealed: number; more: boolean } | null> => {
    const { keyId, hashes } = await hashesOf(tenantId)
    return db.asTenant({ tenantId }, async trx => {
      if (!(await tryLockChain(trx, tenantId))) return null
      const waiting = await selectUnsealed(trx, batchSize + 1)
      const more = waiting.length > batchSize
      const batch = waiting.slice(0, batchSize)
      if (batch.length === 0) return { sealed: 0, more }
      if (!(await lastSeal(trx))) await add(trx, tenantId, keyId, hashes, { kind: 'begun' })
      const events = batch.map(({ id, text }) => ({ id, mac: hashes.macOf(text) }))
      await add(trx, tenantId, keyId, hashes, { kind: 'events', events, detail: more ? { more } : {} })
      await strikeOut(
        trx,
        batch.map(({ id }) => id),
      )
      return { sealed: batch.length, more }
    })
  }

  return {
    /**
     * Seals everything that is committed by now, each chain in turn.
     * @param signal ends it between two seals
     * @returns how many events were sealed
     */
    seal: async (signal?: AbortSignal): Promise<number> => {
      let all = 0
      for (let tenants = await unscoped.read(selectWaiting); tenants.length > 0;) {
        const unfinished: string[] = []
        for (const tenantId of tenants)
          for (let batch = 0; batch < batchesInARow; batch++) {
            if (signal?.aborted) return all
            const done = await sealSome(tenantId)
            all += done?.sealed ?? 0
            if (!done?.more) break
            if (batch === batchesInARow - 1) unfinished.push(tenantId)
          }
        tenants = unfinished
      }
      await db.asTenant({ tenantId: installationId }, trx => putState(trx, { passed_at: clock() }))
      return all
    },

    /** Adds a word about the chain itself, in the transaction of what it tells of. The chain is locked. */
    note: async (trx: Trx, tenantId: string, written: Written): Promise<Seal> => {
      const { keyId, hashes } = await hashesOf(tenantId)
      return add(trx, tenantId, keyId, hashes, written)
    },
  }
}
export type Sealing = ReturnType<typeof createSealing>
