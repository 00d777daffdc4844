import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'

let ostoja: Ostoja
let admin: pg.Client
let app: pg.Client
let own: string
let tables: string[]

const asTenant = async (tenantId: string, sql: string) => {
  await app.query('begin')
  await app.query(`select set_config('app.tenant_id', $1, true)`, [tenantId])
  try {
    return await app.query(sql)
  } finally {
    await app.query('rollback')
  }
}

beforeAll(async () => {
  ostoja = await startOstoja()
  own = await ostoja.newTenant('Own')
  const other = await ostoja.newTenant('Other')
  for (const tenant of [own, other]) await ostoja.newAccount(tenant, ['staff'])
  admin = new pg.Client(ostoja.database.adminUrl)
  app = new pg.Client(ostoja.database.urls.app)
  await Promise.all([admin.connect(), app.connect()])
  const { rows } = await admin.query<{ name: string }>(
    `select table_name as name from information_schema.columns where table_schema = 'public' and column_name = 'tenant_id'`,
  )
  tables = rows.map(row => row.name)
})
afterAll(async () => {
  await Promise.all([admin.end(), app.end()])
  await ostoja.close()
})

describe('row security', () => {
  it('shows nothing to a connection that names no tenant, though there are rows', async () => {
    const { rows } = await admin.query('select 1 from accounts')
    expect(rows).toHaveLength(2)
    for (const table of [...tables, 'tenants']) {
      const { rows: seen } = await app.query(`select 1 from ${table} limit 1`)
      expect(seen).toEqual([])
    }
  })

  it('shows a tenant its own rows and no other’s, and still none after the transaction', async () => {
    const { rows } = await asTenant(own, 'select tenant_id from accounts')
    expect(rows).toEqual([{ tenant_id: own }])
    expect((await app.query('select 1 from accounts')).rows).toEqual([])
  })

  it('lets a tenant write no row into another', async () => {
    const into = (tenant: string) =>
      `insert into audit_events (tenant_id, action) values ('${tenant}', 'account.created')`
    await expect(asTenant(own, into(own))).resolves.toMatchObject({ rowCount: 1 })
    const { rows } = await admin.query<{ id: string }>(`select id from tenants where name = 'Other'`)
    await expect(asTenant(own, into(rows[0]!.id))).rejects.toThrow('row-level security')
  })

  it('lets the app neither change nor remove an audit event', async () => {
    await expect(asTenant(own, 'delete from audit_events')).rejects.toThrow('permission denied')
    await expect(asTenant(own, `update audit_events set action = 'x'`)).rejects.toThrow('permission denied')
  })
})
