import { Readable } from 'node:stream'
import { newSealingKey } from '../../platform/age/streams.ts'
import { startDumpThread } from './dump/start-dump-thread.ts'
import { openSnapshot } from './dump/queries.ts'
import { fittingTool, listTools } from './dump/tools.ts'
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
  // What takes a while to be ready begins at once, beside each other.
  const thread = startDumpThread()
  const tools = listTools('pg_dump', settings.pgBin)
  const opening = openSnapshot(settings.databaseUrl)
  const counting = opening.then(snapshot => snapshot.facts())
  counting.catch(() => undefined) // awaited below, unless something else fails first
  try {
    const recipients = await readRecipients(settings.keysDir, settings.drill === 'automatic')
    const sealing = await newSealingKey(recipients)
    const snapshot = await opening
    const tool = fittingTool('pg_dump', await tools, snapshot.server.major)
    const name = dataName(id)
    const file = await thread.write(
      { tool, url: settings.databaseUrl, snapshot: snapshot.id, sealing, store: placeOf(settings), name },
      done => tell({ phase: 'dump', done, total: Math.max(snapshot.about, done) }),
      signal,
    )
    const { rootKeys, peppers, ...facts } = await counting
    const manifest: Manifest = {
      format: 'ostoja-backup',
      version: 1,
      id,
      madeAt: madeAt.toISOString(),
      finishedAt: clock().toISOString(),
      file: { name, ...file },
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
    await Promise.all([thread.end(), opening.then(snapshot => snapshot.close()).catch(() => undefined)])
  }
}

const placeOf = ({ store, s3 }: Needs['settings']) => ({ store, s3 })
