import type { Actor } from '../../platform/actor.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import { SealBroken } from '../../platform/vault/cipher.ts'
import type { Vault } from '../../platform/vault/vault.ts'
import type { Place } from './event.ts'
import { selectSignIns, selectSignInsOf, type Filter, type SignInRow } from './queries.ts'

const batch = 1000
/** So many sign-ins are opened for one search, the newest of its time; beyond, a shorter time must be asked for. */
const mostOpened = 100_000

/** From where things were done: an event names its sign-in, whose sealed row says the address and the browser. */
export const createPlaces = (vault: Vault) => {
  const open = ({ tenantId }: Pick<Actor, 'tenantId'>, { id, seen_sealed }: SignInRow): Promise<Place | null> =>
    vault
      .open<Place>(seen_sealed, { tenant: tenantId, column: 'sign_ins.seen_sealed', row: id })
      .then(({ address, browser }) => ({ address, browser }))
      .catch((fault: unknown) => {
        if (fault instanceof SealBroken) return null
        throw fault
      })

  return {
    /** Sign-ins that are still kept, by id. */
    ofSignIns: async (trx: Trx, actor: Actor, ids: readonly string[]): Promise<ReadonlyMap<string, Place>> => {
      if (ids.length === 0) return new Map()
      const rows = await selectSignIns(trx, [...new Set(ids)])
      const opened = await Promise.all(rows.map(async row => [row.id, await open(actor, row)] as const))
      return new Map(opened.flatMap(([id, place]) => (place ? [[id, place] as const] : [])))
    },

    /** Ids of the sign-ins from places that fit: nothing tells of an address without opening it, so those of the time asked for are. */
    find: async (trx: Trx, actor: Actor, text: string, filter: Filter): Promise<string[]> => {
      const wanted = text.toLowerCase()
      const found: string[] = []
      let after: { at: Date; id: string } | undefined
      for (let opened = 0; opened < mostOpened; opened += batch) {
        const rows = await selectSignInsOf(trx, filter, after, batch)
        const places = await Promise.all(rows.map(row => open(actor, row)))
        for (const [index, place] of places.entries()) if (place && fits(place, wanted)) found.push(rows[index]!.id)
        after = rows.at(-1)
        if (rows.length < batch) break
      }
      return found
    },
  }
}
export type Places = ReturnType<typeof createPlaces>

/** An address is meant whole or by its beginning ('10.1.'), a browser by any part of its name. */
const fits = ({ address, browser }: Place, wanted: string) =>
  address.toLowerCase().startsWith(wanted) || browser.toLowerCase().includes(wanted)
