import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Actor } from '../../src/platform/actor.ts'
import { newClient, newStaff, profile } from '../support/clients.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'

let ostoja: Ostoja
let staff: Actor
const inOrder: string[] = []

beforeAll(async () => {
  ostoja = await startOstoja()
  staff = await newStaff(ostoja)
  for (let wave = 0; wave < 5; wave++) {
    const many = Array.from({ length: 100 }, () => ({ id: randomUUID(), profile: profile({ familyName: 'Listowa' }) }))
    await ostoja.platform.db.asTenant(staff, trx => ostoja.features.clients.createMany(trx, staff, many, randomUUID()))
    inOrder.unshift(
      ...many
        .map(({ id }) => id)
        .sort()
        .reverse(),
    )
  }
})
afterAll(() => ostoja.close())

test('five hundred clients are paged to the end and back, each once, newest first', async () => {
  const { list } = ostoja.features.clients
  const forth: string[] = []
  let page = await list(staff, { status: 'active' })
  expect(page.previous).toBeNull()
  for (;;) {
    forth.push(...page.lines.map(({ id }) => id))
    if (!page.next) break
    page = await list(staff, { status: 'active', after: page.next })
  }
  expect(forth).toEqual(inOrder)

  const back = [page.lines.map(({ id }) => id)]
  while (page.previous) {
    page = await list(staff, { status: 'active', before: page.previous })
    back.unshift(page.lines.map(({ id }) => id))
    expect(page.next).not.toBeNull()
  }
  expect(back.flat()).toEqual(inOrder)
  expect(back).toHaveLength(10)
})

test('a page key that is none shows the first page', async () => {
  for (const after of ['', 'x', '%00', 'AAAA', 'A'.repeat(32), '_'.repeat(32), 'A'.repeat(100)]) {
    const { lines } = await ostoja.features.clients.list(staff, { status: 'active', after })
    expect(lines.length === 50 || lines.length === 0).toBe(true)
  }
})

test('archived clients stand in a list of their own', async () => {
  const id = await newClient(ostoja, staff, { familyName: 'Archiwalna' })
  await ostoja.features.clients.archive(staff, id)
  const { list } = ostoja.features.clients
  expect((await list(staff, { status: 'archived' })).lines.map(line => line.id)).toEqual([id])
  expect((await list(staff, { status: 'active' })).lines.map(line => line.id)).not.toContain(id)
})

test('a letter is listed in Polish order, accents under their letter', async () => {
  const actor = await newStaff(ostoja)
  for (const familyName of ['Łoś', 'Lach', 'Lyska', 'łach', 'Kos', 'Laskowska', '123'])
    await newClient(ostoja, actor, { givenNames: 'Ewa', familyName })
  await newClient(ostoja, actor, { givenNames: 'Lena', familyName: '' })
  const { byLetter } = ostoja.features.clients
  const names = async (letter: string) =>
    (await byLetter(actor, letter, 'active', 1)).lines.map(({ profile: p }) => p.familyName || p.givenNames)
  expect(await names('l')).toEqual(['Lach', 'Laskowska', 'Lena', 'Lyska', 'łach', 'Łoś'])
  expect(await names('other')).toEqual(['123'])
  expect(await names('q')).toEqual([])
})

test('a letter of many is paged, and a page past the end is the last', async () => {
  const page = await ostoja.features.clients.byLetter(staff, 'l', 'active', 99)
  expect(page).toMatchObject({ page: 10, pages: 10, total: 500, cut: false })
  expect(page.lines).toHaveLength(50)
})

test('the pages lead to each other', async () => {
  const visitor = await ostoja.signedIn(staff.tenantId, ['staff'])
  const first = await visitor.get('/clients')
  expect(first.status).toBe(200)
  const next = /href="(\/clients\?after=[\w-]+)"/.exec(first.text)?.[1]
  const second = await visitor.get(next!)
  expect(second.text).toMatch(/href="\/clients\?before=[\w-]+"/)
  expect((await visitor.get('/clients/letter/L?page=2')).text).toContain('page 2 of 10')
  expect((await visitor.get('/clients?status=archived')).status).toBe(200)
  expect((await visitor.get('/clients/letter/%C5%81')).status).toBe(404)
})

test('whoever was shown a client, on whatever list, can be told by one question', async () => {
  const tenantId = await ostoja.newTenant()
  const clerk = await newStaff(ostoja, tenantId)
  const [seen, unseen] = [
    await newClient(ostoja, clerk, { familyName: 'Widziana' }),
    await newClient(ostoja, clerk, { familyName: 'Niewidziana' }),
  ]
  await ostoja.features.clients.archive(clerk, unseen)
  const { list, byLetter, search, view, recent } = ostoja.features.clients
  const readers = await Promise.all(Array.from({ length: 5 }, () => newStaff(ostoja, tenantId)))
  const [lister, leafer, searcher, opener] = readers as [typeof clerk, typeof clerk, typeof clerk, typeof clerk]
  await list(lister, { status: 'active' })
  await byLetter(leafer, 'w', 'active', 1)
  await search(searcher, 'widziana')
  await view(opener, seen)
  await ostoja.platform.db.asTenant(opener, trx => recent(trx, opener))

  const admin = new pg.Client(ostoja.database.adminUrl)
  await admin.connect()
  const whoSaw = async (id: string) => {
    const { rows } = await admin.query<{ account_id: number; action: string }>(
      `select account_id, action from audit_events where tenant_id = $1 and (subject_id = $2 or detail -> 'clients' ? $2)
          and action not in ('client.created', 'client.archived') order by id`,
      [tenantId, id],
    )
    return rows.map(row => [row.account_id, row.action])
  }
  expect(await whoSaw(seen)).toEqual([
    [lister.accountId, 'clients.listed'],
    [leafer.accountId, 'clients.listed'],
    [searcher.accountId, 'clients.searched'],
    [opener.accountId, 'client.viewed'],
    [opener.accountId, 'clients.recent-listed'],
  ])
  expect(await whoSaw(unseen)).toEqual([])
  await admin.end()
})

test('the end of a long list is found by its key', async () => {
  const admin = new pg.Client(ostoja.database.adminUrl)
  await admin.connect()
  await admin.query('analyze clients')
  await admin.end()
  await ostoja.platform.db.asTenant(staff, async trx => {
    await trx.raw('set local enable_seqscan = off; set local enable_bitmapscan = off')
    const { rows } = await trx.raw<{ rows: { 'QUERY PLAN': string }[] }>(
      `explain select id from clients where status = 'active' and (created_at, id) < ('2026-01-01', '00000000-0000-4000-8000-000000000000')
        order by created_at desc, id desc limit 51`,
    )
    const plan = rows.map(row => row['QUERY PLAN']).join('\n')
    expect(plan).toContain('clients_newest')
    expect(plan).toMatch(/Index Cond: .*ROW\(created_at, id\) </)
    expect(plan).not.toContain('Sort')
  })
})
