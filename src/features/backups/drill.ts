import { randomInt } from 'node:crypto'
import { connect } from '../../platform/db/connect.ts'
import { createDb } from '../../platform/db/tenant.ts'
import { SealBroken } from '../../platform/vault/cipher.ts'
import { createKeyRings } from '../../platform/vault/key-ring.ts'
import { createVault } from '../../platform/vault/vault.ts'
import { compare } from './compare.ts'
import { factsOf, withClient } from './dump/queries.ts'
import { BackupFault } from './faults.ts'
import type { Needs, Tell } from './needs.ts'
import { restoreDump } from './restore.ts'
import { databaseBytes, hasKeys, liftRowSecurity, makeScratch, sampleSealed } from './scratch/queries.ts'
import type { Source } from './source.ts'
import { requireRootKeys, verifyBackup } from './verify.ts'

type DrillNeeds = Pick<Needs, 'settings' | 'roots' | 'sealed'>
export type Proof = { opened: number; databaseBytes: number }

/** Of each organisation. */
const sampled = 100

/**
 * Proves a backup: restores it into a database of its own, with every constraint; opens 100 random sealed values of each
 * organisation; compares rows, objects and audit heads with the manifest; and throws the database away.
 * @throws BackupFault
 */
export const drillBackup = async (
  { settings, roots, sealed }: DrillNeeds,
  source: Source,
  identities: readonly string[],
  tell: Tell,
  signal?: AbortSignal,
): Promise<Proof> => {
  if (!settings.drillDatabaseUrl) throw new BackupFault('no-drill-database')
  const manifest = await verifyBackup(source, roots, tell)
  requireRootKeys(manifest, roots)
  const scratch = await makeScratch(settings.drillDatabaseUrl, settings.databaseUrl ?? '')
  try {
    const { url } = scratch
    await restoreDump({ source, manifest, identities, url, pgBin: settings.pgBin, withRights: false, signal, tell })
    signal?.throwIfAborted()
    const tenants = manifest.auditHeads.map(({ tenantId }) => tenantId)
    const opened = await openSamples(url, tenants, { roots, sealed }, tell)
    return await withClient(url, async client => {
      const bytes = await databaseBytes(client)
      await liftRowSecurity(client)
      compare(manifest, await factsOf(client))
      return { opened, databaseBytes: bytes }
    })
  } finally {
    await scratch.drop().catch(() => undefined) // the next drill drops it
  }
}

/** Row security is in force here, as in the database that was backed up: each organisation's rows are looked at alone. */
const openSamples = async (
  url: string,
  tenants: readonly string[],
  { roots, sealed }: Pick<Needs, 'roots' | 'sealed'>,
  tell: Tell,
): Promise<number> => {
  const db = createDb(connect(url, 2))
  const vault = createVault(createKeyRings(db, roots))
  let opened = 0
  try {
    await withClient(url, async client => {
      for (const [index, tenantId] of tenants.entries()) {
        if (!(await hasKeys(client, tenantId))) continue // destroyed for good: what is left of it nobody can open
        const all = await sampleSealed(client, tenantId, sealed, sampled)
        for (const { column, row, sealed: value } of pick(all, sampled)) {
          await vault.open(value, { tenant: tenantId, column, row }).catch((fault: unknown) => {
            if (fault instanceof SealBroken) throw new BackupFault('rows-do-not-open', `${column} of ${tenantId}`)
            throw fault
          })
          opened += 1
        }
        tell({ phase: 'compare', done: index + 1, total: tenants.length })
      }
    })
  } finally {
    await db.close()
  }
  return opened
}

/** So many of them, each as likely as any other. */
const pick = <T>(all: T[], most: number): T[] => {
  for (let at = 0; at < Math.min(most, all.length); at++) {
    const other = randomInt(at, all.length)
    ;[all[at], all[other]] = [all[other]!, all[at]!]
  }
  return all.slice(0, most)
}
