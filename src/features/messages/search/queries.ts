import type { Role } from '../../../platform/actor.ts'
import type { Trx } from '../../../platform/db/tenant.ts'
import type { ReadMessage, ThreadRow } from '../queries.ts'

/**
 * Ids of the newest messages that have all tokens of one of the lists (a list for each living index key) and that a reader
 * takes part in. By a function, because row-level security keeps the index from being used otherwise (docs/adr/0002).
 */
export const searchMessages = async (
  trx: Trx,
  tokens: readonly (readonly string[])[],
  reader: { accountId: number; roles: readonly Role[] },
  most: number,
): Promise<string[]> => {
  const ask = 'select id from search_messages(?::bigint[], ?::int, ?::text[], ?::int)'
  const { rows } = await trx.raw<{ rows: { id: string }[] }>(
    tokens.map(() => ask).join(' union '),
    tokens.flatMap(list => [list, reader.accountId, reader.roles, most] as never[]),
  )
  return rows.map(({ id }) => id)
}

export type FoundRow = ReadMessage & Pick<ThreadRow, 'client_id' | 'subject_sealed'>

/** These messages with their threads, the newest first. */
export const selectFound = async (trx: Trx, ids: readonly string[]): Promise<FoundRow[]> => {
  const { rows } = await trx.raw<{ rows: FoundRow[] }>(
    `select message.tenant_id, message.id, message.thread_id, message.number, message.sent_by, message.sent_at,
            message.urgent, message.text_sealed, thread.client_id, thread.subject_sealed
       from messages message
       join message_threads thread on thread.tenant_id = message.tenant_id and thread.id = message.thread_id
      where message.id = any (?::uuid[]) order by message.sent_at desc, message.id`,
    [ids as string[]],
  )
  return rows
}

/** Messages, by id, whose tokens another key has made. */
export const selectNotIndexedBy = async (
  trx: Trx,
  keyId: number,
  after: string | null,
  most: number,
): Promise<FoundRow[]> => {
  const page = trx('messages').whereRaw('index_key is distinct from ?', [keyId]).orderBy('id').limit(most)
  if (after) void page.where('id', '>', after)
  const rows: { id: string }[] = await page.select('id')
  const found = await selectFound(
    trx,
    rows.map(({ id }) => id),
  )
  return found.sort((one, other) => (one.id < other.id ? -1 : 1))
}

export type Remade = { id: string; search_tokens: readonly string[]; index_key: number }

/** A message is never changed, so new tokens belong to it whatever happens meanwhile. @returns how many were written */
export const replaceIndex = async (trx: Trx, rows: readonly Remade[]): Promise<number> => {
  if (rows.length === 0) return 0
  const { rowCount } = await trx.raw<{ rowCount: number }>(
    `update messages set search_tokens = fresh.search_tokens::bigint[], index_key = fresh.index_key
       from unnest(?::uuid[], ?::text[], ?::int[]) as fresh (id, search_tokens, index_key)
      where messages.id = fresh.id`,
    [
      rows.map(({ id }) => id),
      rows.map(({ search_tokens }) => `{${search_tokens.join(',')}}`),
      rows.map(({ index_key }) => index_key),
    ] as never,
  )
  return rowCount
}
