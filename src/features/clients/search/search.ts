import type { Actor } from '../../../platform/actor.ts'
import type { Needs } from '../needs.ts'
import { alphabetically, type ClientProfile, type Status } from '../profile.ts'
import type { Sealing } from '../sealing.ts'
import { recordShown } from '../shown.ts'
import { createKeptQueries } from './kept-queries.ts'
import { searchClients, type HitRow } from './queries.ts'
import { asked, match, readings, type Term } from './terms.ts'

const mostOpened = 200
const mostShown = 50

export type Hit = { id: string; status: Status; profile: ClientProfile; match: 'exact' | 'prefix' }
/** `more`: there are others beside those shown. */
export type Findings = { query: string; hits: Hit[]; more: boolean }

/** Finds clients by what one knows of them: names, telephone, birth date, file number, in any order and without accents. */
export const createSearch = ({ db, vault, redis }: Needs, sealing: Sealing) => {
  const kept = createKeptQueries(redis, vault)

  const openHit = async (actor: Actor, row: HitRow, terms: readonly Term[]): Promise<Hit | null> => {
    const profile = await sealing.open(actor.tenantId, row.id, row.profile_sealed)
    const matched = match(profile, terms)
    return matched && { id: row.id, status: row.status, profile, match: matched }
  }

  return {
    /** Keeps what is searched for. @returns the id under which this account finds it again */
    keepQuery: kept.keep,
    findQuery: kept.find,

    /** Runs a query: exact hits before others, in Polish order, archived clients last. */
    search: (actor: Actor, query: string): Promise<Findings> =>
      db.asTenant(actor, async trx => {
        const found = new Map<string, Hit>()
        let more = false
        const { all } = await vault.blinders(actor.tenantId)
        for (const terms of readings(query)) {
          const questions = all.map(({ tokens }) => ({
            exact: tokens(asked(terms, true)),
            prefix: tokens(asked(terms, false)),
          }))
          const rows = await searchClients(trx, questions, mostOpened + 1)
          more ||= rows.length > mostOpened
          const opened = await Promise.all(rows.slice(0, mostOpened).map(row => openHit(actor, row, terms)))
          for (const hit of opened) if (hit && found.get(hit.id)?.match !== 'exact') found.set(hit.id, hit)
        }
        const hits = [...found.values()].sort(inOrder)
        const shown = hits.slice(0, mostShown)
        await recordShown(trx, actor, 'clients.searched', shown)
        return { query, hits: shown, more: more || hits.length > mostShown }
      }),
  }
}

const inOrder = (one: Hit, other: Hit): number =>
  Number(one.status === 'archived') - Number(other.status === 'archived') ||
  Number(one.match === 'prefix') - Number(other.match === 'prefix') ||
  alphabetically(one.profile, other.profile)
