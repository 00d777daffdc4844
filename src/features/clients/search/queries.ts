import { ask, type Trx } from '../../../platform/db/tenant.ts'
import type { Status } from '../profile.ts'
import type { IndexColumns } from '../sealing.ts'
import { indexVersion } from './index-words.ts'

export type HitRow = { id: string; status: Status; profile_sealed: Buffer }
/**
 * Tokens of one index key: those of whole words, those of their beginnings, and lists of tokens of which names that are only
 * like what was typed have one each.
 */
export type Question = {
  exact: readonly string[]
  prefix: readonly string[]
  alike: readonly (readonly string[])[]
}

/** `search_clients` compares so many lists. */
const alikeLists = 4

/**
 * Asks the blind index for clients that have all of the tokens: active clients first, then archived ones, whole words before
 * beginnings; and for those with names like it where fewer than `enough` have them. By a function, because row-level security
 * keeps the index from being used otherwise (docs/adr/0002). Tokens of two keys are asked for in one statement, which sees
 * one moment: no client slips from one key to the other between two looks.
 * @param most of each question
 */
export const searchClients = (
  trx: Trx,
  questions: readonly Question[],
  enough: number,
  most: number,
): Promise<HitRow[]> => {
  const question =
    'select id, status, profile_sealed from search_clients(?::bigint[], ?::bigint[], ?::bigint[], ?::int, ?::int)'
  return ask<HitRow>(
    trx,
    questions.map(() => question).join(' union all '),
    questions.flatMap(({ exact, prefix, alike }) => [exact, prefix, rectangular(alike), enough, most]),
  )
}

/** Arrays of PostgreSQL have rows of one length: what is missing is said twice, which asks for nothing more. */
const rectangular = (lists: readonly (readonly string[])[]): string[][] => {
  if (lists.length === 0) return []
  const longest = Math.max(...lists.map(list => list.length))
  const rows = lists.map(list => Array.from({ length: longest }, (_, at) => list[at] ?? list[0]!))
  return Array.from({ length: alikeLists }, (_, at) => rows[at] ?? rows[0]!)
}

export type StoredProfile = { id: string; profile_sealed: Buffer }

/** Clients, by id, whose tokens an earlier edition of the rules made. The number stands in the text for the partial index. */
export const selectOutdated = (trx: Trx, after: string | null, most: number): Promise<StoredProfile[]> => {
  const page = trx('clients').whereRaw(`index_version < ${indexVersion}`).orderBy('id').limit(most)
  if (after) void page.where('id', '>', after)
  return page.select('id', 'profile_sealed')
}

/** Clients, by id, whose tokens were made with another key. */
export const selectNotIndexedBy = (
  trx: Trx,
  keyId: number,
  after: string | null,
  most: number,
): Promise<StoredProfile[]> => {
  const page = trx('clients').whereRaw('index_key is distinct from ?', [keyId]).orderBy('id').limit(most)
  if (after) void page.where('id', '>', after)
  return page.select('id', 'profile_sealed')
}

/**
 * Writes new tokens to clients that still hold the same sealed profile. Clients that somebody is changing are passed over,
 * so that this never waits while it holds others. @returns how many were written
 */
export const replaceIndex = async (trx: Trx, rows: readonly (IndexColumns & StoredProfile)[]): Promise<number> => {
  const values = rows.map(() => '(?::uuid, ?::bytea, ?::bigint[], ?::bigint, ?::bigint, ?::bigint, ?::int, ?::int)')
  const { rowCount } = await trx.raw<{ rowCount: number }>(
    `with fresh (id, was, search_tokens, letter_token, person_token, file_number_token, index_key, index_version) as (values ${values.join(', ')}),
          mine as (select clients.id from clients join fresh on clients.id = fresh.id and clients.profile_sealed = fresh.was
                    order by clients.id for no key update of clients skip locked)
     update clients
        set search_tokens = fresh.search_tokens, letter_token = fresh.letter_token, person_token = fresh.person_token,
            file_number_token = fresh.file_number_token, index_key = fresh.index_key,
            index_version = fresh.index_version
       from fresh join mine using (id)
      where clients.id = fresh.id`,
    rows.flatMap(row => [
      row.id,
      row.profile_sealed,
      row.search_tokens,
      row.letter_token,
      row.person_token,
      row.file_number_token,
      row.index_key,
      row.index_version,
    ]) as never,
  )
  return rowCount
}
