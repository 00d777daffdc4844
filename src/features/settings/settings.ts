import { installationId, type Actor } from '../../platform/actor.ts'
import { record, type Detail } from '../../platform/audit/record.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Db, Trx } from '../../platform/db/tenant.ts'
import { createCountries } from './country.ts'
import { selectAccountIds, selectSettings, updateSettings } from './queries.ts'
import type { SettingsWish, TenantSettings } from './schema.ts'
import { createTimeZones } from './time-zones.ts'

type Needs = {
  db: Db
  clock: Clock
  /** The time zone of the installation, which is that of its operators. */
  timeZone: string
  /** Makes the settings hold for the sessions that are live now. */
  apply: (tenantId: string, accountIds: readonly number[], settings: TenantSettings) => Promise<void>
}

export const createSettings = ({ db, clock, timeZone, apply }: Needs) => {
  const within = async (trx: Trx, { tenantId }: Pick<Actor, 'tenantId'>): Promise<TenantSettings> => {
    const settings = await selectSettings(trx, tenantId)
    return tenantId === installationId ? { ...settings, timeZone } : settings
  }
  const of = (tenantId: string): Promise<TenantSettings> => db.asTenant({ tenantId }, trx => within(trx, { tenantId }))
  const timeZones = createTimeZones({
    clock,
    installation: timeZone,
    read: async tenantId => (await of(tenantId)).timeZone,
  })
  const countries = createCountries(db)

  return {
    /** What the tenant's administrator has decided, as it is now. */
    of,

    /** The same within a transaction. */
    within,

    /** In which time zone a page of an organisation tells the time; of nobody (null), that of the installation. */
    timeZoneOf: timeZones.of,

    /** The country whose numbers are typed without a country code. */
    countryOf: (actor: Pick<Actor, 'tenantId'>) => countries.of(actor.tenantId),

    /** The same within a transaction. */
    countryWithin: (trx: Trx, actor: Pick<Actor, 'tenantId'>) => countries.within(trx, actor.tenantId),

    /** Keeps what has changed and makes it hold at once, for live sessions too. @returns whether anything has changed */
    change: async (actor: Actor, given: SettingsWish): Promise<boolean> => {
      const { accountIds, changed, wished } = await db.asTenant(actor, async trx => {
        const present = await selectSettings(trx, actor.tenantId)
        const wished = { ...present, ...said(given) }
        const difference = differing(present, wished)
        if (difference) {
          await updateSettings(trx, actor.tenantId, wished)
          await record(trx, actor, 'settings.changed', actor.tenantId, difference)
        }
        return { accountIds: await selectAccountIds(trx), changed: difference !== null, wished }
      })
      timeZones.forget(actor.tenantId)
      // After the commit: a sign-in that read the settings before it reads them once more after its claim. Where nothing
      // differs too: whoever saves once more may do so because the sessions could not be reached the first time.
      countries.keep(actor.tenantId, wished.country)
      await apply(actor.tenantId, accountIds, wished)
      return changed
    },
  }
}
export type Settings = ReturnType<typeof createSettings>

/** What a form says, without what it does not ask for. */
const said = (given: SettingsWish) =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Partial<TenantSettings>

/** What is different, as the audit log tells it: `rememberMe: 'false -> true'`. */
const differing = (before: TenantSettings, wished: TenantSettings): Detail | null => {
  const names = Object.keys(wished) as (keyof TenantSettings)[]
  const changed = names.filter(name => before[name] !== wished[name])
  if (changed.length === 0) return null
  return Object.fromEntries(changed.map(name => [name, `${String(before[name])} -> ${String(wished[name])}`]))
}
