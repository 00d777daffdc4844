import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Actor } from '../../src/platform/actor.ts'
import { NotFound } from '../../src/platform/errors.ts'
import { newClient, newStaff, profile } from '../support/clients.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'

let ostoja: Ostoja
let staff: Actor
let clients: Ostoja['features']['clients']

beforeAll(async () => {
  ostoja = await startOstoja()
  staff = await newStaff(ostoja)
  clients = ostoja.features.clients
})
afterAll(() => ostoja.close())

const eventsOf = (subject: string) =>
  ostoja.platform.db.asTenant(staff, async trx => {
    const rows = await trx('audit_events').where({ subject_id: subject }).orderBy('id').select('action')
    return rows.map((row: { action: string }) => row.action)
  })

/** Past row-level security, as whoever holds the whole database. */
const asAdmin = async <Row extends pg.QueryResultRow>(statement: string, values: unknown[] = []): Promise<Row[]> => {
  const admin = new pg.Client(ostoja.database.adminUrl)
  await admin.connect()
  try {
    return (await admin.query<Row>(statement, values)).rows
  } finally {
    await admin.end()
  }
}

const full = profile({
  fileNumber: 'Ż-1',
  givenNames: 'Wanda <script>alert(1)</script>',
  familyName: 'Wasilewska-Brzęczyszczykiewicz',
  preferredName: 'Wandzia',
  birthDate: '1950-05-17',
  gender: 'female',
  languages: ['pl', 'uk'],
  interpreterNeeded: true,
  phones: [{ type: 'home', number: '+48225550123', typed: '22 555 01 23' }],
  emails: ['wanda@poczta.example'],
  addresses: [{ use: 'home', line: 'Kwiatowa 7', postalCode: '00-123', city: 'Warszawa', region: null, country: null }],
  alerts: ['Uczulona na penicylinę'],
  notes: 'Pierwsza linia\nDruga linia',
})

describe('a client', () => {
  test('opens as it was stored', async () => {
    const id = await newClient(ostoja, staff, full)
    const record = await clients.view(staff, id)
    expect(record.profile).toEqual(full)
    expect(record).toMatchObject({ id, status: 'active', last: { version: 1, action: 'created', by: 'Anna Testowa' } })
  })

  test('is unreadable in the database, in every version', async () => {
    const id = await newClient(ostoja, staff, { ...full, fileNumber: 'sealed-1' })
    await clients.amend(staff, id, 1, { ...full, fileNumber: 'sealed-1', familyName: 'Późniejsza' })
    for (const table of ['clients', 'client_versions', 'audit_events']) {
      const rows = await asAdmin<{ row: string }>(`select t::text as row from ${table} t`)
      const bytes = rows
        .map(({ row }) => row + Buffer.from(/\\\\x([0-9a-f]+)/.exec(row)?.[1] ?? '', 'hex').toString('latin1'))
        .join('\n')
      expect(rows.length).toBeGreaterThan(0)
      for (const secret of [
        'Wanda',
        'Wasilewska',
        'sealed-1',
        '1950-05-17',
        '225550123',
        'poczta',
        'Kwiatowa',
        'penicyl',
        'linia',
      ])
        expect(bytes).not.toContain(secret)
    }
  })

  test('opens nowhere but in its own row', async () => {
    const [one, other] = [await newClient(ostoja, staff), await newClient(ostoja, staff)]
    await asAdmin(
      `update clients set profile_sealed = (select profile_sealed from clients where id = $1) where id = $2`,
      [one, other],
    )
    await expect(clients.view(staff, other)).rejects.toThrow(/does not open/)
  })

  test("of another tenant isn't there", async () => {
    const id = await newClient(ostoja, staff)
    const stranger = await newStaff(ostoja)
    await expect(clients.view(stranger, id)).rejects.toThrow(NotFound)
    await expect(clients.history(stranger, id)).rejects.toThrow(NotFound)
    await expect(clients.amend(stranger, id, 1, full)).rejects.toThrow(NotFound)
    await expect(clients.archive(stranger, id)).rejects.toThrow(NotFound)
    await expect(clients.restore(stranger, id)).rejects.toThrow(NotFound)
    expect(await clients.countActive(stranger)).toBe(0)
  })

  test('can be archived and brought back, each once', async () => {
    const id = await newClient(ostoja, staff)
    for (const [verb, status] of [
      ['archive', 'archived'],
      ['archive', 'archived'],
      ['restore', 'active'],
      ['restore', 'active'],
    ] as const) {
      await clients[verb](staff, id)
      expect(await clients.view(staff, id)).toMatchObject({ status })
    }
    expect((await eventsOf(id)).filter(action => action !== 'client.viewed')).toEqual([
      'client.created',
      'client.archived',
      'client.restored',
    ])
  })
})

describe('file numbers', () => {
  test('are counted up by tenant and step over those given by hand', async () => {
    const actor = await newStaff(ostoja)
    const numberOf = async (id: string) => (await clients.view(actor, id)).profile.fileNumber
    expect(await numberOf(await newClient(ostoja, actor))).toBe('000001')
    await newClient(ostoja, actor, { fileNumber: '000002' })
    await newClient(ostoja, actor, { fileNumber: '000003' })
    expect(await numberOf(await newClient(ostoja, actor))).toBe('000004')
    expect(await numberOf(await newClient(ostoja, await newStaff(ostoja, actor.tenantId)))).toBe('000005')
  })

  test('are given out once though many ask at the same moment', async () => {
    const actor = await newStaff(ostoja)
    const made = await Promise.all(Array.from({ length: 20 }, () => newClient(ostoja, actor)))
    const numbers = await Promise.all(made.map(async id => (await clients.view(actor, id)).profile.fileNumber))
    expect(new Set(numbers).size).toBe(20)
  })

  test('are refused a second time, whatever their case, when adding and when amending', async () => {
    const actor = await newStaff(ostoja)
    await newClient(ostoja, actor, { fileNumber: 'Ab-7' })
    expect(await clients.create(actor, randomUUID(), profile({ fileNumber: 'aB-7' }))).toBe('file-number-taken')
    const other = await newClient(ostoja, actor)
    expect(await clients.amend(actor, other, 1, profile({ fileNumber: 'AB-7' }))).toEqual({
      outcome: 'file-number-taken',
    })
  })

  test('of two people who take one at the same moment, one gets it', async () => {
    const actor = await newStaff(ostoja)
    const made = await Promise.all(
      [1, 2, 3].map(() => clients.create(actor, randomUUID(), profile({ fileNumber: 'same' }))),
    )
    expect(made.sort()).toEqual(['created', 'file-number-taken', 'file-number-taken'])
  })

  test('may be the same in two tenants', async () => {
    for (const actor of [await newStaff(ostoja), await newStaff(ostoja)])
      await newClient(ostoja, actor, { fileNumber: 'shared' })
  })
})

test('a form sent twice, even at once, makes one client', async () => {
  const actor = await newStaff(ostoja)
  const id = randomUUID()
  const made = await Promise.all([clients.create(actor, id, profile()), clients.create(actor, id, profile())])
  expect(made.sort()).toEqual(['already-there', 'created'])
  expect(await clients.create(actor, id, profile())).toBe('already-there')
  expect(await clients.create(actor, id, profile({ fileNumber: 'x' }))).toBe('id-taken')
  expect(await clients.countActive(actor)).toBe(1)
})

test('the history tells each version, who made it, and what it changed', async () => {
  const id = await newClient(ostoja, staff, { ...full, fileNumber: 'history' })
  const colleague = await newStaff(ostoja, staff.tenantId)
  await clients.amend(colleague, id, 1, { ...full, fileNumber: '', phones: [], notes: 'Inaczej' })
  await clients.archive(staff, id)
  const { entries } = await clients.history(staff, id)
  expect(entries.map(({ version, action, by }) => ({ version, action, by }))).toEqual([
    { version: 3, action: 'archived', by: 'Anna Testowa' },
    { version: 2, action: 'amended', by: 'Anna Testowa' },
    { version: 1, action: 'created', by: 'Anna Testowa' },
  ])
  expect(entries[1]!.changes).toEqual([
    { field: 'phones', before: full.phones, after: [] },
    { field: 'notes', before: full.notes, after: 'Inaczej' },
  ])
  expect(await eventsOf(id)).toEqual(['client.created', 'client.amended', 'client.archived', 'client.history-viewed'])
})

describe('two people who change the same client', () => {
  test('the second is told who was first and what differs, and nothing is lost', async () => {
    const id = await newClient(ostoja, staff, { ...full, fileNumber: 'conflict' })
    const base = { ...full, fileNumber: 'conflict' }
    expect(await clients.amend(staff, id, 1, { ...base, notes: 'first' })).toEqual({ outcome: 'amended' })
    const second = await clients.amend(staff, id, 1, { ...base, notes: 'second' })
    expect(second).toMatchObject({
      outcome: 'changed-meanwhile',
      current: { version: 2, by: 'Anna Testowa' },
      differences: [{ field: 'notes', before: 'first', after: 'second' }],
    })
    expect((await clients.view(staff, id)).profile.notes).toBe('first')
    expect(await clients.amend(staff, id, 2, { ...base, notes: 'second' })).toEqual({ outcome: 'amended' })
  })

  test('of ten at once, one comes through', async () => {
    const id = await newClient(ostoja, staff)
    const all = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        clients.amend(staff, id, 1, profile({ notes: `note ${String(index)}` })),
      ),
    )
    expect(all.filter(({ outcome }) => outcome === 'amended')).toHaveLength(1)
    expect((await clients.history(staff, id)).entries).toHaveLength(2)
  })

  test('what changes nothing makes no version', async () => {
    const id = await newClient(ostoja, staff, { notes: 'same' })
    expect(await clients.amend(staff, id, 1, profile({ notes: 'same' }))).toEqual({ outcome: 'unchanged' })
    expect((await clients.history(staff, id)).entries).toHaveLength(1)
  })
})

test('every reading of a record leaves its event', async () => {
  const id = await newClient(ostoja, staff)
  await clients.view(staff, id)
  await clients.print(staff, id)
  await clients.history(staff, id)
  expect(await eventsOf(id)).toEqual(['client.created', 'client.viewed', 'client.printed', 'client.history-viewed'])
})

test('recent clients are those this account opened, the last first, each once', async () => {
  const actor = await newStaff(ostoja)
  const [one, two, three] = [
    await newClient(ostoja, actor),
    await newClient(ostoja, actor),
    await newClient(ostoja, actor),
  ]
  for (const id of [one, two, three, one]) await clients.view(actor, id)
  const recentOf = (reader: Actor) => ostoja.features.db.asTenant(reader, trx => clients.recent(trx, reader))
  const recent = await recentOf(actor)
  expect(recent.map(({ id }) => id)).toEqual([one, three, two])
  expect(recent[0]).toEqual({
    id: one,
    displayName: 'Maria Nowak',
    fileNumber: '000001',
    birthDate: null,
    status: 'active',
  })
  expect(await recentOf(await newStaff(ostoja, actor.tenantId))).toEqual([])
})
