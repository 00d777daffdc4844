import type { Actor } from '../../../platform/actor.ts'
import { createListed, type Listed } from '../listed.ts'
import type { Needs } from '../needs.ts'
import { alphabetically, type ClientProfile, type Status } from '../profile.ts'
import type { Sealing } from '../sealing.ts'
import { recordShown } from '../shown.ts'
import { createKeptQueries } from '../../../platform/vault/kept-queries.ts'
import { searchClients, type HitRow } from './queries.ts'
import { match, type Matched } from './match.ts'
import { asked, askedAlike, queryReadings, type Term } from './terms.ts'

const mostShown = 50
/** How many are opened where the index gives too many: by the beginning of a long word that the record turns out not to have. */
const mostOpened = 200

export type Hit = Matched & { id: string; status: Status; profile: ClientProfile }
/** `more`: there are others beside those shown. */
export type Findings = { query: string; hits: Listed<Hit>[]; more: boolean }

/** With so many found by the letter, nobody looks for those that are only like it, of whom no more are shown. */
const enough = 10

/** Finds clients by what one knows of them: names, telephone, birth date, file number, in any order and without accents. */
export const createSearch = (needs: Needs, sealing: Sealing) => {
  const { db, vault, redis, country } = needs
  const withContactsAndGroups = createListed(needs)
  const kept = createKeptQueries(redis, vault, 'searches.query')

  const openHit = async (actor: Actor, row: HitRow, terms: readonly Term[]): Promise<Hit | null> => {
    const profile = await sealing.open(actor.tenantId, row.id, row.profile_sealed)
    const matched = match(profile, terms)
    return matched && { id: row.id, status: row.status, profile, ...matched }
  }

  return {
    /** Keeps what is searched for. @returns the id under which this account finds it again */
    keepQuery: kept.keep,
    findQuery: kept.find,

    /** Runs a query: exact hits, then beginnings, in Polish order; then what is like it, the most alike first. Archived clients last. */
    search: (actor: Actor, query: string): Promise<Findings> =>
      db.asTenant(actor, async trx => {
        const found = new Map<string, Hit>()
        const { all } = await vault.blinders(actor.tenantId)
        for (const terms of queryReadings(query, await country(trx, actor))) {
          const questions = all.map(({ tokens }) => ({
            exact: tokens(asked(terms, true)),
            prefix: tokens(asked(terms, false)),
            alike: askedAlike(terms).map(tokens),
          }))
          /** Adds what answers. @returns how many the index gave, and how many of them answer in truth */
          const ask = async (fewest: number, most: number): Promise<[given: number, hits: number]> => {
            const rows = await searchClients(trx, questions, fewest, most)
            const hits = (await Promise.all(rows.map(row => openHit(actor, row, terms)))).filter(hit => hit !== null)
            for (const hit of hits) if (rank(hit) < rank(found.get(hit.id))) found.set(hit.id, hit)
            return [rows.length, hits.length]
          }
          const [given, hits] = await ask(enough, mostShown + 1)
          if (hits < given && hits <= mostShown && (given > mostShown || hits < enough))
            await ask(mostOpened, mostOpened)
        }
        const hits = [...found.values()].sort(inOrder)
        const alike = new Set(hits.filter(isAlike).slice(enough))
        const shown = hits.filter(hit => !alike.has(hit)).slice(0, mostShown)
        await recordShown(trx, actor, 'clients.searched', shown)
        return { query, hits: await withContactsAndGroups(trx, actor, shown), more: hits.length > shown.length }
      }),
  }
}

const ranks: readonly Matched['match'][] = ['exact', 'prefix']
const isAlike = ({ match: matched }: Hit) => !ranks.includes(matched)
const rank = (hit: Hit | undefined) => {
  if (!hit) return Number.POSITIVE_INFINITY
  return isAlike(hit) ? ranks.length + hit.apart : ranks.indexOf(hit.match)
}

const inOrder = (one: Hit, other: Hit): number =>
  Number(one.status === 'archived') - Number(other.status === 'archived') ||
  rank(one) - rank(other) ||
  alphabetically(one.profile, other.profile)
