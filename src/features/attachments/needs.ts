import type { Actor } from '../../platform/actor.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Db, Trx } from '../../platform/db/tenant.ts'
import type { Vault } from '../../platform/vault/vault.ts'

export type Needs = {
  db: Db
  vault: Pick<Vault, 'seal' | 'open' | 'openAll'>
  clock: Clock
  /** A message that `actor` may read now, with its thread and the client it is about; null for any other. */
  readableMessage: (
    trx: Trx,
    actor: Actor,
    messageId: string,
  ) => Promise<{ threadId: string; clientId: string | null } | null>
}

/** The account that acts; nobody but people attach files. */
export const accountOf = ({ accountId }: Actor): number => {
  if (accountId === null) throw new Error('files are attached by accounts only')
  return accountId
}
