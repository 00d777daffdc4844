import type { Actor } from '../../platform/actor.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import { NotFound } from '../../platform/errors.ts'
import { createBulk } from './bulk/bulk.ts'
import { createHistory } from './history.ts'
import { createListing } from './listing.ts'
import { createCreating } from './new-client/creating.ts'
import type { Needs } from './needs.ts'
import { displayName } from './profile.ts'
import { lockClient } from './queries.ts'
import { createReading } from './reading.ts'
import { createRecords } from './records.ts'
import { createSealing } from './sealing.ts'
import { createReindexing } from './search/reindex.ts'
import { createWrongNumbers } from './wrong-numbers.ts'
import { createSearch } from './search/search.ts'
import { createTwins } from './twins.ts'

export type LockedClient = { displayName: string; archived: boolean }

/** Client records: every verb there is. */
export const createClients = (needs: Needs) => {
  const sealing = createSealing(needs.vault)

  return {
    ...createCreating(needs, sealing),
    ...createRecords(needs, sealing),
    ...createHistory(needs, sealing),
    ...createListing(needs, sealing),
    ...createSearch(needs, sealing),
    ...createReading(needs, sealing),
    ...createWrongNumbers(needs, sealing),
    ...createBulk(needs, sealing),
    ...createReindexing(needs, sealing),
    ...createTwins(needs, sealing),

    /**
     * For features that keep things of a client: the client can't change or go until `trx` ends.
     * @throws NotFound
     */
    lockForChange: async (trx: Trx, actor: Actor, clientId: string): Promise<LockedClient> => {
      const row = await lockClient(trx, clientId)
      if (!row) throw new NotFound()
      const profile = await sealing.open(actor.tenantId, clientId, row.profile_sealed)
      return { displayName: displayName(profile), archived: row.status === 'archived' }
    },
  }
}
export type Clients = ReturnType<typeof createClients>
