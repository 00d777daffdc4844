import type { Knex } from 'knex'
import { lockName } from '../../platform/db/named-lock.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import type { Purpose } from '../../platform/vault/wrapped-keys.ts'
import { splitColumn, type SealedColumn } from './places.ts'

export type KeyRow = {
  id: number
  purpose: Purpose
  current: boolean
  root_key_id: string
  age_ms: number
  /** Since when it is no longer the current one; null for the current key, and for one to come. */
  retired_ms: number | null
  /** Whether nothing may be written with it any more. */
  closed: boolean
  /** Whether a scan has counted no use of it since it was closed. */
  unused: boolean
}
export type SealedRow = { row: readonly string[]; sealed: Buffer }
export type Uses = Map<number | null, number>

/** Bytes that no two sealed values share: version, key and nonce (platform/vault/cipher.ts). */
const beginning = 17

/** What there is of keys of one purpose, over every realm: `moving`, in how many something is under an older key yet. */
export type KeySummary = {
  count: number
  oldestMs: number
  moving: number
  lingering: number
  /** How many keys each root key wraps. */
  roots: ReadonlyMap<string, number>
}

/** Read as `ostoja_signin`, which may see of keys how old they are and which root key wraps them. */
export const summariseKeys = async (trx: Knex.Transaction, purpose: Purpose): Promise<KeySummary> => {
  const { rows } = await trx.raw<{ rows: (Omit<KeySummary, 'roots'> & { roots: Record<string, number> })[] }>(
    `with present as (
       select keys.*, closed.unused_since is not null as unused
         from (select tenant_id, id, purpose, current, created_at, retired_at, root_key_id from tenant_keys) keys
         left join (select tenant_id, id, unused_since from closed_keys) closed using (tenant_id, id)
        where keys.purpose = ?
     )
     select count(*) filter (where current)::int as count,
            coalesce(extract(epoch from clock_timestamp() - min(created_at) filter (where current)) * 1000, 0)::float8 as "oldestMs",
            count(distinct tenant_id) filter (where not current and not unused)::int as moving,
            count(distinct tenant_id) filter (where not current and unused)::int as lingering,
            coalesce((select jsonb_object_agg(root_key_id, uses)
                        from (select root_key_id, count(*) as uses from present group by 1) by_root), '{}') as roots
       from present`,
    [purpose],
  )
  const { roots, ...summary } = rows[0]!
  return { ...summary, roots: new Map(Object.entries(roots)) }
}

/** Whether somebody has asked for a rotation that has not begun, or not ended. */
export const isAsked = async (trx: Trx): Promise<boolean> => {
  const { rows } = await trx.raw<{ rows: object[] }>(
    `select from graphile_worker._private_jobs job join graphile_worker._private_tasks task on task.id = job.task_id
      where task.identifier = 'keys.rotate' and job.attempts < job.max_attempts limit 1`,
  )
  return rows.length > 0
}

/** Since when the keys of a file are known. */
export const selectFileKeys = async (trx: Trx, kind: 'root' | 'pepper'): Promise<[string, Date][]> => {
  const rows: { key_id: string; noted_at: Date }[] = await trx('key_fingerprints')
    .where({ kind })
    .select('key_id', 'noted_at')
  return rows.map(({ key_id, noted_at }) => [key_id, noted_at])
}

/** Ages are the database's own, so that all machines mean the same. */
export const selectKeys = async (trx: Trx): Promise<KeyRow[]> => {
  const { rows } = await trx.raw<{ rows: KeyRow[] }>(
    `select keys.id, keys.purpose, keys.current, keys.root_key_id,
            (extract(epoch from clock_timestamp() - keys.created_at) * 1000)::float8 as age_ms,
            (extract(epoch from clock_timestamp() - keys.retired_at) * 1000)::float8 as retired_ms,
            closed.id is not null as closed, closed.unused_since is not null as unused
       from tenant_keys keys left join closed_keys closed using (tenant_id, id) order by keys.id`,
  )
  return rows
}

/** One turning of a tenant's keys at a time. */
export const lockKeys = (trx: Trx) => trx('tenant_keys').orderBy('id').forUpdate().select('id')

export const retireKey = (trx: Trx, id: number) =>
  trx('tenant_keys')
    .where({ id })
    .update({ current: false, retired_at: trx.raw('clock_timestamp()') })

export const makeCurrent = (trx: Trx, id: number) => trx('tenant_keys').where({ id }).update({ current: true })

/** From now on no row can be written that is sealed or indexed with this key. */
export const closeKey = async (
  trx: Trx,
  tenantId: string,
  { id, purpose }: Pick<KeyRow, 'id' | 'purpose'>,
  header: Buffer,
) => {
  await trx('closed_keys')
    .insert({ tenant_id: tenantId, id, purpose, seal_header: header })
    .onConflict(['tenant_id', 'id'])
    .ignore()
}

export const reopenKeys = (trx: Trx, ids: readonly number[]) =>
  trx('closed_keys').whereIn('id', ids).whereNull('unused_since').delete()

export const noteUnused = (trx: Trx, ids: readonly number[]) =>
  trx('closed_keys').whereIn('id', ids).whereNull('unused_since').update({ unused_since: trx.fn.now() })

export const destroyKeys = async (trx: Trx, ids: readonly number[]): Promise<number> => {
  await trx('closed_keys').whereIn('id', ids).update({ destroyed_at: trx.fn.now() })
  return trx('tenant_keys').where({ current: false }).whereIn('id', ids).delete()
}

/** How many values of a column each data key has sealed. The key's id stands in the clear, in bytes 1 to 4. */
export const countSealed = async (trx: Trx, place: SealedColumn): Promise<Uses> => {
  const { table, name } = splitColumn(place)
  const { rows } = await trx.raw<{ rows: { key: Buffer; count: string }[] }>(
    `select substring(:name: from 2 for 4) as key, count(*) as count from :table: where :name: is not null group by 1`,
    { table, name },
  )
  return new Map(rows.map(({ key, count }) => [key.readUInt32BE(), Number(count)]))
}

/** How many rows' tokens each index key has made. */
export const countIndexed = async (trx: Trx, table: string): Promise<Uses> => {
  const rows: { index_key: number | null; count: string }[] = await trx(table)
    .groupBy('index_key')
    .select('index_key')
    .count()
  return new Map(rows.map(({ index_key, count }) => [index_key, Number(count)]))
}

/** The next values of a column, by primary key, that another key than this has sealed. */
export const selectSealedOtherwise = async (
  trx: Trx,
  place: SealedColumn,
  keyId: number,
  after: readonly string[] | null,
  most: number,
): Promise<SealedRow[]> => {
  const { table, name } = splitColumn(place)
  const { key } = place
  const page = trx(table)
    .whereRaw('substring(?? from 2 for 4) <> ?', [name, asBytes(keyId)])
    .orderBy([...key])
    .limit(most)
  if (after)
    void page.whereRaw(`(${key.map(() => '??').join(', ')}) > (${after.map(() => '?').join(', ')})`, [...key, ...after])
  const rows: Record<string, Buffer | string | number>[] = await page.select(...key, name)
  return rows.map(row => ({ row: key.map(part => String(row[part])), sealed: row[name] as Buffer }))
}

/**
 * Puts values in the place of others, each only where what was read still stands there: a value is known by its beginning,
 * whose nonce no other has. Rows that somebody is changing are passed over, so that this never waits while it holds others.
 * All values travel in one piece: as an array they would be written out as text and read again, which took longer than
 * to carry out. Keys come in the types they have: a cast beside the comparison would keep row-level security from using the
 * index, and every page would look through the whole table.
 * @returns how many were replaced
 */
export const replaceSealed = async (
  trx: Trx,
  place: SealedColumn,
  rows: readonly (SealedRow & { fresh: Buffer })[],
): Promise<number> => {
  const { table, name } = splitColumn(place)
  const types = await typesOf(trx, table, place.key)
  const lengths = rows.map(({ fresh }) => fresh.length)
  const columns = types.map((_, index) => `key${index},`).join(' ')
  let end = 1
  const starts = lengths.map(length => (end += length) - length)
  const { rowCount } = await trx.raw<{ rowCount: number }>(
    `with fresh as (
       select ${columns}
              substring(?::bytea from (place * ${beginning} - ${beginning - 1})::int for ${beginning}) as was,
              substring(?::bytea from start for length) as sealed
         from unnest(${types.map(type => `?::${type}[], `).join('')}?::int[], ?::int[]) with ordinality
           as fresh (${columns} start, length, place)
     ), mine as (
       select present.ctid, fresh.sealed from ${table} present
         join fresh on ${place.key.map((part, index) => `present.${part} = fresh.key${index}`).join(' and ')}
                   and substring(present.${name} for ${beginning}) = fresh.was
        order by ${place.key.map(part => `present.${part}`).join(', ')} for no key update of present skip locked
     )
     update ${table} changed set ${name} = mine.sealed from mine where changed.ctid = mine.ctid`,
    [
      Buffer.concat(rows.map(({ sealed }) => sealed.subarray(0, beginning))),
      Buffer.concat(rows.map(({ fresh }) => fresh)),
      ...place.key.map((_, index) => rows.map(({ row }) => row[index]!)),
      starts,
      lengths,
    ] as never,
  )
  return rowCount
}

const knownTypes = new Map<string, readonly string[]>()

const typesOf = async (trx: Trx, table: string, columns: readonly string[]): Promise<readonly string[]> => {
  const known = knownTypes.get(table)
  if (known) return known
  const { rows } = await trx.raw<{ rows: { name: string; type: string }[] }>(
    `select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute where attrelid = ?::regclass`,
    [table],
  )
  const types = columns.map(column => rows.find(row => row.name === column)!.type)
  knownTypes.set(table, types)
  return types
}

/**
 * The program's transactions that are at these tables now: all, or only those that may be writing. As each takes its lock before it
 * looks at anything, one that is not among them will see everything that is committed by now.
 */
export const selectBusy = async (trx: Trx, tables: readonly string[], who: 'all' | 'writers'): Promise<Set<string>> => {
  const { rows } = await trx.raw<{ rows: { writer: string }[] }>(
    `select distinct virtualtransaction as writer from pg_locks join pg_stat_activity activity using (pid)
      where locktype = 'relation' and (mode = 'RowExclusiveLock' or ?) and pid <> pg_backend_pid()
        and pg_has_role(activity.usesysid, 'ostoja_app', 'member')
        and database = (select oid from pg_database where datname = current_database())
        and relation = any (select to_regclass(name) from unnest(?::text[]) as name)`,
    [who === 'all', tables as string[]],
  )
  return new Set(rows.map(({ writer }) => writer))
}

/** How many accounts' passwords were mixed with each pepper; null where nobody has noted it. */
export const countPeppers = async (trx: Trx): Promise<Map<string | null, number>> => {
  const rows: { pepper_id: string | null; count: string }[] = await trx('accounts')
    .groupBy('pepper_id')
    .select('pepper_id')
    .count()
  return new Map(rows.map(({ pepper_id, count }) => [pepper_id, Number(count)]))
}

const asBytes = (keyId: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(keyId)
  return bytes
}

/** One process at a time changes a key file, until the transaction ends: two would each write without the other's key. */
export const lockKeyFile = (trx: Trx, kind: 'root' | 'pepper') => lockName(trx, `ostoja key file ${kind}`)

/** Milliseconds since a key was made the current one of its file; null where nobody has noted it. */
export const selectAgeInFile = async (trx: Trx, id: string): Promise<number | null> => {
  const { rows } = await trx.raw<{ rows: { age_ms: number | null }[] }>(
    `select (extract(epoch from clock_timestamp() - max(at)) * 1000)::float8 as age_ms
       from audit_events where action = 'key.made' and subject_id = ?`,
    [id],
  )
  return rows[0]?.age_ms ?? null
}
