import type { Trx } from '../../../platform/db/tenant.ts'
import { readColumns, type ClientRow, type ReadRow, type VersionRow } from '../queries.ts'
import type { SealedColumns } from '../sealing.ts'

const clients = (trx: Trx) => trx<ClientRow>('clients')

export const selectByFileNumbers = (
  trx: Trx,
  tokens: readonly string[],
): Promise<(ReadRow & { file_number_token: string })[]> =>
  clients(trx)
    .whereRaw('file_number_token = any(?::bigint[])', [tokens as string[]])
    .select(...readColumns, 'file_number_token')

/** Of several clients with one token, the last in the answer is the one that was made first. */
export const selectByPersons = (trx: Trx, tokens: readonly string[]): Promise<(ReadRow & { person_token: string })[]> =>
  clients(trx)
    .whereRaw('person_token = any(?::bigint[])', [tokens as string[]])
    .orderBy('created_at', 'desc')
    .select(...readColumns, 'person_token')

export const selectByIds = (trx: Trx, ids: readonly string[]): Promise<ReadRow[]> =>
  clients(trx)
    .whereRaw('id = any(?::uuid[])', [ids as string[]])
    .select(...readColumns)

/**
 * Inserts those whose id and file number are free, a column at a time: a statement of eight thousand values of their own took
 * longer to write and to read than to carry out. What is the same for all stands once; the
 * index key is not, for it may turn between two rows of a batch. @returns the ids inserted
 */
export const insertMany = async (trx: Trx, rows: readonly ClientRow[]): Promise<string[]> => {
  const [first] = rows
  if (!first) return []
  const all = <Name extends keyof ClientRow>(name: Name) => rows.map(row => row[name])
  const { tenant_id, status, version, action, created_at, created_by, import_id, index_version } = first
  const { rows: made } = await trx.raw<{ rows: { id: string }[] }>(
    `insert into clients (tenant_id, status, version, action, created_at, created_by, updated_at, updated_by, import_id,
                          id, profile_sealed, search_tokens, letter_token, person_token, file_number_token, index_key, index_version)
     select ?::uuid, ?, ?::int, ?, ?::timestamptz, ?::int, ?::timestamptz, ?::int, ?::uuid,
            id, profile_sealed, search_tokens::bigint[], letter_token, person_token, file_number_token, index_key, ?::int
       from unnest(?::uuid[], ?::bytea[], ?::text[], ?::bigint[], ?::bigint[], ?::bigint[], ?::int[])
         as fresh (id, profile_sealed, search_tokens, letter_token, person_token, file_number_token, index_key)
     on conflict do nothing returning id`,
    [
      tenant_id,
      status,
      version,
      action,
      created_at,
      created_by,
      created_at,
      created_by,
      import_id,
      index_version,
      all('id'),
      all('profile_sealed'),
      rows.map(row => `{${row.search_tokens.join(',')}}`),
      all('letter_token'),
      all('person_token'),
      all('file_number_token'),
      all('index_key'),
    ] as never,
  )
  return made.map(({ id }) => id)
}

/** In the order of ids, so that two batches that share clients wait for each other instead of locking each other out. */
export const lockClients = (trx: Trx, ids: readonly string[]): Promise<ReadRow[]> =>
  clients(trx)
    .whereIn('id', ids)
    .orderBy('id')
    .forUpdate()
    .select(...readColumns)

export type Replacement = SealedColumns &
  Pick<ClientRow, 'id' | 'version' | 'action' | 'updated_at' | 'updated_by' | 'import_id'>

/** Writes many clients anew in one statement. */
export const replaceClients = async (trx: Trx, rows: readonly Replacement[]) => {
  if (rows.length === 0) return
  const values = rows.map(
    () =>
      '(?::uuid, ?::int, ?, ?::timestamptz, ?::int, ?::uuid, ?::bytea, ?::bigint[], ?::bigint, ?::bigint, ?::bigint, ?::int, ?::int, ?::boolean)',
  )
  await trx.raw(
    `update clients
        set version = new.version, action = new.action, updated_at = new.updated_at, updated_by = new.updated_by, import_id = new.import_id,
            profile_sealed = new.profile_sealed, search_tokens = new.search_tokens, letter_token = new.letter_token,
            person_token = new.person_token, file_number_token = new.file_number_token, index_key = new.index_key,
            index_version = new.index_version, wrong_number = new.wrong_number
       from (values ${values.join(', ')})
         as new (id, version, action, updated_at, updated_by, import_id, profile_sealed, search_tokens, letter_token, person_token, file_number_token, index_key, index_version, wrong_number)
      where clients.id = new.id`,
    rows.flatMap(row => [
      row.id,
      row.version,
      row.action,
      row.updated_at,
      row.updated_by,
      row.import_id,
      row.profile_sealed,
      row.search_tokens,
      row.letter_token,
      row.person_token,
      row.file_number_token,
      row.index_key,
      row.index_version,
      row.wrong_number,
    ]) as never,
  )
}

/** Active clients in the order of their ids, beyond `after`. */
export const selectActiveAfter = (
  trx: Trx,
  after: string | null,
  most: number,
): Promise<Pick<ClientRow, 'id' | 'profile_sealed'>[]> => {
  const page = clients(trx).where({ status: 'active' }).orderBy('id').limit(most)
  if (after) void page.where('id', '>', after)
  return page.select('id', 'profile_sealed')
}

export const countActive = async (trx: Trx): Promise<number> => {
  const [row] = await clients(trx).where({ status: 'active' }).count({ count: '*' })
  return Number(row?.count ?? 0)
}

/** Clients whose present version an import made, in the order of their ids. */
export const lockMadeByImport = (
  trx: Trx,
  importId: string,
  after: string | null,
  most: number,
): Promise<ReadRow[]> => {
  const page = clients(trx).where({ import_id: importId }).orderBy('id').limit(most).forUpdate()
  if (after) void page.where('id', '>', after)
  return page.select(...readColumns)
}

export const selectVersionsBefore = (
  trx: Trx,
  rows: readonly Pick<ReadRow, 'id' | 'version'>[],
): Promise<VersionRow[]> =>
  trx<VersionRow>('client_versions').whereIn(
    ['client_id', 'version'],
    rows.map(row => [row.id, row.version - 1]) as never,
  )

export const deleteClients = (trx: Trx, ids: readonly string[]) => clients(trx).whereIn('id', ids).delete()
