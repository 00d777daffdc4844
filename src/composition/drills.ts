import { displayName, type Clients } from '../features/clients/index.ts'
import { createDrills, type Sought } from '../features/drills/index.ts'
import type { EmergencyContact, EmergencyContacts } from '../features/emergency-contacts/index.ts'
import type { Actor } from '../platform/actor.ts'

type Given = Omit<Parameters<typeof createDrills>[0], 'draw' | 'look'> & {
  clients: Clients
  contacts: EmergencyContacts
}

/** Somebody's contact to call first may have no number that proves anything: so many clients are looked at, a few at a time. */
const mostLookedAt = 500
const lookedAtOnce = 10
const provingDigits = 3

/** Drills need people to look for: clients with somebody to call, who are another feature's. */
export const createDrillFeature = ({ clients, contacts, ...given }: Given) => {
  const contactsOf = (actor: Actor, ids: readonly string[]) =>
    given.db.asTenant(actor, trx => contacts.ofClients(trx, actor, ids))

  return createDrills({
    ...given,
    draw: async (actor, most) => {
      const candidates = await given.db.asTenant(actor, trx => contacts.anyHaving(trx, mostLookedAt))
      const drawn: string[] = []
      for (let from = 0; from < candidates.length && drawn.length < most; from += lookedAtOnce) {
        const ids = candidates.slice(from, from + lookedAtOnce)
        const byClient = await contactsOf(actor, ids)
        drawn.push(...ids.filter(id => endingsOf(byClient.get(id) ?? []).length > 0))
      }
      return drawn.slice(0, most)
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
