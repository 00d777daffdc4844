import type { Trx } from '../../../platform/db/tenant.ts'
import type { Status } from '../profile.ts'

export type HitRow = { id: string; status: Status; profile_sealed: Buffer }

/**
 * Asks the blind index for clients that have all of the tokens: whole words first, then beginnings; active clients first.
 * By a function, because row-level security keeps the index from being used otherwise (docs/adr/0002).
 */
export const searchClients = async (
  trx: Trx,
  exact: readonly string[],
  prefix: readonly string[],
  most: number,
): Promise<HitRow[]> => {
  const { rows } = await trx.raw<{ rows: HitRow[] }>(
    'select id, status, profile_sealed from search_clients(?::bigint[], ?::bigint[], ?::int)',
    [exact as string[], prefix as string[], most],
  )
  return rows
}
