import { displayName, type Clients } from '../features/clients/index.ts'
import { createDrills, type Sought } from '../features/drills/index.ts'
import type { EmergencyContact, EmergencyContacts } from '../features/emergency-contacts/index.ts'
import type { Actor } from '../platform/actor.ts'
import type { Trx } from '../platform/db/tenant.ts'
import { showPhone, type CountryCode } from '../platform/text/phone.ts'

type Given = Omit<Parameters<typeof createDrills>[0], 'draw' | 'look'> & {
  clients: Clients
  contacts: EmergencyContacts
  country: (trx: Trx, actor: Actor) => Promise<CountryCode>
}

/** Somebody's contact to call first may have no number that proves anything: so many clients are looked at, a few at a time. */
const mostLookedAt = 500
const lookedAtOnce = 10
const provingDigits = 3

/** Drills need people to look for: clients with somebody to call, who are another feature's. */
export const createDrillFeature = ({ clients, contacts, country, ...given }: Given) => {
  const endingsFor = (actor: Actor, ids: readonly string[]) =>
    given.db.asTenant(actor, async trx => {
      const byClient = await contacts.ofClients(trx, actor, ids)
      const home = await country(trx, actor)
      return (id: string) => endingsOf(byClient.get(id) ?? [], home)
    })

  return createDrills({
    ...given,
    draw: async (actor, most) => {
      const candidates = await given.db.asTenant(actor, trx => contacts.anyHaving(trx, mostLookedAt))
      const drawn: string[] = []
      for (let from = 0; from < candidates.length && drawn.length < most; from += lookedAtOnce) {
        const ids = candidates.slice(from, from + lookedAtOnce)
        const endings = await endingsFor(actor, ids)
        drawn.push(...ids.filter(id => endings(id).length > 0))
      }
      return drawn.slice(0, most)
    },
    look: async (actor, ids) => {
      const endings = await endingsFor(actor, ids)
      const lines = await clients.lines(actor, ids)
      return lines.map(({ id, profile }): Sought => ({
        clientId: id,
        name: displayName(profile),
        fileNumber: profile.fileNumber,
        endings: endings(id),
      }))
    },
  })
}

/** The last digits of each number of who is called first: enough to prove that they were read, too few to call. */
const endingsOf = (contacts: readonly EmergencyContact[], country: CountryCode) => {
  const first = contacts.toSorted((a, b) => a.rank - b.rank).at(0)
  return (first?.phones ?? [])
    .map(phone => (showPhone(phone, country).dial ?? phone.typed).replaceAll(/\D/g, '').slice(-provingDigits))
    .filter(digits => digits.length === provingDigits)
}
