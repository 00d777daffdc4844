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
    exporting: createExporting(needs, parts),
    printing: createPrinting(needs, parts),
    access: createAccess(needs, parts),
    watching: createWatching(needs),
    unusual: { ...createUnusual(needs), ...createFinding(needs) },
  }
}
export type AuditLog = ReturnType<typeof createAuditLog>
