import { displayName, type Clients } from '../features/clients/index.ts'
import { createDrills, type Sought } from '../features/drills/index.ts'
import type { EmergencyContact, EmergencyContacts } from '../features/emergency-contacts/index.ts'
import type { Actor } from '../platform/actor.ts'

type Given = Omit<Parameters<typeof createDrills>[0], 'draw' | 'look'> & {
  clients: Clients
  contacts: EmergencyContacts
}

/** Who is drawn may have nobody to call: so many are looked at for each that is needed. */
const spare = 8
/** And looked at again where most have nobody to call. */
const mostDraws = 20
const provingDigits = 3

/** Drills need people to look for: clients with somebody to call, who are another feature's. */
export const createDrillFeature = ({ clients, contacts, ...given }: Given) => {
  const contactsOf = (actor: Actor, ids: readonly string[]) =>
    given.db.asTenant(actor, trx => contacts.ofClients(trx, actor, ids))

  return createDrills({
    ...given,
    draw: async (actor, most) => {
      const drawn = new Set<string>()
      for (let turn = 0; turn < mostDraws && drawn.size < most; turn += 1) {
        const ids = await clients.drawActive(actor, most * spare)
        const byClient = await contactsOf(actor, ids)
        for (const id of ids) if (drawn.size < most && endingsOf(byClient.get(id) ?? []).length > 0) drawn.add(id)
        if (ids.length < most * spare) break // that was everybody
      }
      return [...drawn]
    },
    look: async (actor, ids) => {
      const byClient = await contactsOf(actor, ids)
      const lines = await clients.lines(actor, ids)
      return lines.map(({ id, profile }): Sought => ({
        clientId: id,
        name: displayName(profile),
        fileNumber: profile.fileNumber,
        endings: endingsOf(byClient.get(id) ?? []),
      }))
    },
  })
}

/** The last digits of each number of who is called first: enough to prove that they were read, too few to call. */
const endingsOf = (contacts: readonly EmergencyContact[]) => {
  const first = contacts.toSorted((a, b) => a.rank - b.rank).at(0)
  return (first?.phones ?? [])
    .map(({ number, typed }) => (number ?? typed).replaceAll(/\D/g, '').slice(-provingDigits))
    .filter(digits => digits.length === provingDigits)
}
