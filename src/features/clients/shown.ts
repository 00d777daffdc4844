import type { Actor } from '../../platform/actor.ts'
import { record } from '../../platform/audit/record.ts'
import type { Trx } from '../../platform/db/tenant.ts'

/**
 * Notes, in one event, which clients a list or a search has shown. Who has seen a client is then:
 * `select account_id, action, at from audit_events where subject_id = $1 or detail -> 'clients' ? $1`.
 */
export const recordShown = (
  trx: Trx,
  actor: Actor,
  action: 'clients.listed' | 'clients.recent-listed' | 'clients.searched',
  shown: readonly { id: string }[],
) => record(trx, actor, action, undefined, { count: shown.length, clients: shown.map(({ id }) => id) })
