import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { installationId } from '../../platform/actor.ts'
import type { ChainKeys } from './chain-keys.ts'
import { checkpointName, readCheckpoint, writeCheckpoint, type Checkpoint } from './checkpoints.ts'
import type { createComparing, Compared, Restored } from './comparing.ts'
import { createHashes, noHead } from './hashing.ts'
import type { Needs } from './needs.ts'
import { findSeal, lastOfKind, putState, selectHeads } from './queries.ts'

type AnchorNeeds = Pick<Needs, 'db' | 'unscoped' | 'clock' | 'store'> & {
  keys: ChainKeys
  comparing: ReturnType<typeof createComparing>
}
const realm = { tenantId: installationId }
/** A checkpoint is written anew after so long even where nothing was sealed. */
const againAfterMs = 60 * 60_000

/** Keeps, outside the database, where each chain ended last: whoever cuts off the newest events cannot cut that off as well. */
export const createAnchoring = ({ db, unscoped, clock, store, keys, comparing }: AnchorNeeds) => {
  /** The last time that this database was put in the place of a newer one, as the chain itself vouches for. */
  const lastRestored = (): Promise<Restored | null> =>
    db.asTenant(realm, async trx => {
      const seal = await lastOfKind(trx, 'restored')
      const key = seal && (await keys.find(seal.keyId))
      if (!seal || !key) return null
      const before = (await findSeal(trx, seal.number - 1))?.head ?? noHead
      if (!createHashes(key, installationId).headOf(before, seal).equals(seal.head)) return null
      return { to: new Date((JSON.parse(seal.detail) as { to: string }).to), at: seal.sealedAt }
    })

  /** The checkpoint in the store; null where there is none. @throws OperatorFault where it was altered, or what the store says */
  const read = async (): Promise<Checkpoint | null> => {
    const stream = await store.read(checkpointName)
    return stream && readCheckpoint(keys, await text(stream))
  }

  const compare = async ({ chains, at }: Checkpoint): Promise<Compared> =>
    comparing.compare(chains, new Date(at), await lastRestored())

  const write = async (): Promise<Checkpoint['chains']> => {
    const [now, heads] = [clock(), await unscoped.read(selectHeads)]
    await store.write(checkpointName, Readable.from([await writeCheckpoint(keys, now, heads)]))
    await db.asTenant(realm, trx => putState(trx, { anchored_at: now }))
    return heads
  }

  return {
    read,
    compare,
    lastRestored,

    /** Writes one whatever the store holds: an operator has looked into it. */
    write,

    /**
     * Writes a new checkpoint in the place of the one there, if every chain goes on from where that one saw it end. If not, the old one
     * stays: it is the evidence.
     * @returns what does not fit
     */
    anchor: async (): Promise<Compared['findings']> => {
      const there = await read()
      const heads = await unscoped.read(selectHeads)
      if (heads.length === 0 && !there) return []
      const known = new Map(heads.map(({ tenantId, head }) => [tenantId, head]))
      const moved = there?.chains.filter(({ tenantId, head }) => known.get(tenantId) !== head) ?? []
      if (there && moved.length > 0) {
        const { findings } = await compare({ ...there, chains: moved })
        if (findings.length > 0) return findings
      }
      const fresh = there !== null && clock().getTime() - new Date(there.at).getTime() < againAfterMs
      if (fresh && moved.length === 0 && there.chains.length === heads.length) return []
      await write()
      return []
    },
  }
}
export type Anchoring = ReturnType<typeof createAnchoring>
