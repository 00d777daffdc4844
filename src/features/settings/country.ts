import type { Db, Trx } from '../../platform/db/tenant.ts'
import type { CountryCode } from '../../platform/text/phone.ts'
import { selectCountry } from './queries.ts'

/** Another process hears of a change so much later at the latest. */
const keptMs = 5000

/** The country of each tenant, kept for a moment: nearly every page asks for it, and it changes hardly ever. */
export const createCountries = (db: Db) => {
  const kept = new Map<string, { country: CountryCode; until: number }>()
  const keep = (tenantId: string, country: CountryCode): CountryCode => {
    kept.set(tenantId, { country, until: performance.now() + keptMs })
    return country
  }
  const known = (tenantId: string): CountryCode | undefined => {
    const found = kept.get(tenantId)
    return found && found.until > performance.now() ? found.country : undefined
  }

  return {
    keep,
    of: async (tenantId: string): Promise<CountryCode> =>
      known(tenantId) ?? keep(tenantId, await db.asTenant({ tenantId }, trx => selectCountry(trx, tenantId))),
    within: async (trx: Trx, tenantId: string): Promise<CountryCode> =>
      known(tenantId) ?? keep(tenantId, await selectCountry(trx, tenantId)),
  }
}
