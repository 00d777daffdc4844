import { randomUUID } from 'node:crypto'
import type { Actor } from '../../../platform/actor.ts'
import { record } from '../../../platform/audit/record.ts'
import type { LogEvent } from '../event.ts'
import type { createNaming } from '../naming.ts'
import type { LogNeeds } from '../needs.ts'
import { asked, shownIn, type Question, type Reading } from '../reading.ts'
import type { Key, KeptWish } from '../schema.ts'
import type { Chosen, LogExport, TellOfLogExport } from './needs.ts'

/** Events that are read, named and held at a time; each page is a transaction of its own, so that a slow reader keeps none open. */
const pageLength = 500
/** Clients that one export remembers to have noted; beyond, it forgets them and notes some twice, so that it never holds them all. */
const mostRemembered = 50_000

type Needs = Pick<LogNeeds, 'db' | 'clock'> & { tellOfLogExport: TellOfLogExport }
type Parts = { reading: Reading; name: ReturnType<typeof createNaming> }

/** The log as a file: it goes straight to whoever asked, the newest events first, and no copy of it stays here (docs/adr/0024). */
export const createExporting = ({ db, clock, tellOfLogExport }: Needs, { reading, name }: Parts) => {
  async function* pages(actor: Actor, exportId: string, question: Question): AsyncGenerator<readonly LogEvent[]> {
    const isNew = createMemory(mostRemembered)
    for (let after: Key | undefined; ;) {
      const { rows, events } = await db.asTenant(actor, async trx => {
        const found = await reading.events(trx, question, after, pageLength)
        const named = await name(trx, actor, found)
        const clients = shownIn(named).clients?.filter(isNew) ?? []
        if (clients.length > 0) await record(trx, actor, 'log.clients-exported', exportId, { clients })
        return { rows: found, events: named }
      })
      yield events
      if (rows.length < pageLength) return
      after = rows.at(-1)
    }
  }

  return {
    /**
     * Begins an export of what fits a search. That it was made is in the log, and the officers are told, before anything of it
     * can be read; whose names are in a page is noted, once for each client, before that page is handed on.
     */
    begin: async (actor: Actor, wish: KeptWish, { passphrase, keyIds }: Chosen): Promise<LogExport> => {
      const exportId = randomUUID()
      const question = await db.asTenant(actor, async trx => {
        const sealedTo = { passphrase: passphrase !== '', keys: keyIds }
        await record(trx, actor, 'log.exported', exportId, { ...asked(wish), ...sealedTo })
        if (actor.accountId !== null) await tellOfLogExport(trx, actor.tenantId, actor.accountId)
        return reading.question(trx, actor, wish)
      })
      return { at: clock(), timeZone: question.zone, pages: pages(actor, exportId, question) }
    },
  }
}

/** Tells whether it is asked for something the first time. */
const createMemory = (most: number) => {
  const known = new Set<string>()
  return (id: string): boolean => {
    if (known.has(id)) return false
    if (known.size >= most) known.clear()
    known.add(id)
    return true
  }
}
