import { installationId, systemActor } from '../../platform/actor.ts'
import { record } from '../../platform/audit/record.ts'
import type { Db } from '../../platform/db/tenant.ts'
import type { Unscoped } from '../../platform/db/unscoped.ts'
import { OperatorFault } from '../../platform/errors.ts'
import type { NamedKey } from '../../platform/vault/key-files.ts'
import { insertKey, selectWrapped, unwrap, type Roots } from '../../platform/vault/wrapped-keys.ts'
import { anySeal, lockChain } from './queries.ts'

const realm = systemActor(installationId)

/**
 * The key of the log's chain: one for the installation, in the database only wrapped by a root key. It does not turn with root keys,
 * which are only wrapped around it anew, so that what was sealed years ago verifies as before.
 */
export const createChainKeys = ({ db, unscoped, roots }: { db: Db; unscoped: Unscoped; roots: Roots }) => {
  const known = new Map<number, Buffer>()
  let current: number | null = null

  const load = async () => {
    const rows = (await db.asTenant(realm, selectWrapped)).filter(({ purpose }) => purpose === 'chain')
    for (const row of rows) known.set(row.id, await unwrap(roots, installationId, row))
    current = rows.find(row => row.current)?.id ?? null
  }

  /** Only while nothing is sealed: a key that is gone is not quietly followed by another. */
  const make = async () => {
    await db.asTenant(realm, async trx => {
      await lockChain(trx, installationId)
      const there = (await selectWrapped(trx)).some(({ purpose }) => purpose === 'chain')
      if (there) return
      if (await unscoped.read(anySeal)) throw new OperatorFault(keyGone)
      const id = await insertKey(trx, roots, installationId, 'chain', { current: true })
      await record(trx, realm, 'key.made', id, { purpose: 'chain' })
    })
    await load()
  }

  const find = async (id: number): Promise<Buffer | null> => {
    if (!known.has(id)) await load()
    return known.get(id) ?? null
  }

  return {
    find,

    /** The key that seals, made at its first use. @throws OperatorFault where it is gone although something was sealed */
    current: async (): Promise<{ id: number; key: Buffer }> => {
      if (current === null) await load()
      if (current === null) await make()
      if (current === null) throw new OperatorFault(keyGone)
      return { id: current, key: known.get(current)! }
    },

    /** For texts that are signed: the named keys there are. */
    named: async (): Promise<{ find: (id: string) => NamedKey | undefined }> => {
      await load()
      const keys = [...known].map(([id, key]) => ({ id: String(id), key }))
      return { find: id => keys.find(key => key.id === id) }
    },
  }
}
export type ChainKeys = ReturnType<typeof createChainKeys>

const keyGone =
  'The key of the log’s chain is gone from the database, although events were sealed with it: the database was changed by hand. ' +
  'Restore the newest backup into a database beside it and compare.'
