import type { Actor } from '../../platform/actor.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Db, Trx } from '../../platform/db/tenant.ts'
import { Conflict } from '../../platform/errors.ts'
import type { Vault } from '../../platform/vault/vault.ts'

/** Locks a client of the actor's tenant until the transaction ends. @throws NotFound */
export type LockClient = (
  trx: Trx,
  actor: Actor,
  clientId: string,
) => Promise<{ displayName: string; archived: boolean }>

export type Needs = { db: Db; vault: Vault; clock: Clock; lockClient: LockClient }

/**
 * The lock that every change begins with, so that changes of one client's contacts follow one another.
 * @throws NotFound, Conflict where the client is archived: bring them back first
 */
export const lockingActive =
  (lockClient: LockClient): LockClient =>
  async (trx, actor, clientId) => {
    const client = await lockClient(trx, actor, clientId)
    if (client.archived) throw new Conflict('emergency-contacts:conflict.archived')
    return client
  }
