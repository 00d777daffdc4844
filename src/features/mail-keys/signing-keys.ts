import { installationId, systemActor } from '../../platform/actor.ts'
import { record } from '../../platform/audit/record.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import type { PgpPair } from '../../platform/mail/sealing/openpgp.ts'
import type { SmimePair } from '../../platform/mail/sealing/smime.ts'
import type { Kind } from './key.ts'
import type { Needs } from './needs.ts'
import { findSigning, lockSigning, putSigning } from './queries.ts'

/** `address`: whose mail it signs; `until`: ISO 8601, null for one that lasts. */
type SigningPair = (PgpPair | SmimePair) & { address: string; until: string | null }

const day = 24 * 60 * 60_000
const certificateMs = 10 * 365 * day
/** Ahead of its end, so that no letter is signed with one that ends on its way. */
const renewalMs = 30 * day
const realm = systemActor(installationId)
const place = (kind: Kind) => ({ tenant: installationId, column: 'mail_signing_keys.pair_sealed', row: kind }) as const

/** What the installation signs letters with: one key of each kind, made at its first use. */
export const createSigningKeys = ({ db, vault, clock, from }: Needs) => {
  const isGood = ({ address, until }: SigningPair) =>
    address === from && (until === null || new Date(until).getTime() > clock().getTime() + renewalMs)

  const look = async (trx: Trx, kind: Kind): Promise<SigningPair | null> => {
    const row = await findSigning(trx, kind)
    const pair = row && (await vault.open<SigningPair>(row.pair_sealed, place(kind)))
    return pair && isGood(pair) ? pair : null
  }

  const make = async (kind: Kind, address: string): Promise<SigningPair> => {
    const now = clock()
    if (kind === 'openpgp') {
      const { makePgpPair } = await import('../../platform/mail/sealing/openpgp.ts')
      return { ...(await makePgpPair(address, now)), address, until: null }
    }
    const { makeSmimePair } = await import('../../platform/mail/sealing/smime.ts')
    const until = new Date(now.getTime() + certificateMs)
    // Clocks of readers may be behind.
    const pair = await makeSmimePair(address, new Date(now.getTime() - day), until)
    return { ...pair, address, until: until.toISOString() }
  }

  return {
    /**
     * The key of a kind. Another follows where the address that mail comes from has changed, or a certificate ends within a month.
     * @returns null where this installation sends no mail
     */
    of: async (kind: Kind): Promise<SigningPair | null> => {
      if (from === null) return null
      const known = await db.asTenant(realm, trx => look(trx, kind))
      if (known) return known
      // It takes a second or two, so no transaction is open meanwhile.
      const made = await make(kind, from)
      return db.asTenant(realm, async trx => {
        await lockSigning(trx, kind)
        const others = await look(trx, kind)
        if (others) return others
        const sealed = await vault.seal(made, place(kind))
        await putSigning(trx, { tenant_id: installationId, kind, pair_sealed: sealed, made_at: clock() })
        await record(trx, realm, 'mail-signing-key.made', undefined, { kind, fingerprint: made.fingerprint })
        return made
      })
    },
  }
}
export type SigningKeys = ReturnType<typeof createSigningKeys>
