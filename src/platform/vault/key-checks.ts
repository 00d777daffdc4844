import { installationId } from '../actor.ts'
import type { Db, Trx } from '../db/tenant.ts'
import type { Unscoped } from '../db/unscoped.ts'
import { OperatorFault } from '../errors.ts'
import { fingerprintOf, type KeySource, type NamedKey } from './key-files.ts'

export type KeyKind = 'root' | 'pepper'
type KeyFile = { file: string; keys: KeySource }
type Needs = { db: Db; unscoped: Unscoped; files: Record<KeyKind, KeyFile> }
type Noted = { kind: KeyKind; key_id: string; fingerprint: Buffer }

const realm = { tenantId: installationId }
const kinds = ['root', 'pepper'] as const
const names: Record<KeyKind, string> = { root: 'root key', pepper: 'pepper' }

/**
 * Whether the key files are those this database was sealed with. The database keeps a fingerprint of each key, so that a
 * key that is missing, one that was altered and one of another installation are told apart before anything starts.
 */
export const createKeyChecks = ({ db, unscoped, files }: Needs) => {
  const noted = () =>
    db.asTenant(realm, async trx => {
      const { rows } = await trx.raw<{ rows: { there: boolean }[] }>(
        `select to_regclass('public.key_fingerprints') is not null as there`,
      )
      return rows[0]?.there ? trx<Noted>('key_fingerprints').select('kind', 'key_id', 'fingerprint') : []
    })

  const rootInUse = (id: string) =>
    unscoped.read(async trx => (await trx('tenant_keys').where({ root_key_id: id }).first('root_key_id')) !== undefined)

  /** Asked of every organisation, and only where a pepper is missing; a password of which nobody has noted it counts. */
  const pepperInUse = async (id: string): Promise<boolean> => {
    const tenants: { id: string }[] = await unscoped.read(trx =>
      trx('tenants').whereNot('status', 'closed').select('id'),
    )
    for (const { id: tenantId } of tenants)
      if (await db.asTenant({ tenantId }, trx => usesPepper(trx, id)).catch(trueIfNotNotedYet)) return true
    return false
  }
  /** What was taken out of its file for good, by whoever was stopped before saying so here, is not missed. */
  const inUse = { root: rootInUse, pepper: pepperInUse }

  return {
    /**
     * Compares the key files with the database. A database that has noted no key yet has nothing to say.
     * @throws OperatorFault where a key is missing, altered or another installation's, each in one sentence with its mend
     */
    check: async (): Promise<void> => {
      const known = await noted()
      for (const kind of kinds) {
        const ofKind = known.filter(key => key.kind === kind)
        checkFile(kind, files[kind], ofKind)
        for (const { key_id: id } of ofKind) {
          if (files[kind].keys.find(id) || !(await inUse[kind](id))) continue
          throw new OperatorFault(
            `${files[kind].file}: ${names[kind]} ${id} is missing from the file, and the database still needs it; ${mend}`,
          )
        }
      }
    },

    /** Notes the fingerprints of keys the database has not seen; only after `check`. */
    remember: () =>
      db.asTenant(realm, async trx => {
        for (const kind of kinds) await note(trx, kind, files[kind].keys.all)
      }),
  }
}
export type KeyChecks = ReturnType<typeof createKeyChecks>

const note = async (trx: Trx, kind: KeyKind, keys: readonly NamedKey[]) => {
  const rows = keys.map(key => ({
    tenant_id: installationId,
    kind,
    key_id: key.id,
    fingerprint: fingerprintOf(key),
  }))
  await trx('key_fingerprints').insert(rows).onConflict().ignore()
}

/** A key that was taken out of its file for good is no longer asked for. For whoever destroys keys, in the realm's transaction. */
export const forgetKey = async (trx: Trx, kind: KeyKind, id: string): Promise<void> => {
  await trx('key_fingerprints').where({ tenant_id: installationId, kind, key_id: id }).delete()
}

const usesPepper = async (trx: Trx, id: string): Promise<boolean> =>
  (await trx('accounts').where({ pepper_id: id }).orWhereNull('pepper_id').first('id')) !== undefined

/** A database from before it was noted which password has which pepper lacks the column: then each may be in use. */
const trueIfNotNotedYet = (fault: unknown): true => {
  if ((fault as { code?: string }).code === '42703') return true
  throw fault
}

const mend = 'put the file back from the recovery kit with "bin/ostoja recovery-kit open"'

const checkFile = (kind: KeyKind, { file, keys }: KeyFile, known: readonly Noted[]) => {
  const isNoted = (key: NamedKey) => known.some(noted => noted.fingerprint.equals(fingerprintOf(key)))
  const altered = known.find(noted => {
    const key = keys.find(noted.key_id)
    return key && !noted.fingerprint.equals(fingerprintOf(key))
  })
  const renamed = keys.all.find(key => isNoted(key) && !known.some(noted => noted.key_id === key.id))
  if (altered || renamed) {
    throw new OperatorFault(
      `${file}: ${names[kind]} ${altered?.key_id ?? renamed?.id ?? ''} was altered since this database was sealed with it; ${mend}`,
    )
  }
  if (known.length > 0 && !keys.all.some(isNoted)) {
    throw new OperatorFault(
      `${file}: this is another installation’s ${names[kind]} (${keys.current.id}; the database was sealed with ${known[0]!.key_id}); ${mend}, or set DATABASE_URL to the database that belongs to it`,
    )
  }
}
