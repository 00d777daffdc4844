import { setTimeout as pause } from 'node:timers/promises'
import { installationId, systemActor } from '../../platform/actor.ts'
import { record } from '../../platform/audit/record.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import { NotFound } from '../../platform/errors.ts'
import type { LiveKeys } from '../../platform/vault/live-keys.ts'
import { purposes, type Purpose } from '../../platform/vault/wrapped-keys.ts'
import { dropKeys, turnKeyFile, comingKey, type FileStep } from './key-file.ts'
import type { MovingNeeds } from './moving.ts'
import type { PassingPlace } from './places.ts'
import { countPeppers, lockKeyFile, selectAgeInFile, selectKeys, type KeyRow } from './queries.ts'
import { createTurning, type Standing } from './turning.ts'

type KeyFile = { path: string; keys: LiveKeys }
export type EncryptionKeysNeeds = MovingNeeds & {
  passing: readonly PassingPlace[]
  rootKeys: KeyFile
  peppers: KeyFile
  /** Longer than anything between reading a tenant's keys and using them, in milliseconds. */
  marginMs: number
  /** A change of a key file is known everywhere after so many milliseconds. */
  fileSettleMs: number
  /** What is signed with a key derived of a root key is good for so long at most, in milliseconds. */
  signedForMs: number
  /** Days after which data and index keys turn by themselves; 0: never. */
  rotationDays: number
  notePeppers: (tenantId: string) => Promise<number>
  /** A key that was taken out of its file is no longer asked for at start. */
  forgetKey: (trx: Trx, kind: 'root' | 'pepper', id: string) => Promise<unknown>
}
export type Progress =
  { tenantId: string; total: number } | { tenantId: string; moved: number } | { tenantId: string; standing: Standing }
export type Outcome = { tenantId: string; begun: boolean; standing: Standing }
type Wish = {
  tenantId?: string | undefined
  load?: number
  atOnce?: boolean
  tell?: (progress: Progress) => void
}
export type KeyStatus = KeyRow & { uses: number }

const dayMs = 24 * 60 * 60_000
const patience = Number.POSITIVE_INFINITY
/** The worker goes on a little at a time: less than it takes until its turn comes again. */
const workerRunMs = 8 * 60_000
const usualLoad = 0.5
const longestSleepMs = 5_000

/** Keys that turn while people work: by the operator's word, and by themselves. */
export const createEncryptionKeys = (needs: EncryptionKeysNeeds) => {
  const { db, rings, rootKeys, peppers, log, listTenants } = needs
  const turning = createTurning({
    ...needs,
    times: {
      settleMs: rings.freshMs + needs.marginMs,
      passingMs: Math.max(0, ...needs.passing.map(({ lifeMs }) => lifeMs)) + needs.marginMs,
    },
  })

  const chosen = async (tenantId: string | undefined): Promise<readonly string[]> => {
    const all = await listTenants()
    if (tenantId === undefined) return all
    if (!all.includes(tenantId)) throw new NotFound()
    return [tenantId]
  }

  const left = async (tenantId: string, purpose: Purpose): Promise<number> => {
    const uses = await turning.count(tenantId, purpose)
    const keys = await db.asTenant({ tenantId }, selectKeys)
    const target = keys.filter(key => key.purpose === purpose).at(-1)?.id
    return [...uses].reduce((sum, [key, count]) => (key === target ? sum : sum + count), 0)
  }

  /**
   * Turns the data or the index key of one tenant or of all, to the end: a turning that was cut short is gone on with, so
   * that the same command can simply be given again. All tenants' waiting times run together.
   * @throws NotFound for a tenant that is not there
   */
  const rotate = async (purpose: Purpose, { tenantId, load = 1, atOnce = false, tell = () => undefined }: Wish) => {
    const outcomes = new Map<string, Outcome>()
    const waiting = new Map<string, number>()
    for (const id of await chosen(tenantId)) {
      const begun = await turning.begin(id, purpose)
      outcomes.set(id, { tenantId: id, begun, standing: { phase: 'done' } })
      waiting.set(id, 0)
      tell({ tenantId: id, total: await left(id, purpose) })
    }
    while (waiting.size > 0) {
      const now = Date.now()
      for (const [id, until] of waiting) {
        if (until > now) continue
        const moved = (rows: number) => tell({ tenantId: id, moved: rows })
        const standing = await turning.advance(id, purpose, { load, atOnce, stopAt: patience, moved })
        outcomes.get(id)!.standing = standing
        tell({ tenantId: id, standing })
        if (['done', 'stuck', 'lingering'].includes(standing.phase)) waiting.delete(id)
        else waiting.set(id, Date.now() + ('waitMs' in standing ? standing.waitMs : 0))
      }
      const next = Math.min(...waiting.values())
      if (waiting.size > 0) await pause(Math.min(longestSleepMs, Math.max(0, next - Date.now())))
    }
    return [...outcomes.values()]
  }

  /** How many keys of all tenants each root key wraps. */
  const rootUses = async (): Promise<Map<string, number>> => {
    const uses = new Map<string, number>()
    for (const tenantId of await listTenants())
      for (const { root_key_id: id } of await db.asTenant({ tenantId }, selectKeys))
        uses.set(id, (uses.get(id) ?? 0) + 1)
    return uses
  }

  const pepperUses = async (): Promise<Map<string | null, number>> => {
    const uses = new Map<string | null, number>()
    for (const tenantId of await listTenants())
      for (const [id, count] of await db.asTenant({ tenantId }, countPeppers)) uses.set(id, (uses.get(id) ?? 0) + count)
    return uses
  }

  const alone = <T>(kind: 'root' | 'pepper', work: () => Promise<T>): Promise<T> =>
    db.asTenant({ tenantId: installationId }, async trx => {
      await lockKeyFile(trx, kind)
      return work()
    })

  /** Cookies and open pages are signed with what was the current root key then. @returns until when, in milliseconds from now */
  const signedForYet = async (): Promise<number> => {
    await rootKeys.keys.reload()
    const { id } = rootKeys.keys.current
    const ageMs = await db.asTenant({ tenantId: installationId }, trx => selectAgeInFile(trx, id))
    return ageMs === null ? 0 : Math.max(0, needs.signedForMs - ageMs)
  }

  const drop = async (kind: 'root' | 'pepper', { path }: KeyFile, uses: ReadonlyMap<string | null, number>) => {
    if (uses.has(null)) return []
    const dropped = await alone(kind, () => dropKeys(path, ({ id }) => !uses.has(id)))
    await db.asTenant({ tenantId: installationId }, async trx => {
      for (const id of dropped) {
        await needs.forgetKey(trx, kind, id)
        await record(trx, systemActor(installationId), 'key.destroyed', id, { purpose: kind })
      }
    })
    return dropped
  }

  const turnFile = async (
    kind: 'root' | 'pepper',
    { path, keys }: KeyFile,
    tell: (step: FileStep) => void,
    announceOnly: boolean,
  ) => {
    await keys.reload()
    const before = keys.current.id
    const outcome = await alone(kind, async () => {
      await keys.reload()
      // Where somebody else was first, their new key is the one that was wished for.
      if (keys.current.id !== before) return 'turned'
      return turnKeyFile({ path, settleMs: needs.fileSettleMs }, tell, { announceOnly })
    })
    await keys.reload()
    if (outcome === 'current')
      await db.asTenant({ tenantId: installationId }, async trx => {
        // It may have been noted long ago, when it was put into the file: it is noted again as it becomes the current one.
        await needs.forgetKey(trx, kind, keys.current.id)
        await record(trx, systemActor(installationId), 'key.made', keys.current.id, { purpose: kind })
      })
    return outcome
  }

  const turnIfDue = async (tenantId: string, purpose: Purpose, stopAt: number) => {
    const key = await turning.look(tenantId, purpose)
    if (!key) return
    const due = needs.rotationDays > 0 && key.ageMs > needs.rotationDays * dayMs
    if (!key.turning && !due) return
    if (!key.turning) await turning.begin(tenantId, purpose)
    const run = { load: usualLoad, atOnce: false, stopAt, moved: () => undefined }
    const standing = await turning.advance(tenantId, purpose, run)
    if (standing.phase === 'stuck')
      log.error({ tenantId, purpose, uses: standing.uses }, 'an old key cannot be given up: values do not open')
  }

  return {
    /** Makes a new key for every realm that is not turning one; the worker goes on with it. @returns how many were begun */
    begin: async (purpose: Purpose): Promise<number> => {
      let begun = 0
      for (const tenantId of await listTenants()) if (await turning.begin(tenantId, purpose)) begun += 1
      return begun
    },

    rotate,

    /**
     * Makes a new root key and puts every tenant's keys under it; the keys themselves stay. Where some are still under
     * another, that turning is finished and no new key made.
     * @returns how many keys were put under the current root key
     */
    rotateRoot: async (tell: (step: FileStep) => void, { announceOnly = false } = {}): Promise<number> => {
      await rootKeys.keys.reload()
      const behind = [...(await rootUses()).keys()].some(id => id !== rootKeys.keys.current.id)
      const coming = (await comingKey(rootKeys.path)) !== null
      if (!behind || coming) {
        if ((await turnFile('root', rootKeys, tell, announceOnly)) === 'announced') return 0
      }
      let wrapped = 0
      for (const tenantId of await listTenants())
        wrapped += await db.asTenant({ tenantId }, async trx => {
          const count = await rings.rewrap(trx, tenantId)
          if (count > 0)
            await record(trx, systemActor(tenantId), 'key.rewrapped', rootKeys.keys.current.id, { keys: count })
          return count
        })
      return wrapped
    },

    /** Makes a new pepper the current one. Passwords come under it as their owners sign in. */
    rotatePepper: async (tell: (step: FileStep) => void, { announceOnly = false } = {}): Promise<void> => {
      for (const tenantId of await listTenants()) await needs.notePeppers(tenantId)
      await turnFile('pepper', peppers, tell, announceOnly)
    },

    /**
     * Takes root keys that wrap nothing, and peppers of no password, out of their files. Root keys wait until nothing that was
     * signed with them is good any more, since people would be signed out and what they type now be lost; `atOnce` does not.
     * @returns the ids, and how many milliseconds root keys have to wait yet
     */
    dropUnused: async ({ atOnce = false } = {}): Promise<{ roots: string[]; peppers: string[]; waitMs: number }> => {
      for (const tenantId of await listTenants()) await needs.notePeppers(tenantId)
      const waitMs = atOnce || rootKeys.keys.all.length === 1 ? 0 : await signedForYet()
      return {
        waitMs,
        roots: waitMs > 0 ? [] : await drop('root', rootKeys, await rootUses()),
        peppers: await drop('pepper', peppers, await pepperUses()),
      }
    },

    /** When the data key was made that a tenant's records are sealed with now; by the database's clock. */
    dataKeySince: async ({ tenantId }: { tenantId: string }): Promise<Date> => {
      const keys = await db.asTenant({ tenantId }, selectKeys)
      const current = keys.find(key => key.purpose === 'data' && key.current)
      return new Date(Date.now() - (current?.age_ms ?? 0))
    },

    /** Every key there is, and how much is sealed, indexed, wrapped or mixed with it. Reads every row. */
    status: async (tenantId?: string) => {
      const tenants: { tenantId: string; keys: KeyStatus[] }[] = []
      for (const id of await chosen(tenantId)) {
        const keys = await db.asTenant({ tenantId: id }, selectKeys)
        const uses = { data: await turning.count(id, 'data'), index: await turning.count(id, 'index') }
        tenants.push({ tenantId: id, keys: keys.map(key => ({ ...key, uses: uses[key.purpose].get(key.id) ?? 0 })) })
      }
      const fileStatus = async ({ path, keys }: KeyFile, uses: ReadonlyMap<string | null, number>) => {
        const coming = await comingKey(path)
        return keys.all.map(({ id }, index) => ({
          id,
          state: index === 0 ? ('current' as const) : id === coming ? ('coming' as const) : ('old' as const),
          uses: uses.get(id) ?? 0,
        }))
      }
      await Promise.all([rootKeys.keys.reload(), peppers.keys.reload()])
      const pepperCounts = await pepperUses()
      return {
        tenants,
        roots: await fileStatus(rootKeys, await rootUses()),
        peppers: await fileStatus(peppers, pepperCounts),
        passwordsOfUnknownPepper: pepperCounts.get(null) ?? 0,
      }
    },

    /** The worker's turn: begins what is due, goes on with what has begun, and leaves the rest for its next turn. */
    turnDue: async (): Promise<void> => {
      const stopAt = Date.now() + workerRunMs
      for (const tenantId of await listTenants())
        for (const purpose of purposes) {
          if (Date.now() > stopAt) return
          // What goes wrong with one organisation's keys must not keep the others' from turning.
          await turnIfDue(tenantId, purpose, stopAt).catch((fault: unknown) =>
            log.error({ err: fault, tenantId, purpose }, 'a key could not be turned'),
          )
        }
    },
  }
}
export type EncryptionKeys = ReturnType<typeof createEncryptionKeys>
