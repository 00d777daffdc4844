import type { Actor } from '../../platform/actor.ts'
import { record } from '../../platform/audit/record.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Db, Trx } from '../../platform/db/tenant.ts'
import { NotFound } from '../../platform/errors.ts'
import { dayAfter, dayIn } from '../../platform/time/wall-clock.ts'
import type { Audience } from './schema.ts'
import type { Printing, Sheet, SheetClient, SheetContact, Sheets } from './sheet.ts'

type Needs = {
  db: Db
  clock: Clock
  rules: (trx: Trx, actor: Actor) => Promise<{ sheetDays: number; timeZone: string }>
  organisation: (actor: Actor) => Promise<string>
  /** These clients in the order of a list; those that are no more are left out. */
  clientsOf: (trx: Trx, actor: Actor, ids: readonly string[]) => Promise<readonly SheetClient[]>
  /** The contacts of these clients; clients without any are left out. */
  contactsOf: (trx: Trx, actor: Actor, ids: readonly string[]) => Promise<ReadonlyMap<string, readonly SheetContact[]>>
  group: (trx: Trx, actor: Actor, id: string) => Promise<{ id: string; name: string } | null>
  clientsOfGroup: (trx: Trx, id: string) => Promise<string[]>
}
/** As a page to be printed by the browser, or as a file; and in whose hands the paper will be. */
export type Print = { format: 'page' | 'pdf'; audience: Audience }

/** Emergency sheets on paper, for one client or a group; each printing is audited with whose sheets it held. */
export const createEmergencySheets = (needs: Needs) => {
  const { db, clock, rules, organisation, clientsOf, contactsOf, group, clientsOfGroup } = needs

  const sheetsOf = async (trx: Trx, actor: Actor, ids: readonly string[]): Promise<Sheet[]> => {
    const [clients, contacts] = [await clientsOf(trx, actor, ids), await contactsOf(trx, actor, ids)]
    return clients.map(client => ({ client, contacts: contacts.get(client.id) ?? [] }))
  }

  const printing = async (trx: Trx, actor: Actor, name: string, audience: Audience): Promise<Printing> => {
    const { sheetDays, timeZone } = await rules(trx, actor)
    const at = clock()
    return { organisation: name, at, validUntil: dayAfter(dayIn(at, timeZone), sheetDays), timeZone, audience }
  }

  return {
    /** Whether a sheet could be made; nothing of the record is shown yet, so nothing is audited. @throws NotFound */
    expectClient: (actor: Actor, clientId: string): Promise<void> =>
      db.asTenant(actor, async trx => {
        if ((await clientsOf(trx, actor, [clientId])).length === 0) throw new NotFound()
      }),

    /** The group whose sheets could be made. @throws NotFound */
    expectGroup: (actor: Actor, groupId: string): Promise<{ id: string; name: string }> =>
      db.asTenant(actor, async trx => {
        const found = await group(trx, actor, groupId)
        if (!found) throw new NotFound()
        return found
      }),

    /** The sheet of one client. @throws NotFound */
    ofClient: async (actor: Actor, clientId: string, print: Print): Promise<Sheets> => {
      const name = await organisation(actor)
      return db.asTenant(actor, async trx => {
        const sheets = await sheetsOf(trx, actor, [clientId])
        if (sheets.length === 0) throw new NotFound()
        const made = await printing(trx, actor, name, print.audience)
        await record(trx, actor, 'client.sheet-printed', clientId, { ...print, validUntil: made.validUntil })
        return { sheets, printing: made }
      })
    },

    /** The sheets of a group's active clients. @throws NotFound */
    ofGroup: async (
      actor: Actor,
      groupId: string,
      print: Print,
    ): Promise<Sheets & { group: { id: string; name: string } }> => {
      const name = await organisation(actor)
      return db.asTenant(actor, async trx => {
        const found = await group(trx, actor, groupId)
        if (!found) throw new NotFound()
        const sheets = await sheetsOf(trx, actor, await clientsOfGroup(trx, groupId))
        const made = await printing(trx, actor, name, print.audience)
        await record(trx, actor, 'group.sheets-printed', groupId, {
          ...print,
          validUntil: made.validUntil,
          count: sheets.length,
          clients: sheets.map(({ client }) => client.id),
        })
        return { sheets, printing: made, group: found }
      })
    },
  }
}
export type EmergencySheets = ReturnType<typeof createEmergencySheets>
