import { installationId } from '../../platform/actor.ts'
import type { Clock } from '../../platform/clock.ts'
import { keepFresh } from '../../platform/kept-fresh.ts'

type Needs = {
  clock: Clock
  /** The zone of the operators, and of pages of nobody. */
  installation: string
  read: (tenantId: string) => Promise<string>
}
type Zone = ReturnType<typeof keepFresh<string>>

/** In which time zone an organisation's pages tell the time; every page asks. */
export const createTimeZones = ({ clock, installation, read }: Needs) => {
  const zones = new Map<string, Zone>()

  const zoneOf = (tenantId: string): Zone => {
    const zone = zones.get(tenantId) ?? keepFresh(clock, () => read(tenantId))
    zones.set(tenantId, zone)
    return zone
  }

  return {
    /**
     * Where the database is away and the zone was not read yet, that of the installation: the page that says so must be shown.
     * @param tenantId null for a page of nobody
     */
    of: async (tenantId: string | null): Promise<string> =>
      tenantId === null || tenantId === installationId
        ? installation
        : zoneOf(tenantId)
            .get()
            .catch(() => installation),
    /** It has changed; other processes see it within seconds. */
    forget: (tenantId: string) => zones.delete(tenantId),
  }
}
