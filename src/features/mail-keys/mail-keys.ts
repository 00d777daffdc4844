import type { Actor } from '../../platform/actor.ts'
import { record } from '../../platform/audit/record.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import { NotFound } from '../../platform/errors.ts'
import type { KeyFault, Kind, MailKey } from './key.ts'
import { createSealedLetters } from './letters.ts'
import type { Needs } from './needs.ts'
import { deleteKey, findKey, putKey } from './queries.ts'
import { readKey } from './reading.ts'
import { createSigningKeys } from './signing-keys.ts'

type AccountKey = { tenantId: string; accountId: number }
/** `fault`: why letters can be encrypted to it no longer. */
export type OwnKey = MailKey & { changedAt: Date; fault: KeyFault | null }

const place = ({ tenantId, accountId }: AccountKey) =>
  ({ tenant: tenantId, column: 'mail_keys.key_sealed', row: accountId }) as const

/** What letters to people are encrypted to, by their own choice, and what the installation signs them with. */
export const createMailKeys = (needs: Needs) => {
  const { db, vault, clock, tellOwner } = needs
  const signingKeys = createSigningKeys(needs)

  const find = async (trx: Trx, account: AccountKey) => {
    const row = await findKey(trx, account.accountId)
    return row && { ...(await vault.open<MailKey>(row.key_sealed, place(account))), changedAt: row.changed_at }
  }

  return {
    signingKeys,

    /** Puts the actor's own key in the place of the one before. They are told, lest somebody else did it. */
    choose: (actor: Actor, key: MailKey): Promise<void> =>
      db.asTenant(actor, async trx => {
        const account = accountOf(actor)
        await putKey(trx, {
          tenant_id: account.tenantId,
          account_id: account.accountId,
          key_sealed: await vault.seal(key, place(account)),
          changed_at: clock(),
        })
        await record(trx, actor, 'mail-key.chosen', account.accountId, { kind: key.kind })
        await tellOwner(trx, account.tenantId, account.accountId)
      }),

    /** From now on letters to the actor go as everybody's. */
    remove: (actor: Actor): Promise<void> =>
      db.asTenant(actor, async trx => {
        const { tenantId, accountId } = accountOf(actor)
        if (!(await deleteKey(trx, accountId))) return
        await record(trx, actor, 'mail-key.removed', accountId)
        await tellOwner(trx, tenantId, accountId)
      }),

    /** The actor's own key as it stands now. */
    own: async (actor: Actor): Promise<OwnKey | null> => {
      const key = await db.asTenant(actor, trx => find(trx, accountOf(actor)))
      if (!key) return null
      const read = await readKey(key.text, clock())
      return { ...key, fault: read.ok ? null : read.fault }
    },

    /** What readers' programs know the installation's letters by. @throws NotFound where it sends none */
    published: async (kind: Kind): Promise<{ published: string; fingerprint: string }> => {
      const pair = await signingKeys.of(kind)
      if (!pair) throw new NotFound()
      return pair
    },

    /** A mailer that signs and encrypts letters to whoever has a key. */
    sealing: createSealedLetters({
      ...needs,
      signingKeys,
      keyOf: async to => (await db.asTenant(to, trx => find(trx, to))) ?? null,
    }),
  }
}
export type MailKeys = ReturnType<typeof createMailKeys>

const accountOf = ({ tenantId, accountId }: Actor): AccountKey => {
  if (accountId === null) throw new NotFound()
  return { tenantId, accountId }
}
