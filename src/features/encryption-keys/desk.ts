import type { Unscoped } from '../../platform/db/unscoped.ts'
import { access, constants } from 'node:fs/promises'
import { dirname } from 'node:path'
import { installationId, systemActor, type Actor } from '../../platform/actor.ts'
import { record } from '../../platform/audit/record.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import type { Clock } from '../../platform/clock.ts'
import { Conflict } from '../../platform/errors.ts'
import { enqueue } from '../../platform/jobs/jobs.ts'
import type { LiveKeys } from '../../platform/vault/live-keys.ts'
import { purposes, type Purpose } from '../../platform/vault/wrapped-keys.ts'
import type { EncryptionKeys, EncryptionKeysNeeds } from './encryption-keys.ts'
import { comingKey } from './key-file.ts'
import { isAsked, selectFileKeys, summariseKeys, type KeySummary } from './queries.ts'

export const kinds = ['data', 'index', 'root', 'pepper'] as const
export type Kind = (typeof kinds)[number]
type Needs = Pick<EncryptionKeysNeeds, 'db' | 'rootKeys' | 'peppers' | 'rotationDays' | 'log'> & {
  clock: Clock
  /** Days after which a root key or a pepper is due; 0: never. */
  fileRotationDays: number
  unscoped: Unscoped
  keys: EncryptionKeys
  /** Notes the fingerprints of the keys that are in the files now, so that a start asks for them. */
  remember: () => Promise<unknown>
}
export type FileKey = { id: string; state: 'current' | 'coming' | 'old'; since: Date | null; uses: number | null }
export type Overview = {
  /** Of all organisations and the installation itself. */
  rings: Record<Purpose, KeySummary & { overdue: boolean }>
  files: Record<'root' | 'pepper', FileStanding>
  rotationDays: number
  fileRotationDays: number
}
type FileStanding = {
  keys: FileKey[]
  /** When the current key is due; null where it never is, or where nobody noted since when it is in use. */
  dueAt: Date | null
  /** How that stands: far off, within 30 days, or past. */
  due: 'later' | 'soon' | 'overdue'
  /** A new key is in the file, so that the worker makes it the current one when it is due. */
  prepared: boolean
  turning: boolean
  writable: boolean
}

const dayMs = 24 * 60 * 60_000
/** So many days late is late: the worker turns keys when they are due, a little at a time. */
const graceDays = 7
/** From so many days before a key file is due the desk says so. */
const noticeDays = 30
const followEveryMs = 15_000

/** What the desk shows of keys, and what it can ask for. The worker turns them; none is ever shown. */
export const createKeyDesk = (needs: Needs) => {
  const { db, unscoped, rootKeys, peppers, rotationDays, fileRotationDays, clock, log, keys, remember } = needs
  const summary = async (purpose: Purpose) => {
    const found = await unscoped.read(trx => summariseKeys(trx, purpose))
    const late = rotationDays > 0 && found.oldestMs > (rotationDays + graceDays) * dayMs
    return { ...found, overdue: late }
  }

  const file = async (
    kind: 'root' | 'pepper',
    { path, keys: live }: { path: string; keys: LiveKeys },
    uses: ReadonlyMap<string, number> | null,
  ): Promise<FileStanding> => {
    await live.reload()
    const coming = await comingKey(path)
    const noted = new Map(await db.asTenant({ tenantId: installationId }, trx => selectFileKeys(trx, kind)))
    const found = live.all.map(({ id }, index): FileKey => ({
      id,
      state: index === 0 ? 'current' : id === coming ? 'coming' : 'old',
      since: noted.get(id) ?? null,
      uses: uses && (uses.get(id) ?? 0),
    }))
    const since = found[0]?.since
    const dueAt = since && fileRotationDays > 0 ? new Date(since.getTime() + fileRotationDays * dayMs) : null
    const stray = kind === 'root' && found.some(({ state, uses: still }) => state === 'old' && (still ?? 0) > 0)
    return {
      keys: found,
      dueAt,
      due: howDue(dueAt, coming !== null, clock()),
      prepared: coming !== null,
      turning: stray,
      writable: await isWritable(dirname(path)),
    }
  }

  const overview = async (): Promise<Overview> => {
    const [data, index] = await Promise.all([summary('data'), summary('index')])
    const uses = new Map([...data.roots].map(([id, count]) => [id, count + (index.roots.get(id) ?? 0)]))
    for (const [id, count] of index.roots) if (!uses.has(id)) uses.set(id, count)
    return {
      rings: { data, index },
      files: { root: await file('root', rootKeys, uses), pepper: await file('pepper', peppers, null) },
      rotationDays,
      fileRotationDays,
    }
  }

  const follow = (trx: Trx, inMs: number) =>
    enqueue(trx, 'keys.follow', { tenantId: installationId }, { inMs, key: 'keys.follow' })

  const begin = async (purpose: Purpose) => {
    await keys.begin(purpose)
    await db.asTenant({ tenantId: installationId }, trx => follow(trx, 0))
  }

  /** The new key was put into the file by an operator, on every machine; where none is there the desk asks for it. */
  const turnFileIfDue = async (kind: 'root' | 'pepper', { dueAt, prepared, turning }: FileStanding) => {
    const isDue = prepared && dueAt !== null && dueAt <= clock()
    // Keys under another root key: an operator has put a new one first, or a rotation was cut short.
    const isBehind = turning && !prepared
    if (isDue || isBehind) await turnFileKey(kind)
  }

  const turnFileKey = async (kind: 'root' | 'pepper') => {
    const tell = (step: object) => log.info({ kind, ...step }, 'a key file turns')
    if (kind === 'root') await keys.rotateRoot(tell)
    else await keys.rotatePepper(tell)
    await remember()
  }

  return {
    overview,

    /** How far what was asked for is: keys turned, of how many. */
    progress: async (): Promise<{ done: boolean; value: number; max: number }> => {
      const { rings, files } = await overview()
      const moving = purposes.reduce((sum, purpose) => sum + rings[purpose].moving, 0)
      const max = purposes.reduce((sum, purpose) => sum + rings[purpose].count, 0)
      const asked = await db.asTenant({ tenantId: installationId }, isAsked)
      const waiting = asked || files.root.turning || files.pepper.turning ? 1 : 0
      return { done: moving + waiting === 0, value: Math.max(0, max - moving - waiting), max }
    },

    /**
     * Asks the worker to turn keys: all organisations' at once. What is turning already goes on.
     * @throws Conflict where the key file cannot be written here
     */
    ask: async (actor: Actor, kind: Kind): Promise<void> => {
      if (
        (kind === 'root' || kind === 'pepper') &&
        !(await isWritable(dirname((kind === 'root' ? rootKeys : peppers).path)))
      )
        throw new Conflict('encryption-keys:conflict.readOnly')
      await db.asTenant(actor, async trx => {
        await enqueue(trx, 'keys.rotate', { tenantId: installationId, kind }, { key: `keys.rotate-${kind}` })
        await record(trx, actor, 'key.rotation-asked', undefined, { purpose: kind })
      })
    },

    /** What the worker does for it. `keys.follow` comes back until nothing is left to move. */
    tasks: {
      'keys.rotate': ({ kind }: { kind: Kind }) =>
        kind === 'root' || kind === 'pepper' ? turnFileKey(kind) : begin(kind),
      'keys.turn-files': async () => {
        const { files } = await overview()
        for (const kind of ['root', 'pepper'] as const)
          // What goes wrong with one file must not keep the other from its turn.
          await turnFileIfDue(kind, files[kind]).catch((fault: unknown) =>
            log.error({ err: fault, kind }, 'a key file could not be turned'),
          )
      },
      'keys.follow': async () => {
        await keys.turnDue()
        const { rings } = await overview()
        if (rings.data.moving + rings.index.moving === 0) return
        await db.asTenant(systemActor(installationId), trx => follow(trx, followEveryMs))
      },
    },
  }
}
/** Where a new key is in place the worker has a week for it, as for data keys. */
const howDue = (dueAt: Date | null, prepared: boolean, now: Date): FileStanding['due'] => {
  if (!dueAt) return 'later'
  const leftDays = (dueAt.getTime() - now.getTime()) / dayMs
  if (leftDays < (prepared ? -graceDays : 0)) return 'overdue'
  return leftDays < noticeDays && !prepared ? 'soon' : 'later'
}

/** Where key files are mounted for reading only, they are turned where they are kept, by the command line. */
const isWritable = (folder: string): Promise<boolean> =>
  access(folder, constants.W_OK).then(
    () => true,
    () => false,
  )

export type KeyDesk = ReturnType<typeof createKeyDesk>
