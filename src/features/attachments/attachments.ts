import type { Actor } from '../../platform/actor.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import { createAdding } from './adding.ts'
import type { Needs } from './needs.ts'
import { createOpening } from './opening.ts'
import { deleteUnsentAbout } from './erasing.ts'
import { listOfMessages } from './queries.ts'
import { createSeals, type Attachment } from './sealed.ts'
import { sweep } from './sweep.ts'
import { createTrays } from './trays.ts'

/** Files that go with messages. */
export const createAttachments = (needs: Needs) => {
  const { db, clock } = needs
  const seals = createSeals(needs.vault)

  return {
    trays: createTrays(needs, seals, createAdding(needs, seals)),
    ...createOpening(needs, seals),

    /** The files of each of these messages, for whoever may read them: that the caller knows. */
    ofMessages: async (
      trx: Trx,
      actor: Actor,
      messageIds: readonly string[],
    ): Promise<ReadonlyMap<string, readonly Attachment[]>> => {
      const opened = await seals.openAll(actor.tenantId, await listOfMessages(trx, messageIds))
      return Map.groupBy(opened, ({ row }) => row.message_id ?? '')
    },

    /** For the nightly rounds, and in between. */
    sweep: (actor: Actor): Promise<void> => db.asTenant(actor, trx => sweep(trx, clock())),

    /** Drops files that were not sent and whose names are about somebody who is erased. @returns how many */
    dropAbout: (trx: Trx, actor: Actor, isAbout: (texts: readonly string[]) => boolean): Promise<number> =>
      deleteUnsentAbout(trx, actor, seals, isAbout),
  }
}
export type Attachments = ReturnType<typeof createAttachments>
