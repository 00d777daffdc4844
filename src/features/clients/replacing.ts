import type { Actor } from '../../platform/actor.ts'
import { record } from '../../platform/audit/record.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import type { Action, ClientProfile } from './profile.ts'
import { insertVersions, updateClient, type ReadRow } from './queries.ts'
import type { Sealing } from './sealing.ts'

/** Puts the present version among the earlier ones, where it opens only as that version, and writes the next. */
export const replacing =
  (clock: Clock, sealing: Sealing) =>
  async (trx: Trx, actor: Actor, row: ReadRow, present: ClientProfile, next: object, action: Action) => {
    await insertVersions(trx, [
      {
        tenant_id: actor.tenantId,
        client_id: row.id,
        version: row.version,
        action: row.action,
        profile_sealed: await sealing.sealEarlier(actor.tenantId, row.id, row.version, present),
        changed_at: row.updated_at,
        changed_by: row.updated_by,
        import_id: row.import_id,
      },
    ])
    await updateClient(trx, row.id, {
      ...next,
      version: row.version + 1,
      action,
      updated_at: clock(),
      updated_by: actor.accountId,
      import_id: null,
    })
    await record(trx, actor, `client.${action}`, row.id, { version: row.version + 1 })
  }
