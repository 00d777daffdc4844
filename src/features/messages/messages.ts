import type { Trx } from '../../platform/db/tenant.ts'
import { createAccess } from './access.ts'
import { createAddressing } from './addressing.ts'
import { createInbox } from './inbox/inbox.ts'
import { createWaiting } from './inbox/waiting.ts'
import type { Needs } from './needs.ts'
import { createPeople } from './people.ts'
import { selectThreadsOf } from './queries.ts'
import { createReading } from './reading.ts'
import { createSealing } from './sealing.ts'
import { createReindexing } from './search/reindex.ts'
import { createSearch } from './search/search.ts'
import { createStanding } from './standing.ts'
import { createWriting } from './writing.ts'

/** What people of an organisation write to each other: every verb there is. */
export const createMessages = (needs: Needs) => {
  const access = createAccess(needs)
  const sealing = createSealing(needs.vault)
  const addressing = createAddressing(needs)
  const inbox = createInbox(needs, access, sealing)

  return {
    ...createWriting(needs, access, sealing, addressing),
    ...createPeople(needs, access, sealing, addressing),
    ...createReading(needs, access, sealing),
    ...createStanding(needs, access),
    ...inbox,
    ...createWaiting(needs, access, sealing),
    ...createSearch(needs, access, sealing, inbox),
    ...createReindexing(needs, sealing),

    readable: access.readable,

    /** The threads about a client; they go with the client. */
    threadsOf: (trx: Trx, clientId: string): Promise<string[]> => selectThreadsOf(trx, clientId),
  }
}
export type Messages = ReturnType<typeof createMessages>
