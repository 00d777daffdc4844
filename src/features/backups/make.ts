import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { sealingStream } from '../../platform/age/streams.ts'
import { Meter } from './dump/meter.ts'
import { dumpOf } from './dump/pg-dump.ts'
import { openSnapshot, type Snapshot } from './dump/queries.ts'
import { findTool } from './dump/tools.ts'
import { BackupFault } from './faults.ts'
import { readRecipients } from './keys.ts'
import { dataName, manifestName, type Manifest } from './manifest.ts'
import type { Needs, Tell } from './needs.ts'
import { signedText } from '../../platform/vault/signed-text.ts'
import type { Store } from './store/store.ts'

type MakeNeeds = Pick<Needs, 'clock' | 'settings' | 'roots' | 'version'> & { store: Store }

/**
 * Makes one backup: pg_dump, sealed as it comes, into the store; then, last of all, its manifest. What has no manifest is no
 * backup, so that an interruption at any point leaves nothing that looks like one.
 * @param id its name and its place in time
 * @throws BackupFault
 */
export const makeBackup = async (
  { clock, settings, roots, store, version }: MakeNeeds,
  id: string,
  tell: Tell,
  signal: AbortSignal,
): Promise<Manifest> => {
  if (!settings.databaseUrl) throw new BackupFault('not-configured')
  const madeAt = clock()
  const recipients = await readRecipients(settings.keysDir, settings.drill === 'automatic')
  const snapshot = await openSnapshot(settings.databaseUrl)
  try {
    const tool = await findTool('pg_dump', snapshot.server.major, settings.pgBin)
    const name = dataName(id)
    const total = snapshot.about
    const plain = new Meter({ tell: done => tell({ phase: 'dump', done, total: Math.max(total, done) }) })
    const sealed = new Meter({ hashed: true })
    const sealing = await sealingStream(recipients)
    const counting = snapshot.facts()
    counting.catch(() => undefined) // awaited below, unless the dump fails first
    const dumping = dumpOf(tool, settings.databaseUrl, snapshot.id, signal)
    const stopped = new AbortController()
    const writing = store.write(name, sealed)
    writing.catch(() => stopped.abort()) // a store that takes nothing would leave the dump waiting for ever
    const flowing = pipeline(dumping, plain, sealing, sealed, { signal: AbortSignal.any([signal, stopped.signal]) })
    const [written, flown] = await Promise.allSettled([writing, flowing])
    // Where either fails the other does; the store says best what was wrong with it, and passes on what was not.
    for (const end of [written, flown]) if (end.status === 'rejected') throw end.reason
    const { rootKeys, peppers, ...facts } = await counting
    const manifest: Manifest = {
      format: 'ostoja-backup',
      version: 1,
      id,
      madeAt: madeAt.toISOString(),
      finishedAt: clock().toISOString(),
      file: { name, size: sealed.bytes, sha256: sealed.sha256(), plainSize: plain.bytes },
      ostoja: version,
      server: snapshot.server,
      tool: { version: tool.version, major: tool.major },
      ...facts,
      recipients,
      recoveryKit: { rootKeys, peppers, backupIdentity: true },
    }
    signal.throwIfAborted()
    await store.write(manifestName(id), Readable.from([signedText(manifest, roots, 'backup manifest')]))
    return manifest
  } finally {
    await endQuietly(snapshot)
  }
}

const endQuietly = (snapshot: Snapshot) => snapshot.close().catch(() => undefined)
