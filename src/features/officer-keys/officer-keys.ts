import { randomUUID } from 'node:crypto'
import type { Actor } from '../../platform/actor.ts'
import { record } from '../../platform/audit/record.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Db, Trx } from '../../platform/db/tenant.ts'
import { NotFound } from '../../platform/errors.ts'
import type { Vault } from '../../platform/vault/vault.ts'
import { findKey, insertKey, retireKey, selectKeys, type KeyRow } from './queries.ts'
import type { KeyForm } from './schema.ts'

type Needs = {
  db: Db
  vault: Vault
  clock: Clock
  accountNames: (trx: Trx, tenantId: string, ids: readonly number[]) => Promise<Map<number, string>>
  /** Accounts that are active and security officers now. */
  officers: (trx: Trx) => Promise<readonly number[]>
  /** Tells every security officer: whoever adds a key can read what is sealed to it from then on. */
  tellOfficers: (trx: Trx, tenantId: string, what: 'registered' | 'retired', ownerId: number) => Promise<void>
}

export type OfficerKey = {
  id: string
  name: string
  owner: string
  ownerId: number
  publicKey: string
  createdAt: Date
  retiredAt: Date | null
  /** Whether exports are sealed to it: not retired, and its owner is still a security officer. */
  inUse: boolean
}

const place = (tenant: string, row: string) => ({ tenant, column: 'officer_keys.name_sealed', row }) as const

/** The public keys that exports are sealed to, so that nobody's passphrase is needed for them. */
export const createOfficerKeys = ({ db, vault, clock, accountNames, officers, tellOfficers }: Needs) => {
  const opened = async (trx: Trx, tenantId: string, rows: readonly KeyRow[]): Promise<OfficerKey[]> => {
    const names = await accountNames(
      trx,
      tenantId,
      rows.map(row => row.account_id),
    )
    const active = new Set(await officers(trx))
    return Promise.all(
      rows.map(async row => ({
        id: row.id,
        name: await vault.open<string>(row.name_sealed, place(tenantId, row.id)),
        owner: names.get(row.account_id) ?? '',
        ownerId: row.account_id,
        publicKey: row.public_key,
        createdAt: row.created_at,
        retiredAt: row.retired_at,
        inUse: row.retired_at === null && active.has(row.account_id),
      })),
    )
  }

  return {
    /** Every key of the organisation: those in use first. */
    list: (actor: Actor): Promise<OfficerKey[]> =>
      db.asTenant(actor, async trx => opened(trx, actor.tenantId, await selectKeys(trx))),

    /** The keys that an export may be sealed to at this moment. */
    inUse: async (trx: Trx): Promise<{ id: string; publicKey: string }[]> => {
      const active = new Set(await officers(trx))
      const rows = await selectKeys(trx)
      return rows
        .filter(row => row.retired_at === null && active.has(row.account_id))
        .map(({ id, public_key }) => ({ id, publicKey: public_key }))
    },

    /** Adds a key of the actor's own. @returns false where it is in use already */
    register: (actor: Actor, { name, publicKey }: KeyForm): Promise<boolean> =>
      db.asTenant(actor, async trx => {
        const ownerId = actor.accountId
        if (ownerId === null) throw new NotFound()
        const id = randomUUID()
        const { tenantId } = actor
        const added = await insertKey(trx, {
          tenant_id: tenantId,
          id,
          account_id: ownerId,
          public_key: publicKey,
          name_sealed: await vault.seal(name, place(tenantId, id)),
          created_at: clock(),
        })
        if (!added) return false
        await record(trx, actor, 'officer-key.registered', id, { publicKey })
        await tellOfficers(trx, tenantId, 'registered', ownerId)
        return true
      }),

    /** Ends the use of a key, one's own or a colleague's: a lost key can't wait for its owner. @throws NotFound */
    retire: (actor: Actor, id: string): Promise<void> =>
      db.asTenant(actor, async trx => {
        const row = await retireKey(trx, id, actor.accountId, clock())
        if (!row) {
          // Retired a moment ago by somebody else: what was asked for is so.
          if (await findKey(trx, id)) return
          throw new NotFound()
        }
        await record(trx, actor, 'officer-key.retired', id, { publicKey: row.public_key })
        await tellOfficers(trx, actor.tenantId, 'retired', row.account_id)
      }),
  }
}
export type OfficerKeys = ReturnType<typeof createOfficerKeys>
