import type { Actor } from '../../platform/actor.ts'
import { record, type Detail } from '../../platform/audit/record.ts'
import type { Db } from '../../platform/db/tenant.ts'
import { selectAccountIds, selectSettings, updateSettings } from './queries.ts'
import type { TenantSettings } from './schema.ts'

type Needs = {
  db: Db
  /** Makes the settings hold for the sessions that are live now. */
  apply: (tenantId: string, accountIds: readonly number[], settings: TenantSettings) => Promise<void>
}

export const createSettings = ({ db, apply }: Needs) => {
  const of = (tenantId: string): Promise<TenantSettings> =>
    db.asTenant({ tenantId }, trx => selectSettings(trx, tenantId))

  return {
    /** What the tenant's administrator has decided, as it is now. */
    of,

    /** Keeps what has changed and makes it hold at once, for live sessions too. @returns whether anything has changed */
    change: async (actor: Actor, wished: TenantSettings): Promise<boolean> => {
      const { accountIds, changed } = await db.asTenant(actor, async trx => {
        const difference = differing(await selectSettings(trx, actor.tenantId), wished)
        if (difference) {
          await updateSettings(trx, actor.tenantId, wished)
          await record(trx, actor, 'settings.changed', actor.tenantId, difference)
        }
        return { accountIds: await selectAccountIds(trx), changed: difference !== null }
      })
      // After the commit: a sign-in that read the settings before it reads them once more after its claim. Where nothing
      // differs too: whoever saves once more may do so because the sessions could not be reached the first time.
      await apply(actor.tenantId, accountIds, wished)
      return changed
    },
  }
}
export type Settings = ReturnType<typeof createSettings>

/** What is different, as the audit log tells it: `rememberMe: 'false -> true'`. */
const differing = (before: TenantSettings, wished: TenantSettings): Detail | null => {
  const names = Object.keys(wished) as (keyof TenantSettings)[]
  const changed = names.filter(name => before[name] !== wished[name])
  if (changed.length === 0) return null
  return Object.fromEntries(changed.map(name => [name, `${String(before[name])} -> ${String(wished[name])}`]))
}
