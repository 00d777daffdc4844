import pg from 'pg'
import type { Manifest } from '../manifest.ts'
import { BackupFault, saysNoRoom } from '../faults.ts'

export type Facts = Pick<Manifest, 'migrations' | 'tables' | 'objects' | 'auditHeads' | 'auditChains'> & {
  rootKeys: string[]
  peppers: string[]
}
export type Snapshot = {
  id: string
  server: Manifest['server']
  /** About how many bytes there are to dump. */
  about: number
  facts: () => Promise<Facts>
  close: () => Promise<void>
}

const patienceMs = 15_000
/** Schemas that are PostgreSQL's own, left out; `n` is pg_namespace. */
export const outside = `n.nspname not in ('pg_catalog', 'information_schema') and n.nspname !~ '^pg_'`

/** A connection of its own. @throws BackupFault database-unreachable, or disk-full where the server's is */
export const connectTo = async (url: string, options?: string): Promise<pg.Client> => {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'ostoja backup',
    connectionTimeoutMillis: patienceMs,
    ...(options ? { options } : {}),
  })
  client.on('error', () => undefined) // the query in hand tells of it
  await client.connect().catch((fault: unknown) => {
    const { message } = fault as Error
    throw new BackupFault(saysNoRoom(message) ? 'disk-full' : 'database-unreachable', message)
  })
  return client
}

export const serverOf = async (client: pg.Client): Promise<Manifest['server']> => {
  const { rows } = await client.query<{ version: string; number: string }>(
    `select current_setting('server_version') as version, current_setting('server_version_num') as number`,
  )
  return { version: rows[0]!.version, major: Math.floor(Number(rows[0]!.number) / 10_000) }
}

/**
 * One moment of the database, which pg_dump and whoever counts see alike.
 * @param url a login in the role ostoja_backup
 */
export const openSnapshot = async (url: string): Promise<Snapshot> => {
  const client = await connectTo(url)
  await client.query(`begin isolation level repeatable read read only`)
  const { rows } = await client.query<{ id: string; about: string }>(
    `select pg_export_snapshot() as id,
            (select coalesce(sum(pg_table_size(c.oid)), 0) from pg_class c join pg_namespace n on n.oid = relnamespace
              where relkind in ('r', 'p', 'm') and ${outside}) as about`,
  )
  return {
    id: rows[0]!.id,
    about: Number(rows[0]!.about),
    server: await serverOf(client),
    facts: () => factsOf(client),
    close: () => client.end(),
  }
}

/** What a manifest says of a database, and what a restored one is compared by. */
export const factsOf = async (client: pg.Client): Promise<Facts> => {
  await client.query(`set timezone = 'UTC'`) // rows are hashed as text
  const list = async (sql: string): Promise<string[]> =>
    (await client.query<{ value: string }>(sql)).rows.map(({ value }) => value)
  return {
    migrations: await list('select name as value from migrations order by name'),
    tables: await countRows(client),
    objects: await countObjects(client),
    auditHeads: await auditHeads(client),
    auditChains: await auditChains(client),
    rootKeys: await list('select distinct root_key_id as value from tenant_keys order by 1'),
    peppers: await list('select distinct pepper_id as value from accounts where pepper_id is not null order by 1'),
  }
}

const tablesOf = async (client: pg.Client): Promise<{ name: string; quoted: string }[]> => {
  const { rows } = await client.query<{ name: string; quoted: string }>(
    `select n.nspname || '.' || c.relname as name, format('%I.%I', n.nspname, c.relname) as quoted
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p') and not c.relispartition and ${outside} order by 1`,
  )
  return rows
}

const countRows = async (client: pg.Client): Promise<Record<string, number>> => {
  const counts: Record<string, number> = {}
  for (const { name, quoted } of await tablesOf(client)) {
    const { rows } = await client.query<{ count: string }>(`select count(*) from ${quoted}`)
    counts[name] = Number(rows[0]!.count)
  }
  return counts
}

const countObjects = async (client: pg.Client): Promise<Record<string, number>> => {
  const { rows } = await client.query<{ kind: string; count: string }>(`
    select 'constraints' as kind, count(*) from pg_constraint join pg_namespace n on n.oid = connamespace where ${outside}
    union all select 'unchecked constraints', count(*) from pg_constraint join pg_namespace n on n.oid = connamespace
      where ${outside} and not convalidated
    union all select 'indexes', count(*) from pg_class c join pg_namespace n on n.oid = relnamespace where relkind = 'i' and ${outside}
    union all select 'policies', count(*) from pg_policy
    union all select 'tables with row security', count(*) from pg_class c join pg_namespace n on n.oid = relnamespace
      where relrowsecurity and ${outside}
    union all select 'triggers', count(*) from pg_trigger where not tgisinternal
    union all select 'functions', count(*) from pg_proc p join pg_namespace n on n.oid = pronamespace where ${outside}
    union all select 'sequences', count(*) from pg_class c join pg_namespace n on n.oid = relnamespace where relkind = 'S' and ${outside}`)
  return Object.fromEntries(rows.map(({ kind, count }) => [kind, Number(count)]))
}

const auditHeads = async (client: pg.Client): Promise<Manifest['auditHeads']> => {
  const { rows } = await client.query<{ tenantId: string; id: string; sha256: string }>(`
    select tenants.id as "tenantId", head.id, encode(sha256(convert_to(to_jsonb(head)::text, 'UTF8')), 'hex') as sha256
      from tenants, lateral (select * from audit_events e where e.tenant_id = tenants.id order by e.id desc limit 1) head
     order by 1`)
  return rows
}

/** A backup of before the log was a chain has none, in a drill too. */
const auditChains = async (client: pg.Client): Promise<Manifest['auditChains']> => {
  const there = await client.query<{ there: boolean }>(`select to_regclass('public.audit_seals') is not null as there`)
  if (!there.rows[0]!.there) return []
  const { rows } = await client.query<{ tenantId: string; seals: string; events: string; head: string }>(`
    select last.tenant_id as "tenantId", number as seals, first - 1 + count as events, encode(head, 'hex') as head
      from tenants, lateral (select * from audit_seals s where s.tenant_id = tenants.id order by number desc limit 1) last order by 1`)
  return rows.map(row => ({ ...row, seals: Number(row.seals), events: Number(row.events) }))
}

export const isEmpty = async (client: pg.Client): Promise<boolean> => {
  const { rows } = await client.query<{ count: string }>(
    `select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where ${outside} and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')`,
  )
  return rows[0]!.count === '0'
}

/** Functions that run with their owner's rights belong to the one role that is meant for it (docs/adr/0002). */
export const giveFunctionsBack = async (client: pg.Client) => {
  await client.query(`do $$ declare found record; begin
    if exists (select from pg_proc where prosecdef and pronamespace = 'public'::regnamespace) then
      if not pg_has_role(current_user, 'ostoja_search', 'member') then grant ostoja_search to current_user; end if;
      grant create on schema public to ostoja_search;
      for found in select oid::regprocedure as name from pg_proc where prosecdef and pronamespace = 'public'::regnamespace
      loop execute format('alter function %s owner to ostoja_search', found.name); end loop;
      revoke create on schema public from ostoja_search;
    end if; end $$`)
}

/** Connects, works, and disconnects. */
export const withClient = async <T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> => {
  const client = await connectTo(url)
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** One backup or drill at a time, over all machines: a lock that ends with the connection of whoever holds it. */
const lockKey = 7_203_418_817

/** @returns the release, or null where another holds it */
export const tryLock = async (url: string): Promise<{ release: () => Promise<void>; lost: AbortSignal } | null> => {
  const client = await connectTo(url)
  const { rows } = await client.query<{ got: boolean }>('select pg_try_advisory_lock($1) as got', [lockKey])
  if (!rows[0]!.got) {
    await client.end()
    return null
  }
  const lost = new AbortController()
  client.on('error', () => lost.abort())
  client.on('end', () => lost.abort())
  return {
    lost: lost.signal,
    release: async () => {
      await client.end()
    },
  }
}
