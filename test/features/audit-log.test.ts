import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newClient } from '../support/clients.ts'
import { startOstoja, type Ostoja, type TestAccount } from '../support/ostoja.ts'
import { fetchPdf } from '../support/sealed-files.ts'
import { rounds } from '../support/rounds.ts'
import type { Visitor } from '../support/visitor.ts'

let ostoja: Ostoja
let admin: pg.Client
let tenantId: string
let officer: Visitor & { account: TestAccount }
let staff: Visitor & { account: TestAccount }
let clientId: string

beforeAll(async () => {
  ostoja = await startOstoja({ worker: false })
  admin = new pg.Client(ostoja.database.adminUrl)
  await admin.connect()
  tenantId = await ostoja.newTenant('Schronisko Przystań')
  officer = await ostoja.signedIn(tenantId, ['security_officer'])
  staff = await ostoja.signedIn(tenantId, ['staff'])
  const actor = { tenantId, accountId: staff.account.id, roles: ['staff'] as const }
  clientId = await newClient(ostoja, actor, { familyName: 'Testowy', givenNames: 'Jan' })
  await staff.get(`/clients/${clientId}`)
})
afterAll(async () => {
  await admin.end()
  await ostoja.close()
})

const search = async (fields: Record<string, string>) => {
  const posted = await officer.post('/log/searches', fields, '/log')
  expect(posted.status).toBe(303)
  expect(posted.headers.location).toMatch(/^\/log\/searches\/[\w-]{22}$/)
  return officer.get(String(posted.headers.location))
}

describe('the log', () => {
  it('tells who did what, about whom and from where, and notes that it was read', async () => {
    const page = (await officer.get('/log')).text
    for (const text of ['Record opened', 'Jan Testowy', 'Anna Testowa', 'Signed in']) expect(page).toContain(text)
    expect(page).toMatch(/127\.0\.0\.1|::1/)
    const { rows } = await admin.query(
      `select detail -> 'clients' as clients from audit_events where action = 'log.viewed'`,
    )
    expect(rows).toContainEqual({ clients: [clientId] })
  })

  it('is searched by client, by person, by kind, by time and by place, without any of it in an address', async () => {
    const today = new Date().toISOString().slice(0, 10)
    for (const fields of [
      { client: 'Testowy' },
      { accountId: String(staff.account.id) },
      { group: 'opening' },
      { from: '2020-01-01', to: '2099-01-01', group: 'opening' },
    ])
      expect((await search(fields)).text).toContain('Record opened')
    const here = await search({ place: '127.0.0.1' }).then(async found =>
      found.text.includes('Record opened') ? found : search({ place: '::' }),
    )
    expect(here.text).toContain('Record opened')
    expect((await search({ place: '192.0.2.7' })).text).toContain('No entries found')
    expect((await search({ to: '2020-01-01' })).text).toContain('No entries found')
    expect((await search({ from: today, accountId: String(staff.account.id) })).status).toBe(200)
  })

  it('says beside the field what is wrong, and keeps what was typed', async () => {
    const answer = await officer.post('/log/searches', { client: 'Nieznana', from: 'x' }, '/log')
    expect(answer.status).toBe(422)
    expect(answer.text).toContain('Enter a date')
    expect(answer.text).toContain('value="Nieznana"')
    expect((await officer.post('/log/searches', { client: 'Nieznana' }, '/log')).text).toContain('No record found')
  })

  it('is paged by key, whole and each event once, by an index, in a big log', async () => {
    const many = rounds({ soak: 200_000, usual: 40_000 })
    const big = await ostoja.newTenant()
    await admin.query(
      `insert into audit_events (tenant_id, at, action, account_id, subject_id, detail)
       select $1, timestamptz '2026-01-01' + (n / 3) * interval '1 second', case when n % ($3::int / 200) = 0 then 'client.viewed' else 'draft.opened' end,
              n % ($3::int / 4000), 'x' || n, case when n % ($3::int / 400) = 0 then jsonb_build_object('clients', jsonb_build_array($2::text)) else '{}' end
         from generate_series(1, $3::int) n`,
      [big, clientId, many],
    )
    await admin.query('analyze audit_events')
    const actor = { tenantId: big, accountId: null, roles: [] }
    const seen: string[] = []
    let key: string | null = ''
    while (key !== null) {
      const [micros, id] = key.split('-')
      const page: { events: { id: string }[]; next: string | null } = await ostoja.features.log.search(
        actor,
        { group: 'opening' },
        id ? { micros: micros!, id } : undefined,
      )
      seen.push(...page.events.map(event => event.id))
      key = page.next
    }
    expect([seen.length, new Set(seen).size]).toEqual([200, 200])

    const plan = await ostoja.features.db.asTenant(actor, async trx => {
      const { rows } = await trx.raw<{ rows: { 'QUERY PLAN': string }[] }>(
        `explain select id from audit_events e where e.account_id = any ('{7}') order by e.at desc, e.id desc limit 51`,
      )
      return rows.map(row => row['QUERY PLAN']).join('\n')
    })
    expect(plan).toMatch(/Index.*Scan/)
    expect(plan).not.toMatch(/Seq Scan|Sort/)
    const about = await ostoja.features.log.search(actor, { clientId } as object)
    expect(about.events).toHaveLength(50)
  })
})

describe('who has seen a client', () => {
  it('is told to the officer by name, to staff and the client by role, and printed in the language asked for', async () => {
    const whole = (await officer.get(`/clients/${clientId}/access`)).text
    for (const text of ['Record opened', 'Anna Testowa']) expect(whole).toContain(text)
    const told = (await staff.get(`/clients/${clientId}/access`)).text
    expect(told).toContain('a member of staff')
    const printed = (await staff.get(`/clients/${clientId}/access/print?language=pl`)).text
    const file = await fetchPdf(staff, `/clients/${clientId}/access.pdf?language=pl`)
    for (const text of [printed, file.text])
      for (const words of ['Kto widział moją teczkę', 'Jan Testowy', 'członek personelu']) expect(text).toContain(words)
    expect(file.text).toContain('Wydruk')
    const { rows } = await admin.query(
      `select subject_id, detail ->> 'format' as format from audit_events where action = 'client.access-printed' order by id`,
    )
    expect(rows).toEqual([
      { subject_id: clientId, format: 'page' },
      { subject_id: clientId, format: 'pdf' },
    ])
  })
})

describe('what is unusual', () => {
  it('is found once, told on the start page, and put aside with a sealed note', async () => {
    expect(await ostoja.features.log.unusual.look(tenantId)).toBeGreaterThan(0)
    expect(await ostoja.features.log.unusual.look(tenantId)).toBe(0)
    const actor = { tenantId, accountId: officer.account.id, roles: ['security_officer'] as const }
    const { things } = await ostoja.features.log.unusual.list(actor, { all: false })
    const kinds = things.map(({ kind }) => kind)
    expect(kinds).toContain('own-family-name')
    expect(kinds).toContain('printed')
    expect((await officer.get('/')).text).toContain('/log/unusual')

    const thing = things.find(({ kind }) => kind === 'own-family-name')!
    const address = `/log/unusual/${thing.id}`
    expect((await officer.post(`${address}/looks`, { note: ' ' }, address)).status).toBe(422)
    expect((await officer.post(`${address}/looks`, { note: 'Zwykły dyżur' }, address)).status).toBe(303)
    expect((await officer.get(address)).text).toContain('Zwykły dyżur')
    const { rows } = await admin.query('select encode(note_sealed, $1) as note from unusual_looks', ['escape'])
    expect(JSON.stringify(rows)).not.toContain('dyżur')
    const left = await ostoja.features.log.unusual.list(actor, { all: false })
    expect(left.things.map(({ id }) => id)).not.toContain(thing.id)
  })

  it('finds a night by the organisation’s clock and many records in an hour, as the officers chose', async () => {
    const here = await ostoja.newTenant()
    const reader = await ostoja.newAccount(here, ['staff'])
    const hour = new Date(Date.now() - 2 * 86_400_000)
    hour.setUTCHours(22, 30, 0, 0) // half past eleven or later in Warsaw
    await admin.query(
      `insert into audit_events (tenant_id, at, action, account_id, subject_id) select $1, $2, 'client.viewed', $3, 'c' || n from generate_series(1, 61) n`,
      [here, hour, reader.id],
    )
    await ostoja.features.log.unusual.look(here)
    const { rows } = await admin.query('select kind, count from unusual_things where tenant_id = $1 order by kind', [
      here,
    ])
    expect(rows).toEqual([
      { kind: 'many-read', count: 61 },
      { kind: 'odd-hours', count: 61 },
    ])
  })
})
