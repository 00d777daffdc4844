import { migrate, knownMigrations } from '../../platform/db/migrate.ts'
import { provisionGroups } from '../../platform/db/provision.ts'
import type { KeySource } from '../../platform/vault/key-files.ts'
import { compare, rowsOf } from './compare.ts'
import { factsOf, giveFunctionsBack, isEmpty, withClient } from './dump/queries.ts'
import { BackupFault } from './faults.ts'
import type { Manifest } from './manifest.ts'
import type { Tell } from './needs.ts'
import { restoreDump } from './restore.ts'
import { liftRowSecurity } from './scratch/queries.ts'
import type { Source } from './source.ts'
import { requireRootKeys, verifyBackup } from './verify.ts'

type Wish = {
  source: Source
  identities: readonly string[]
  roots: Pick<KeySource, 'find'>
  /** A login that owns an empty database; on a server that has not seen Ostoja, one that may create roles. */
  url: string
  pgBin: string | null
  tell: Tell
}
export type Restored = { manifest: Manifest; rows: number; migrated: string[] }

/**
 * Brings a backup back into an empty database, and to this version of Ostoja. Everything is looked at before anything is changed.
 * @throws BackupFault
 */
export const restoreInto = async ({ source, identities, roots, url, pgBin, tell }: Wish): Promise<Restored> => {
  const manifest = await verifyBackup(source, roots, tell)
  requireRootKeys(manifest, roots)
  const known = await knownMigrations()
  const unknown = manifest.migrations.filter(name => !known.includes(name))
  if (unknown.length > 0) throw new BackupFault('newer-schema', `made by Ostoja ${manifest.ostoja}, ${unknown.at(-1)}`)
  if (!(await withClient(url, isEmpty))) throw new BackupFault('database-not-empty')
  await provisionGroups(url)
  await restoreDump({ source, manifest, identities, url, pgBin, withRights: true, tell })
  await withClient(url, async client => {
    await giveFunctionsBack(client)
    await compareAll(manifest, client)
  })
  return { manifest, rows: rowsOf(manifest), migrated: await migrate(url) }
}

/** Row security is forced on owners too: it is lifted for the moment of counting, in a transaction that is taken back. */
const compareAll = async (manifest: Manifest, client: Parameters<typeof factsOf>[0]) => {
  await client.query('begin')
  try {
    await liftRowSecurity(client)
    compare(manifest, await factsOf(client))
  } finally {
    await client.query('rollback')
  }
}
