import type { Actor } from '../../platform/actor.ts'
import { createAccess } from './access/access.ts'
import { exportsHolding } from './access/exports-holding.ts'
import { createExporting } from './exporting/exporting.ts'
import type { TellOfLogExport } from './exporting/needs.ts'
import { createNaming } from './naming.ts'
import type { LogNeeds } from './needs.ts'
import { createPlaces } from './places.ts'
import { createPrinting } from './printing/printing.ts'
import { createReading } from './reading.ts'
import { createSearching } from './searching.ts'
import { createFinding, type FindingNeeds } from './unusual/finding.ts'
import { createUnusual } from './unusual/unusual.ts'
import { createWatching } from './watching/watching.ts'

type Needs = LogNeeds &
  FindingNeeds &
  Pick<Parameters<typeof createUnusual>[0], 'officers'> & { tellOfLogExport: TellOfLogExport }

/** The log of an organisation: searched, exported, told to clients, and watched for what is unusual. */
export const createAuditLog = (needs: Needs) => {
  const places = createPlaces(needs.vault)
  const reading = createReading(needs, { places, exportsHolding })
  const parts = { reading, name: createNaming(needs, places), exportsHolding }
  return {
    ...createSearching(needs, parts),
    /** When the log was sealed last, how many of its entries wait, and the zone of the organisation's clocks. */
    sealed: async (actor: Actor) => {
      const [sealed, timeZone] = await Promise.all([
        needs.sealed(actor),
        needs.db.asTenant(actor, trx => needs.timeZone(trx, actor)),
      ])
      return { ...sealed, timeZone }
    },
    exporting: createExporting(needs, parts),
    printing: createPrinting(needs, parts),
    access: createAccess(needs, parts),
    watching: createWatching(needs),
    unusual: { ...createUnusual(needs), ...createFinding(needs) },
  }
}
export type AuditLog = ReturnType<typeof createAuditLog>
