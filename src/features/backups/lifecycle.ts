import { randomBytes } from 'node:crypto'
import { installationId, systemActor } from '../../platform/actor.ts'
import { record } from '../../platform/audit/record.ts'
import { rowsOf } from './compare.ts'
import { drillBackup } from './drill.ts'
import { problemOf, type Problem } from './faults.ts'
import { backupKeyFiles, readIdentities } from './keys.ts'
import { makeBackup } from './make.ts'
import { dataName, idFor, idOfName, manifestName, type Manifest } from './manifest.ts'
import type { Needs, Tell } from './needs.ts'
import { findBackup, insertBackup, selectBackups, updateBackup, type Change } from './queries.ts'
import { expired } from './retention.ts'
import { storedBackup } from './source.ts'
import type { Store } from './store/store.ts'

const realm = systemActor(installationId)
const tellEveryMs = 1000
const mostProofTries = 3

type Step = 'made' | 'failed' | 'proven' | 'proof-failed' | 'removed'

/** One backup's way: made, proven, removed; each step noted, whatever comes of it. Only for whoever holds the lock. */
export const createLifecycle = (needs: Needs, store: Store) => {
  const { db, clock, log, settings } = needs
  const change = (id: string, what: Change, action?: `backup.${Step}`, detail = {}) =>
    db.asTenant(realm, async trx => {
      await updateBackup(trx, id, what)
      if (action) await record(trx, realm, action, id, detail)
    })

  /** How far it is, into the table now and then, and to whoever watches. */
  const telling = (id: string, tell: Tell): Tell => {
    let last = 0
    return progress => {
      tell(progress)
      const now = Date.now()
      if (now - last < tellEveryMs) return
      last = now
      void change(id, { done_bytes: progress.done, about_bytes: progress.total }).catch(() => undefined)
    }
  }

  const begin = (night: string | null, askedBy: number | null = null): Promise<string> =>
    db.asTenant(realm, async trx => {
      const id = idFor(clock(), randomBytes(4))
      await insertBackup(trx, { id, night, asked_by: askedBy, asked_at: clock(), status: 'waiting' })
      return id
    })

  /** Makes one. @throws what went wrong, after it was noted */
  const make = async (id: string, signal: AbortSignal, tell: Tell): Promise<Manifest> => {
    await change(id, { status: 'running', started_at: clock() })
    try {
      await sweep()
      const made = await makeBackup({ ...needs, store }, id, telling(id, tell), signal)
      const { size, sha256 } = made.file
      const rows = rowsOf(made)
      const done = {
        status: 'made',
        finished_at: clock(),
        size,
        sha256,
        rows,
        done_bytes: size,
        about_bytes: size,
      } as const
      await change(id, done, 'backup.made', { size, rows, sha256 })
      return made
    } catch (fault) {
      const failure: Problem = signal.aborted ? 'interrupted' : problemOf(fault)
      log.error({ err: fault, failure, backup: id }, 'a backup failed')
      await removeFiles(id).catch(() => undefined)
      await change(id, { status: 'failed', failure, finished_at: clock() }, 'backup.failed', { failure })
      throw fault
    }
  }

  /** Proves one. @param identities to open it with; by default the drill's own. @throws what was wrong, after it was noted */
  const prove = async (id: string, signal: AbortSignal, tell: Tell, identities?: readonly string[]): Promise<void> => {
    const row = await db.asTenant(realm, trx => findBackup(trx, id))
    const tries = (row?.proof_tries ?? 0) + 1
    await change(id, { proof: 'running', proof_failure: null, proof_started_at: clock(), proof_tries: tries })
    try {
      const keys = identities ?? (await readIdentities(backupKeyFiles(settings.keysDir).drill))
      const proof = await drillBackup(needs, storedBackup(store, id), keys, telling(id, tell), signal)
      const proven = { opened_rows: proof.opened, database_bytes: proof.databaseBytes, proof_finished_at: clock() }
      await change(id, { proof: 'proven', ...proven }, 'backup.proven', { opened: proof.opened })
    } catch (fault) {
      const failure: Problem = signal.aborted ? 'interrupted' : problemOf(fault)
      log.error({ err: fault, failure, backup: id }, 'a backup could not be proven')
      const proof = failure === 'interrupted' ? 'none' : 'failed'
      const noted = { proof, proof_failure: failure, proof_finished_at: clock() } as const
      await change(id, noted, 'backup.proof-failed', { failure })
      throw fault
    }
  }

  /** The manifest first: what has none is no backup, so that an interruption leaves nothing that looks whole. */
  const removeFiles = async (id: string) => {
    await store.remove(manifestName(id))
    await store.remove(dataName(id))
  }

  /** Data without a manifest is what a killed maker has left. */
  const sweep = async () => {
    await store.sweep()
    const names = new Set((await store.list()).map(({ name }) => name))
    for (const name of names) {
      const id = idOfName(name)
      if (id && name === dataName(id) && !names.has(manifestName(id))) await store.remove(name)
    }
  }

  /** The backups in the store, with what is known of them here. */
  const stored = async () => {
    const known = new Map((await db.asTenant(realm, trx => selectBackups(trx))).map(row => [row.id, row]))
    const listed = await store.list()
    return listed
      .filter(({ name }) => name.endsWith('.manifest'))
      .flatMap(({ name }) => idOfName(name) ?? [])
      .map(id => ({ id, at: dateOfId(id), proof: known.get(id)?.proof ?? ('none' as const) }))
  }

  return {
    begin,
    make,
    prove,

    /** The newest that is not proven and has not been tried too often, or null. */
    toProve: async (): Promise<string | null> => {
      const [newest] = (await db.asTenant(realm, trx => selectBackups(trx))).filter(row => row.status === 'made')
      return newest?.proof === 'none' && newest.proof_tries < mostProofTries ? newest.id : null
    },

    /** Removes what has been kept long enough, and what was left behind. */
    tidy: async (): Promise<string[]> => {
      const gone = expired(await stored(), settings.keep, { now: clock(), timeZone: settings.timeZone })
      for (const id of gone) {
        await removeFiles(id)
        await change(id, { status: 'removed' }, 'backup.removed')
      }
      return gone
    },
  }
}
export type Lifecycle = ReturnType<typeof createLifecycle>

const dateOfId = (id: string): Date =>
  new Date(id.replace(/^(\d{4})(\d\d)(\d\d)t(\d\d)(\d\d)(\d\d)z.*$/, '$1-$2-$3T$4:$5:$6Z'))
