import type { Clock } from '../../platform/clock.ts'
import type { Db, Trx } from '../../platform/db/tenant.ts'
import type { Vault } from '../../platform/vault/vault.ts'

export type Needs = {
  db: Db
  vault: Vault
  clock: Clock
  log: { error: (facts: object, message: string) => void }
  /** Tells the owner that the key has changed, in the transaction that changes it. */
  tellOwner: (trx: Trx, tenantId: string, accountId: number) => Promise<void>
  /** The address that mail comes from; null where this installation sends none. */
  from: string | null
}
