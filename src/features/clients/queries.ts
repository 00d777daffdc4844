import { ask, type Trx } from '../../platform/db/tenant.ts'
import type { Stretch } from '../../platform/web/page-key.ts'
import type { Action, Status } from './profile.ts'
import type { SealedColumns } from './sealing.ts'

export type ClientRow = SealedColumns & {
  tenant_id: string
  id: string
  status: Status
  version: number
  action: Action
  created_at: Date
  created_by: number | null
  updated_at: Date
  updated_by: number | null
  import_id: string | null
}
/** Of a row, what is read: the index is only asked, never fetched. */
export type ReadRow = Omit<ClientRow, Exclude<keyof SealedColumns, 'profile_sealed'>>
export type LineRow = Pick<ClientRow, 'id' | 'status' | 'profile_sealed' | 'created_at'>
export type VersionRow = {
  tenant_id: string
  client_id: string
  version: number
  action: Action
  profile_sealed: Buffer
  changed_at: Date
  changed_by: number | null
  import_id: string | null
}

export const readColumns = [
  'tenant_id',
  'id',
  'status',
  'version',
  'action',
  'profile_sealed',
  'created_at',
  'created_by',
  'updated_at',
  'updated_by',
  'import_id',
] as const
const lineColumns = ['id', 'status', 'profile_sealed', 'created_at'] as const
const clients = (trx: Trx) => trx<ClientRow>('clients')

export const findClient = async (trx: Trx, id: string): Promise<ReadRow | undefined> =>
  (await ask<ReadRow>(trx, `select ${readColumns.join(', ')} from clients where id = ?`, [id]))[0]

/** As findClient; nobody else changes the client until the transaction ends. */
export const lockClient = (trx: Trx, id: string): Promise<ReadRow | undefined> =>
  clients(trx)
    .where({ id })
    .forUpdate()
    .first(...readColumns)

/** Inserts those whose id and file number are free. @returns the ids inserted */
export const insertClients = async (trx: Trx, rows: readonly ClientRow[]): Promise<string[]> => {
  const inserted = await clients(trx)
    .insert([...rows])
    .onConflict()
    .ignore()
    .returning('id')
  return inserted.map(({ id }) => id)
}

export const updateClient = (trx: Trx, id: string, changes: Partial<ClientRow>) =>
  clients(trx).where({ id }).update(changes)

export const insertVersions = (trx: Trx, rows: readonly VersionRow[]) =>
  trx<VersionRow>('client_versions').insert([...rows])

/** The versions a client had before the present one, oldest first. */
export const selectVersions = (trx: Trx, clientId: string): Promise<VersionRow[]> =>
  trx<VersionRow>('client_versions').where({ client_id: clientId }).orderBy('version')

/**
 * One page of a status, by creation, newest first, found by its key: as fast at the end as at the beginning.
 * @param contacts 'none': only those without an emergency contact
 * @param direction 'older' than the key, or 'newer' (the nearest first)
 */
export const selectPage = (
  trx: Trx,
  { status, contacts }: { status: Status; contacts?: 'none' | undefined },
  { key, direction }: Stretch,
  most: number,
): Promise<LineRow[]> => {
  const [beyond, order] = direction === 'older' ? ['<', 'desc'] : ['>', 'asc']
  const page = clients(trx)
    .where({ status })
    .orderBy([
      { column: 'created_at', order },
      { column: 'id', order },
    ])
    .limit(most)
  if (contacts === 'none')
    void page.whereRaw(
      'not exists (select from emergency_contacts contact where contact.client_id = clients.id and contact.rank = 1)',
    )
  if (key) void page.whereRaw(`(created_at, id) ${beyond} (?, ?)`, [key.at, key.id])
  return page.select(...lineColumns)
}

export const selectByLetter = (
  trx: Trx,
  status: Status,
  letterTokens: readonly string[],
  most: number,
): Promise<LineRow[]> =>
  clients(trx)
    .where({ status })
    .whereIn('letter_token', letterTokens)
    .limit(most)
    .select(...lineColumns)

/** Clients whose family name begins in one way; a token for each living index key. In no order a reader would know. */
export const selectShelf = async (
  trx: Trx,
  status: Status,
  tokens: readonly string[],
  most: number,
): Promise<LineRow[]> => {
  const browse = 'select id, status, profile_sealed, created_at from browse_clients(?::bigint, ?, ?::int)'
  const { rows } = await trx.raw<{ rows: LineRow[] }>(
    tokens.map(() => browse).join(' union all '),
    tokens.flatMap(token => [token, status, most]),
  )
  return rows
}

export const selectLines = (trx: Trx, ids: readonly string[]): Promise<LineRow[]> =>
  trx<LineRow>('clients').whereIn('id', ids).select('id', 'status', 'profile_sealed', 'created_at')

/** The clients an account opened last, the latest first; its last `lookBack` readings are looked at. An import's rows are not opened. */
export const selectRecent = (trx: Trx, accountId: number, most: number, lookBack = 100): Promise<LineRow[]> =>
  ask<LineRow>(
    trx,
    `with views as (select id, subject_id from audit_events
                     where account_id = ? and action = 'client.viewed' and detail -> 'import' is null order by id desc limit ?),
          opened as (select subject_id::uuid as client_id, max(id) as latest from views group by 1)
     select clients.id, clients.status, clients.profile_sealed, clients.created_at
       from opened join clients on clients.id = opened.client_id
      order by opened.latest desc limit ?`,
    [accountId, lookBack, most],
  )

export const selectByIds = (trx: Trx, ids: readonly string[]): Promise<LineRow[]> =>
  clients(trx)
    .whereIn('id', ids)
    .select(...lineColumns)

/** Row-level security leaves out who may not be seen. */
export const selectVisible = (trx: Trx, ids: readonly string[]): Promise<string[]> =>
  clients(trx).whereIn('id', ids).pluck('id')

/** Active clients whose own number is known to be wrong. */
export const selectWrongNumbers = (trx: Trx, most: number): Promise<string[]> =>
  clients(trx).where({ status: 'active', wrong_number: true }).limit(most).pluck('id')

/** Moves the tenant's counter of file numbers on. @returns the last number taken */
export const advanceCounter = async (trx: Trx, tenantId: string, by: number): Promise<number> => {
  const { rows } = await trx.raw<{ rows: { last: number }[] }>(
    `insert into file_number_counters as counter (tenant_id, last) values (?, ?)
     on conflict (tenant_id) do update set last = counter.last + excluded.last returning last`,
    [tenantId, by],
  )
  return rows[0]!.last
}

/** A batch takes at most so many locks, of which PostgreSQL has a few thousand for everybody. */
const fileNumberLocks = 64

/** Lets one transaction at a time write a file number, by its token; in one order, so that no two wait for each other. */
export const lockFileNumbers = (trx: Trx, tenantId: string, tokens: readonly string[]) =>
  trx.raw(
    `select pg_advisory_xact_lock(hashtext(?), bucket)
       from (select distinct abs(token % ?)::int as bucket from unnest(?::bigint[]) token order by 1) buckets`,
    [tenantId, fileNumberLocks, tokens as string[]],
  )

type FileNumberClaim = { token: string; id: string }

/** Those of the claims whose token another client has than the one who claims it, restricted or not. */
export const selectTakenFileNumbers = async (
  trx: Trx,
  claims: readonly FileNumberClaim[],
): Promise<FileNumberClaim[]> => {
  const { rows } = await trx.raw<{ rows: FileNumberClaim[] }>(
    'select token, id from file_numbers_taken(?::bigint[], ?::uuid[])',
    [claims.map(({ token }) => token), claims.map(({ id }) => id)],
  )
  return rows
}
