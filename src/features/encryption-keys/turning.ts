import { setTimeout as pause } from 'node:timers/promises'
import { systemActor } from '../../platform/actor.ts'
import { record } from '../../platform/audit/record.ts'
import { headerOf } from '../../platform/vault/cipher.ts'
import type { Purpose } from '../../platform/vault/wrapped-keys.ts'
import { createMoving, type MovingNeeds } from './moving.ts'
import {
  closeKey,
  destroyKeys,
  lockKeys,
  makeCurrent,
  noteUnused,
  reopenKeys,
  retireKey,
  selectBusy,
  selectKeys,
  type KeyRow,
} from './queries.ts'

/** All in milliseconds. */
export type Times = {
  /** After so long every process knows of a change of keys: longer than any keeps what it has read. */
  settleMs: number
  /** So long sealed values outside the database live at most. */
  passingMs: number
}
/**
 * Where the turning of a key stands. `announced`: the new index key is known to all, and used by nobody yet; `moving`: out
 * of time; `settling`: somebody may still write with the old key; `lingering`: nothing in the database is under the old
 * key any more, but short-lived things elsewhere may be; `stuck`: some values do not open, and keep their key.
 */
export type Standing =
  | { phase: 'done' }
  | { phase: 'announced' | 'moving' | 'settling' | 'lingering'; waitMs: number }
  | { phase: 'stuck'; uses: number }
/** `atOnce`: destroy the old key without regard to short-lived things outside the database. */
export type Run = { load: number; stopAt: number; atOnce: boolean; moved: (rows: number) => void }

const pageRows = 500
const pollMs = 50
const mostIdleRounds = 20

/**
 * Turns one key of one tenant. Everything that tells how far it has come stands in the database, each step is one
 * transaction and safe to repeat, and any number of processes may do it at once.
 */
export const createTurning = (needs: MovingNeeds & { times: Times }) => {
  const { db, rings, times } = needs
  const moving = createMoving(needs)

  const keysOf = async (tenantId: string, purpose: Purpose) => {
    const keys = (await db.asTenant({ tenantId }, selectKeys)).filter(key => key.purpose === purpose)
    return {
      current: keys.find(key => key.current),
      coming: keys.find(key => !key.current && key.retired_ms === null),
      retired: keys.filter((key): key is KeyRow & { retired_ms: number } => key.retired_ms !== null),
    }
  }

  /** Makes the new key, unless one is turning already. @returns whether it was made now */
  const begin = async (tenantId: string, purpose: Purpose): Promise<boolean> => {
    const begun = await db.asTenant({ tenantId }, async trx => {
      await lockKeys(trx)
      const keys = (await selectKeys(trx)).filter(key => key.purpose === purpose)
      const [only] = keys
      if (!only || keys.length > 1) return false
      // A data key is known by the id in what it sealed, so it can be used at once; a token tells nothing of its key.
      if (purpose === 'data') await retireKey(trx, only.id)
      const id = await rings.add(trx, tenantId, purpose, { current: purpose === 'data' })
      await record(trx, systemActor(tenantId), 'key.made', id, { purpose })
      return true
    })
    if (begun) await rings.reload(tenantId)
    return begun
  }

  /** Waits for everybody who is at the sealed tables at this moment. @returns false where time ran out */
  const othersDone = async (tenantId: string, who: 'all' | 'writers', stopAt: number): Promise<boolean> => {
    const busy = () => db.asTenant({ tenantId }, trx => selectBusy(trx, moving.tables, who))
    for (let before = [...(await busy())]; before.length > 0;) {
      if (Date.now() > stopAt) return false
      await pause(pollMs)
      const still = await busy()
      before = before.filter(one => still.has(one))
    }
    return true
  }

  /** Everybody asks for tokens of both keys by now, and nobody is still about who did not: from here on the new one writes. */
  const change = async (tenantId: string, from: KeyRow, to: KeyRow, stopAt: number): Promise<boolean> => {
    if (!(await othersDone(tenantId, 'all', stopAt))) return false
    await db.asTenant({ tenantId }, async trx => {
      await lockKeys(trx)
      if ((await selectKeys(trx)).find(key => key.id === to.id)?.current !== false) return
      await retireKey(trx, from.id)
      await makeCurrent(trx, to.id)
    })
    await rings.reload(tenantId)
    return true
  }

  /** Lets nothing more be written with these keys, and waits for those who may be in the middle of it. */
  const close = async (tenantId: string, keys: readonly KeyRow[], stopAt: number): Promise<boolean> => {
    await db.asTenant({ tenantId }, async trx => {
      for (const key of keys) await closeKey(trx, tenantId, key, headerOf(key.id))
    })
    return othersDone(tenantId, 'writers', stopAt)
  }

  /** Somebody was in the middle of it: a row under a closed key could not be changed at all, so it has to move first. */
  const reopen = (tenantId: string, keys: readonly KeyRow[]) =>
    db.asTenant({ tenantId }, trx =>
      reopenKeys(
        trx,
        keys.map(({ id }) => id),
      ),
    )

  /** What nobody has noted the key of may be one of these keys'. */
  const usesOf = async (tenantId: string, purpose: Purpose, keys: readonly KeyRow[]): Promise<number> => {
    const uses = await moving.count(tenantId, purpose)
    return [null, ...keys.map(({ id }) => id)].reduce<number>((sum, id) => sum + (uses.get(id) ?? 0), 0)
  }

  const unusedNow = async (tenantId: string, purpose: Purpose, keys: readonly KeyRow[]) => {
    await db.asTenant({ tenantId }, async trx => {
      const ids = keys.map(({ id }) => id)
      const noted = await noteUnused(trx, ids)
      if (noted > 0) await record(trx, systemActor(tenantId), 'key.rotated', ids.join(' '), { purpose })
    })
  }

  const destroy = async (tenantId: string, purpose: Purpose, keys: readonly KeyRow[]) => {
    await db.asTenant({ tenantId }, async trx => {
      await lockKeys(trx)
      const ids = keys.map(({ id }) => id)
      const destroyed = await destroyKeys(trx, ids)
      if (destroyed > 0) await record(trx, systemActor(tenantId), 'key.destroyed', ids.join(' '), { purpose })
    })
    await rings.reload(tenantId)
  }

  return {
    begin,
    count: moving.count,

    /** Whether a key of this purpose is turning, and how old the current one is; null for a realm without keys. */
    look: async (tenantId: string, purpose: Purpose): Promise<{ turning: boolean; ageMs: number } | null> => {
      const { current, coming, retired } = await keysOf(tenantId, purpose)
      return current ? { turning: coming !== undefined || retired.length > 0, ageMs: current.age_ms } : null
    },

    /** Goes on with a turning as far as it goes without waiting. */
    advance: async (tenantId: string, purpose: Purpose, run: Run): Promise<Standing> => {
      const lingerMs = purpose === 'data' && !run.atOnce ? times.passingMs : 0
      for (let idleRounds = 0; ;) {
        const { current, coming, retired } = await keysOf(tenantId, purpose)
        if (!current) return { phase: 'done' }
        if (coming) {
          if (coming.age_ms < times.settleMs) return { phase: 'announced', waitMs: times.settleMs - coming.age_ms }
          if (!(await change(tenantId, current, coming, run.stopAt))) return { phase: 'announced', waitMs: 0 }
          continue
        }
        if (retired.length === 0) return { phase: 'done' }

        const sinceMs = Math.min(...retired.map(key => key.retired_ms))
        if (retired.every(key => key.unused) && sinceMs < lingerMs)
          return { phase: 'lingering', waitMs: lingerMs - sinceMs }

        if (retired.some(key => key.closed && !key.unused)) await reopen(tenantId, retired)
        const { moved, broken, passedOver } = await moving.move(tenantId, purpose, current.id, { ...run, pageRows })
        if (Date.now() >= run.stopAt) return { phase: 'moving', waitMs: 0 }
        if (sinceMs < times.settleMs) return { phase: 'settling', waitMs: times.settleMs - sinceMs }

        // Having looked at everything and left nothing is as good as a count; the one that decides comes when the key is closed.
        const left = purpose === 'data' && broken + passedOver === 0 ? 0 : await usesOf(tenantId, purpose, retired)
        if (left > 0) {
          // Rows that somebody holds are passed over: they are come back for.
          if (moved === 0 && (left <= broken || ++idleRounds > mostIdleRounds)) return { phase: 'stuck', uses: left }
          await pause(pollMs)
          continue
        }
        if (!(await close(tenantId, retired, run.stopAt))) return { phase: 'settling', waitMs: 1000 }
        if ((await usesOf(tenantId, purpose, retired)) > 0) continue
        await unusedNow(tenantId, purpose, retired)
        if (sinceMs < lingerMs) return { phase: 'lingering', waitMs: lingerMs - sinceMs }
        await destroy(tenantId, purpose, retired)
      }
    },
  }
}
export type Turning = ReturnType<typeof createTurning>
