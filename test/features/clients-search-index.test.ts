import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'

let database: FreshDatabase
let admin: pg.Client
const plans: string[] = []
const [here, elsewhere] = [randomUUID(), randomUUID()]

beforeAll(async () => {
  database = await freshDatabase()
  admin = new pg.Client(database.adminUrl)
  admin.on('notice', notice => plans.push(notice.message ?? ''))
  await admin.connect()
  await admin.query(`insert into tenants (id, name) values ($1, 'Here'), ($2, 'Elsewhere')`, [here, elsewhere])
  for (const tenant of [here, elsewhere])
    await admin.query(
      `insert into clients (tenant_id, profile_sealed, search_tokens, letter_token, person_token, file_number_token, created_at, updated_at, status)
       select $1, '\\x00', array[n % 100, 1000 + n, 77], 1, n, n, now(), now(), case when n % 2 = 0 then 'active' else 'archived' end
         from generate_series(1, 3000) n`,
      [tenant],
    )
  await admin.query('analyze clients')
})

afterAll(async () => {
  await admin.end()
  await database.drop()
})

const asApp = async <T>(tenant: string | null, work: (client: pg.Client) => Promise<T>): Promise<T> => {
  const client = new pg.Client(database.urls.app)
  await client.connect()
  try {
    await client.query('begin')
    if (tenant) await client.query(`select set_config('app.tenant_id', $1, true)`, [tenant])
    return await work(client)
  } finally {
    await client.end()
  }
}

/** `alike`: of each list a client has one; the function compares four. */
type Asked = { alike?: number[][]; enough?: number; most?: number }
const search = (
  client: pg.Client,
  exact: number[],
  prefix: number[],
  { alike = [], enough = 10, most = 200 }: Asked = {},
) =>
  client.query<{ id: string; status: string; exact: boolean }>('select * from search_clients($1, $2, $3, $4, $5)', [
    exact,
    prefix,
    alike.length > 0 ? [0, 1, 2, 3].map(at => alike[at] ?? alike[0]!) : [],
    enough,
    most,
  ])

test('a search reads the token index and no other way to the table', async () => {
  await admin.query(`load 'auto_explain'`)
  await admin.query(
    `set auto_explain.log_min_duration = 0; set auto_explain.log_nested_statements = on; set client_min_messages = log`,
  )
  await admin.query('begin')
  await admin.query(`select set_config('app.tenant_id', $1, true)`, [here])
  for (let time = 0; time < 8; time++) {
    await search(admin, [5, 1105], [5, 1105], {
      alike: [
        [6, 7],
        [77, 8],
      ],
    })
    await search(admin, [77], [77])
  }
  await admin.query('rollback')
  await admin.query(`set auto_explain.log_min_duration = -1`)

  const searches = plans.filter(plan => /search_tokens (@>|&&)/.test(plan))
  expect(searches).toHaveLength(8 * (1 + 1) + 8 * 2)
  for (const plan of searches) {
    expect(plan).toContain('Bitmap Index Scan on clients_search')
    expect(plan).not.toContain('Seq Scan')
    expect(plan).not.toMatch(/Index (Only )?Scan (Backward )?using/)
  }
})

test("another tenant's rows never come back, and without a tenant nothing does", async () => {
  const found = await asApp(here, client => search(client, [77], [77], { most: 10_000 }))
  expect(found.rows).toHaveLength(3000)
  const own = new Set(
    (await admin.query<{ id: string }>('select id from clients where tenant_id = $1', [here])).rows.map(row => row.id),
  )
  expect(found.rows.every(row => own.has(row.id))).toBe(true)
  expect((await asApp(null, client => search(client, [77], [77]))).rows).toHaveLength(0)
})

test('whole words come before beginnings and active clients before archived ones, each client once', async () => {
  for (const [most, all] of [
    [5000, 3000],
    [3000, 3000],
    [1515, 1515],
  ] as const) {
    const { rows } = await asApp(here, client => search(client, [10], [77], { most }))
    expect(rows).toHaveLength(all)
    expect(new Set(rows.map(row => row.id)).size).toBe(all)
    const order = rows.map(row => `${row.status} ${String(row.exact)}`)
    expect([...new Set(order)]).toEqual(['active true', 'active false', 'archived false'])
  }
})

test('names that are alike come only where few were found, behind them, each client once', async () => {
  const found = async (asked: Asked) => (await asApp(here, client => search(client, [1105], [5, 1105], asked))).rows
  expect(await found({})).toHaveLength(1)
  const rows = await found({ alike: [[6, 5]] })
  expect(rows.map(row => row.exact)).toEqual([true, ...Array.from({ length: 59 }, () => false)])
  expect(new Set(rows.map(row => row.id)).size).toBe(60)
  expect(
    await found({
      alike: [
        [6, 5],
        [1006, 1205],
      ],
    }),
  ).toHaveLength(1 + 2)
  expect(await found({ alike: [[6, 5]], enough: 1 })).toHaveLength(1)
  expect(await found({ alike: [[6, 5]], most: 20 })).toHaveLength(1 + 20)
})

test('a search stops at its limit and refuses to list everybody', async () => {
  expect((await asApp(here, client => search(client, [77], [77], { most: 20 }))).rows).toHaveLength(20)
  expect((await asApp(here, client => search(client, [], []))).rows).toHaveLength(0)
})

test('only the program may search, and the searching role can do nothing else', async () => {
  const { rows } = await admin.query<{ owner: string; acl: string }>(
    `select pg_get_userbyid(proowner) as owner, proacl::text as acl from pg_proc where proname = 'search_clients'`,
  )
  expect(rows).toEqual([{ owner: 'ostoja_search', acl: '{ostoja_search=X/ostoja_search,ostoja_app=X/ostoja_search}' }])
  const { rows: rights } = await admin.query<{ right: string }>(
    `select table_name || ': ' || string_agg(privilege_type, ', ' order by privilege_type) as right
       from information_schema.role_table_grants where grantee = 'ostoja_search' group by table_name order by table_name`,
  )
  expect(rights.map(({ right }) => right)).toEqual([
    'audit_events: DELETE, SELECT', // what is older than an organisation keeps goes by one function (docs/adr/0015)
    'audit_seals: DELETE, SELECT',
    'break_glass_cases: SELECT',
    'broken_glass: SELECT',
    'client_restrictions: SELECT',
    'clients: SELECT',
    'hidden_clients: SELECT',
    'message_participants: SELECT',
    'message_thread_roles: SELECT',
    'messages: SELECT',
    'tenants: SELECT',
  ])
  const { rows: schema } = await admin.query(`select has_schema_privilege('ostoja_search', 'public', 'create') as may`)
  expect(schema).toEqual([{ may: false }])
})
