import { randomBytes } from 'node:crypto'
import type { Readable } from 'node:stream'
import { installationId, systemActor, type Actor } from '../../platform/actor.ts'
import { record } from '../../platform/audit/record.ts'
import { NotFound } from '../../platform/errors.ts'
import { enqueue } from '../../platform/jobs/jobs.ts'
import { tryLock } from './dump/queries.ts'
import { BackupFault, problemOf } from './faults.ts'
import { readIdentities } from './keys.ts'
import { copyLedger } from './ledger-copy.ts'
import { createLifecycle } from './lifecycle.ts'
import { dataName, idFor, manifestName, type Manifest } from './manifest.ts'
import type { Needs, Tell } from './needs.ts'
import { nightDue } from './nights.ts'
import { findBackup, insertBackup, installedAt, markInterrupted, selectBackups, type BackupRow } from './queries.ts'
import { openStore } from './store/open-store.ts'
import { createWatch } from './watch.ts'

const realm = systemActor(installationId)
const minuteMs = 60_000
const mostTriesANight = 5
const tryAgainMs = 10 * minuteMs
const silent: Tell = () => undefined

/** Backups of the whole installation: by night, on demand, proven, and looked after. */
export const createBackups = (needs: Needs) => {
  const { db, clock, settings, roots, ledgerFile, log } = needs
  const store = openStore(settings)
  const lifecycle = createLifecycle(needs, store)
  const watch = createWatch(needs)
  const stopping = new AbortController()
  let lastLedger: string | null = null

  const rows = () => db.asTenant(realm, trx => selectBackups(trx))

  /** Whoever does something to backups is alone at it. @returns null where another is */
  const alone = async <T>(work: (signal: AbortSignal) => Promise<T>): Promise<T | null> => {
    if (!settings.databaseUrl) throw new BackupFault('not-configured')
    const lock = await tryLock(settings.databaseUrl)
    if (!lock) return null
    try {
      await roots.reload?.()
      await db.asTenant(realm, async trx => {
        for (const id of await markInterrupted(trx, clock()))
          await record(trx, realm, 'backup.failed', id, { failure: 'interrupted' })
      })
      return await work(AbortSignal.any([stopping.signal, lock.lost]))
    } finally {
      await lock.release()
    }
  }

  /** What there is to make now: what somebody asked for, or tonight's. */
  const due = async (): Promise<string | null> => {
    const all = await rows()
    const waiting = all.filter(row => row.status === 'waiting').at(-1)
    if (waiting) return waiting.id
    const now = clock()
    const night = nightDue(now, settings.time, settings.timeZone)
    const ofNight = all.filter(row => row.night === night)
    if (ofNight.some(row => row.status !== 'failed')) return null
    const last = ofNight[0]
    const rests =
      last && last.failure !== 'interrupted' && now.getTime() - (last.finished_at?.getTime() ?? 0) < tryAgainMs
    if (rests || ofNight.length >= mostTriesANight) return null
    const since = (await db.asTenant(realm, installedAt)) ?? now
    // The first night is the first one that begins here; one that was slept through is made up for.
    return nightDue(since, settings.time, settings.timeZone) === night ? null : lifecycle.begin(night)
  }

  const afterwards = async () => {
    await lifecycle.tidy()
    lastLedger = await copyLedger(ledgerFile, store, roots, lastLedger)
  }

  const proveNewest = async (signal: AbortSignal, tell: Tell) => {
    const id = settings.drill === 'automatic' ? await lifecycle.toProve() : null
    if (id) await lifecycle.prove(id, signal, tell)
  }

  return {
    store,
    state: watch.state,
    watch: watch.watch,
    mailWarning: watch.mailWarning,

    /** Every backup there is or was, the newest first. For operators. */
    list: (actor: Actor): Promise<BackupRow[]> => db.asTenant(inRealm(actor), trx => selectBackups(trx)),

    /** Asks the worker for a backup. @returns its id */
    request: (actor: Actor): Promise<string> =>
      db.asTenant(inRealm(actor), async trx => {
        const waiting = (await selectBackups(trx)).find(row => row.status === 'waiting')
        if (waiting) return waiting.id
        const id = idFor(clock(), randomBytes(4))
        await insertBackup(trx, { id, night: null, asked_by: actor.accountId, asked_at: clock(), status: 'waiting' })
        await record(trx, actor, 'backup.requested', id)
        await enqueue(trx, 'backups.tend', { tenantId: installationId })
        return id
      }),

    /**
     * One of the two files of a backup, to hand to an operator; that it was fetched is on record first.
     * @throws NotFound
     */
    open: async (
      actor: Actor,
      id: string,
      part: 'data' | 'manifest',
    ): Promise<{ name: string; size: number; stream: Readable }> => {
      const row = await db.asTenant(inRealm(actor), trx => findBackup(trx, id))
      const name = part === 'data' ? dataName(id) : manifestName(id)
      const size = row?.status === 'made' ? await store.size(name) : null
      const stream = size === null ? null : await store.read(name)
      if (size === null || !stream) throw new NotFound()
      await db.asTenant(inRealm(actor), trx => record(trx, actor, 'backup.fetched', id, { part }))
      return { name, size, stream }
    },

    /** The worker's turn, each minute: what is due is made and proven, what is old removed. Returns at once where another is at it. */
    tend: async (): Promise<void> => {
      if (!settings.databaseUrl) return
      await alone(async signal => {
        const id = await due()
        if (id) await lifecycle.make(id, signal, silent)
        await proveNewest(signal, silent)
        if (id) await afterwards()
        else lastLedger = await copyLedger(ledgerFile, store, roots, lastLedger)
      }).catch((fault: unknown) => {
        log.error({ err: fault, problem: problemOf(fault) }, 'backups could not be tended')
      })
      if (!stopping.signal.aborted) await watch.watch()
    },

    /** Makes one now, and proves it where drills are automatic. @throws BackupFault */
    makeNow: async (tell: Tell = silent): Promise<Manifest> => {
      const made = await alone(async signal => {
        const manifest = await lifecycle.make(await lifecycle.begin(null), signal, tell)
        await proveNewest(signal, tell)
        await afterwards()
        return manifest
      })
      if (!made) throw new BackupFault('already-running')
      return made
    },

    /** Proves a backup now. @param identityFile of an identity that is kept elsewhere; the drill's own by default. @throws BackupFault */
    drillNow: async (id: string, identityFile: string | null, tell: Tell = silent): Promise<void> => {
      const identities = identityFile ? await readIdentities(identityFile) : undefined
      const done = await alone(async signal => {
        await lifecycle.prove(id, signal, tell, identities)
        return true
      })
      if (!done) throw new BackupFault('already-running')
    },

    /** Ends what is under way, at once: it is noted as interrupted, and begun anew later. */
    stop: () => stopping.abort(),
  }
}
export type Backups = ReturnType<typeof createBackups>

/** Only who belongs to the realm of the operators sees anything of it: row security takes care of everybody else. */
const inRealm = (actor: Actor): Actor => {
  if (actor.tenantId !== installationId) throw new NotFound()
  return actor
}
