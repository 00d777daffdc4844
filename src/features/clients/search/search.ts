import type { Actor } from '../../../platform/actor.ts'
import type { Needs } from '../needs.ts'
import { alphabetically, type ClientProfile, type Status } from '../profile.ts'
import type { Sealing } from '../sealing.ts'
import { recordShown } from '../shown.ts'
import { createKeptQueries } from './kept-queries.ts'
import { searchClients, type HitRow } from './queries.ts'
import { asked, askedBySound, match, readings, type Match, type Term } from './terms.ts'

const mostOpened = 200
const mostShown = 50

export type Hit = { id: string; status: Status; profile: ClientProfile; match: Match }
/** `more`: there are others beside those shown. */
export type Findings = { query: string; hits: Hit[]; more: boolean }

/** With so many found by the letter, nobody looks for those that only sound alike. */
const enough = 10

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

    /** Runs a query: exact hits, then beginnings, then what sounds alike, in Polish order; archived clients last. */
    search: (actor: Actor, query: string): Promise<Findings> =>
      db.asTenant(actor, async trx => {
        const found = new Map<string, Hit>()
        let more = false
        const { all } = await vault.blinders(actor.tenantId)
        for (const terms of readings(query)) {
          /** Adds what answers one of the questions. @returns whether there is more than was looked at */
          const ask = async (asking: readonly { exact: string[]; prefix: string[] }[]): Promise<boolean> => {
            const questions = all.flatMap(({ tokens }) =>
              asking.map(({ exact, prefix }) => ({ exact: tokens(exact), prefix: tokens(prefix) })),
            )
            const rows = questions.length > 0 ? await searchClients(trx, questions, mostOpened + 1) : []
            const opened = await Promise.all(rows.slice(0, mostOpened).map(row => openHit(actor, row, terms)))
            for (const hit of opened) if (hit && rank(hit) < rank(found.get(hit.id))) found.set(hit.id, hit)
            return rows.length > mostOpened
          }
          if (await ask([{ exact: asked(terms, true), prefix: asked(terms, false) }])) more = true
          if (found.size < enough) await ask(askedBySound(terms).map(words => ({ exact: words, prefix: words })))
        }
        const hits = [...found.values()].sort(inOrder)
        const shown = hits.slice(0, mostShown)
        await recordShown(trx, actor, 'clients.searched', shown)
        return { query, hits: shown, more: more || hits.length > mostShown }
      }),
  }
}

const ranks: readonly Match[] = ['exact', 'prefix', 'sound']
const rank = (hit: Hit | undefined) => (hit ? ranks.indexOf(hit.match) : ranks.length)

const inOrder = (one: Hit, other: Hit): number =>
  Number(one.status === 'archived') - Number(other.status === 'archived') ||
  rank(one) - rank(other) ||
  alphabetically(one.profile, other.profile)
