import { createHash, randomBytes } from 'node:crypto'
import pg from 'pg'
import { outside, withClient } from '../dump/queries.ts'

/**
 * Makes a scratch database, and drops those that interrupted drills of the same installation have left.
 * @param url a login that may create databases
 * @param installation what tells it from others that use the login
 * @returns its URL, and its end
 */
export const makeScratch = async (
  url: string,
  installation: string,
): Promise<{ url: string; drop: () => Promise<void> }> => {
  const prefix = `ostoja_drill_${createHash('sha256').update(installation).digest('hex').slice(0, 12)}_`
  const name = prefix + randomBytes(4).toString('hex')
  const own = `select datname as name from pg_database where datdba = (select oid from pg_roles where rolname = current_user)
      and starts_with(datname, $1)`
  await withClient(url, async client => {
    for (const { name: left } of (await client.query<{ name: string }>(own, [prefix])).rows)
      await dropScratch(client, left)
    await client.query(`create database ${name} encoding 'UTF8' template template0`)
  })
  const place = new URL(url)
  place.pathname = `/${name}`
  return { url: place.href, drop: () => withClient(url, client => dropScratch(client, name)) }
}

/**
 * Ends what a killed drill has left running, and drops the database. Not `with (force)`, which fails where autovacuum is at
 * work in it: a plain drop sends autovacuum away, and waits for the sessions that are ending.
 */
const dropScratch = async (client: pg.Client, name: string) => {
  await client.query(
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and usename = current_user',
    [name],
  )
  await client.query(`drop database if exists ${pg.escapeIdentifier(name)}`)
}

export const databaseBytes = async (client: pg.Client): Promise<number> =>
  Number((await client.query<{ size: string }>('select pg_database_size(current_database()) as size')).rows[0]!.size)

/** So that whoever owns a restored database sees every row of it. For scratch databases only. */
export const liftRowSecurity = async (client: pg.Client) => {
  await client.query(`do $$ declare found record; begin
    for found in select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = relnamespace
      where relforcerowsecurity and ${outside}
    loop execute format('alter table %s no force row level security', found.name); end loop; end $$`)
}

/** Whether an organisation has keys; one that was destroyed has none. */
export const hasKeys = async (client: pg.Client, tenantId: string): Promise<boolean> => {
  await client.query(`select set_config('app.tenant_id', $1, false)`, [tenantId])
  const { rows } = await client.query<{ has: boolean }>('select exists (select from tenant_keys) as has')
  return rows[0]!.has
}

export type SealedColumn = { column: `${string}.${string}`; key: readonly string[] }
export type SealedSample = { tenantId: string; column: SealedColumn['column']; row: string; sealed: Buffer }

/** Up to `most` random sealed values of one tenant from every column that holds any; row security shows no other's. */
export const sampleSealed = async (
  client: pg.Client,
  tenantId: string,
  columns: readonly SealedColumn[],
  most: number,
): Promise<SealedSample[]> => {
  const samples: SealedSample[] = []
  await client.query(`select set_config('app.tenant_id', $1, false)`, [tenantId])
  for (const { column, key } of columns) {
    const [table = '', name = ''] = column.split('.')
    const keys = key.map(part => pg.escapeIdentifier(part)).join(', ')
    const { rows } = await client.query<{ row: string; sealed: Buffer }>(
      `select concat_ws(':', ${keys}) as row, ${name} as sealed from ${table}
         join (select ${keys} from ${table} where tenant_id = $1 and ${name} is not null order by random() limit $2) picked
        using (${keys}) where tenant_id = $1`,
      [tenantId, most],
    )
    samples.push(...rows.map(({ row, sealed }) => ({ tenantId, column, row, sealed })))
  }
  return samples
}
