import type { Actor } from '../../../platform/actor.ts'
import { record } from '../../../platform/audit/record.ts'
import type { LogEvent } from '../event.ts'
import type { createNaming } from '../naming.ts'
import type { LogNeeds } from '../needs.ts'
import { asked, shownIn, type Reading } from '../reading.ts'
import type { KeptWish } from '../schema.ts'

/** More than these nobody reads on paper. */
const mostPrinted = 500

/** `cut`: there was more than goes on paper. */
export type PrintedLog = { events: LogEvent[]; cut: boolean; at: Date; timeZone: string; organisation: string }

type Parts = { reading: Reading; name: ReturnType<typeof createNaming> }

/** What a search of the log found, on paper. */
export const createPrinting = ({ db, clock, organisation }: LogNeeds, { reading, name }: Parts) => ({
  mostPrinted,

  /** The newest of what fits; whose names go on paper is noted as a print is. */
  print: async (actor: Actor, wish: KeptWish): Promise<PrintedLog> => {
    const called = await organisation(actor)
    return db.asTenant(actor, async trx => {
      const question = await reading.question(trx, actor, wish)
      const rows = await reading.events(trx, question, undefined, mostPrinted + 1)
      const events = await name(trx, actor, rows.slice(0, mostPrinted))
      await record(trx, actor, 'log.printed', undefined, { ...asked(wish), ...shownIn(events) })
      return {
        events,
        cut: rows.length > mostPrinted,
        at: clock(),
        timeZone: question.zone,
        organisation: called,
      }
    })
  },
})
