import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'

/** What belongs to the installation and to no tenant; each names why. */
const outsideTenancy = {
  migrations: 'which migrations were applied',
  migrations_lock: 'the lock of the migrations',
}

/** Tables that name clients by id and hide none; each names why. All others: platform/db/protect.ts, hideRestricted. */
const notHidden: Record<string, string> = {
  client_restrictions: 'says itself who is hidden from whom',
  client_restriction_versions: 'tells officers who could see a record when; no word about the client in the clear',
  break_glass_cases: 'says itself who opened what; read by officers and by the account it is of',
}

let database: FreshDatabase
let admin: pg.Client
const rows = async <Row extends object>(sql: string): Promise<Row[]> => (await admin.query<Row>(sql)).rows

beforeAll(async () => {
  database = await freshDatabase()
  admin = new pg.Client(database.adminUrl)
  await admin.connect()
})
afterAll(async () => {
  await admin.end()
  await database.drop()
})

const tenantTables = async () => {
  const tables = await rows<{ name: string }>(`select tablename as name from pg_tables where schemaname = 'public'`)
  return tables.map(table => table.name).filter(name => !(name in outsideTenancy))
}

describe('the database catalogue', () => {
  it('has row security on and forced, with a policy for reading and one for writing, on every tenant table', async () => {
    const facts = await rows<{ name: string; enabled: boolean; forced: boolean; using: boolean; checked: boolean }>(`
      select relname as name, relrowsecurity as enabled, relforcerowsecurity as forced,
        bool_or(polqual is not null and polroles = '{0}') as using, bool_or(polwithcheck is not null and polroles = '{0}') as checked
      from pg_class left join pg_policy on polrelid = pg_class.oid
      where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') group by 1, 2, 3`)
    const tables = await tenantTables()
    expect(tables.length).toBeGreaterThan(4)
    for (const name of tables) {
      expect(facts.find(fact => fact.name === name)).toEqual({
        name,
        enabled: true,
        forced: true,
        using: true,
        checked: true,
      })
    }
  })

  it('lets no policy read the setting once a row: each reads it through a sub-select', async () => {
    const policies = await rows<{ definition: string }>(`
      select pg_get_expr(polqual, polrelid) as definition from pg_policy join pg_class on pg_class.oid = polrelid
      where relnamespace = 'public'::regnamespace and polroles = '{0}'`)
    for (const { definition } of policies)
      expect(definition).toMatch(/\( ?SELECT (\(NULLIF\(current_setting\('app\.tenant_id'|hidden_clients\.client_id)/i)
  })

  it('hides restricted records in every table that holds something of a client', async () => {
    const columns = await rows<{ table: string; column: string }>(`
      select attrelid::regclass::text as table, attname as column from pg_attribute join pg_class on pg_class.oid = attrelid
       where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition and attname = 'client_id'`)
    const hiding = await rows<{ table: string; definition: string; checked: string }>(`
      select polrelid::regclass::text as table, pg_get_expr(polqual, polrelid) as definition, pg_get_expr(polwithcheck, polrelid) as checked
        from pg_policy where not polpermissive and polcmd = '*' and polroles = '{0}'`)
    expect(columns.length).toBeGreaterThan(5)
    for (const { table, column } of [...columns, { table: 'clients', column: 'id' }]) {
      if (table in notHidden) continue
      const policy = hiding.find(policy => policy.table === table)
      const condition = new RegExp(`${column} IN \\( SELECT hidden_clients\\.client_id`)
      expect(`${table}: ${policy?.definition ?? 'hides nothing'}`).toMatch(condition)
      expect(policy?.checked).toMatch(condition)
    }
  })

  it('has tenant_id first in every primary key, in every unique index and in every foreign key between tenant tables', async () => {
    const indexes = await rows<{ table: string; index: string; first: string }>(`
      select indrelid::regclass::text as table, indexrelid::regclass::text as index, attname as first
      from pg_index join pg_class on pg_class.oid = indrelid join pg_attribute on attrelid = indrelid and attnum = indkey[0]
      where relnamespace = 'public'::regnamespace and indisunique`)
    const tables = await tenantTables()
    for (const { index, first } of indexes.filter(index => tables.includes(index.table) && index.table !== 'tenants')) {
      expect(`${index} begins with ${first}`).toBe(`${index} begins with tenant_id`)
    }

    const keys = await rows<{ name: string; columns: string }>(`
      select conname as name, (select string_agg(attname, ',') from pg_attribute where attrelid = conrelid and attnum = any (conkey)) as columns
      from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace`)
    expect(keys.length).toBeGreaterThan(4)
    for (const { name, columns } of keys) expect(`${name}: ${columns}`).toContain('tenant_id')
  })

  it('has views only with the reader’s own rights', async () => {
    const views = await rows<{ name: string }>(`
      select relname as name from pg_class where relkind = 'v' and relnamespace = 'public'::regnamespace
      and coalesce(not ('security_invoker=true' = any (reloptions)), true)`)
    expect(views).toEqual([])
  })

  it('has functions that run with more than the caller’s rights only where an ADR names them, with a pinned search path', async () => {
    const functions = await rows<{ name: string; owner: string; pinned: boolean }>(`
      select proname as name, pg_get_userbyid(proowner) as owner, coalesce(proconfig::text like '%search_path%', false) as pinned
      from pg_proc where prosecdef and pronamespace = 'public'::regnamespace`)
    expect(functions.every(fn => fn.owner === 'ostoja_search' && fn.pinned)).toBe(true)
    expect(functions.map(fn => fn.name).sort()).toEqual([
      'browse_clients',
      'events_about',
      'file_numbers_taken',
      'remove_sealed_events',
      'search_clients',
      'search_messages',
    ])
  })

  it('keeps the app from passing over row security and from changing the audit log', async () => {
    const roles = await rows<{ rolname: string; rolbypassrls: boolean; rolsuper: boolean }>(
      `select rolname, rolbypassrls, rolsuper from pg_roles where pg_has_role(oid, 'ostoja_app', 'member') and rolname like 'ostoja%'`,
    )
    expect(roles.length).toBeGreaterThan(1)
    for (const role of roles) expect(role).toMatchObject({ rolbypassrls: false, rolsuper: false })

    const grants = await rows<{ privilege_type: string }>(
      `select privilege_type from information_schema.role_table_grants where grantee = 'ostoja_app' and table_name = 'audit_events'`,
    )
    expect(grants.map(grant => grant.privilege_type).sort()).toEqual(['INSERT', 'SELECT'])
  })

  it('adds columns to the log only so that what was sealed stays what it was: nullable, without a default', async () => {
    const added = await rows<{ name: string; nullable: string; default: string | null }>(
      `select column_name as name, is_nullable as nullable, column_default as default from information_schema.columns
        where table_name = 'audit_events' and column_name not in ('tenant_id', 'id', 'at', 'action', 'detail')`,
    )
    for (const { name, nullable, default: given } of added) expect([name, nullable, given]).toEqual([name, 'YES', null])
  })

  it('lets the backup role read everything and write nothing', async () => {
    const writable = await rows(
      `select 1 from information_schema.role_table_grants where grantee = 'ostoja_backup' and privilege_type <> 'SELECT'`,
    )
    expect(writable).toEqual([])
    const readable = await rows<{ table_name: string }>(
      `select table_name from information_schema.role_table_grants where grantee = 'ostoja_backup' and table_schema = 'public'`,
    )
    const seen = readable.map(grant => grant.table_name)
    for (const table of [...(await tenantTables()), ...Object.keys(outsideTenancy)]) expect(seen).toContain(table)
  })

  it('lets the sign-in role see nothing but logins, tenants and which account a sealed e-mail stands for', async () => {
    const readable = await rows<{ table_name: string; privilege_type: string }>(
      `select table_name, privilege_type from information_schema.role_table_grants where grantee = 'ostoja_signin'`,
    )
    expect(readable.sort((a, b) => a.table_name.localeCompare(b.table_name))).toEqual([
      { table_name: 'account_emails', privilege_type: 'SELECT' },
      { table_name: 'logins', privilege_type: 'SELECT' },
      { table_name: 'tenants', privilege_type: 'SELECT' },
    ])
  })
})
