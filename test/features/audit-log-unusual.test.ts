import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { newClient } from '../support/clients.ts'
import { startOstoja, type Ostoja, type TestAccount } from '../support/ostoja.ts'
import type { Visitor } from '../support/visitor.ts'

let ostoja: Ostoja
let admin: pg.Client
let tenantId: string
let officer: Visitor & { account: TestAccount }

beforeAll(async () => {
  ostoja = await startOstoja({ worker: false })
  admin = new pg.Client(ostoja.database.adminUrl)
  await admin.connect()
})
beforeEach(async () => {
  tenantId = await ostoja.newTenant()
  officer = await ostoja.signedIn(tenantId, ['security_officer'])
})
afterAll(async () => {
  await admin.end()
  await ostoja.close()
})

/** Whoever the test is about, with a name of their own. */
const person = async (givenName: string, familyName: string, roles: ('staff' | 'security_officer')[] = ['staff']) => {
  const account = await ostoja.newAccount(tenantId, roles, { givenName, familyName })
  const visitor = ostoja.visitor()
  await visitor.signIn(account)
  return Object.assign(visitor, { account })
}
const clientCalled = (givenNames: string, familyName: string) =>
  newClient(ostoja, { tenantId, accountId: officer.account.id, roles: ['staff'] }, { givenNames, familyName })

/** What is found, by night and by weekend left out: tests may run then. */
const found = async () => {
  await ostoja.features.log.unusual.look(tenantId)
  const actor = { tenantId, accountId: officer.account.id, roles: ['security_officer'] as const }
  const { things } = await ostoja.features.log.unusual.list(actor, { all: true })
  return things.map(({ kind, count, account, client }) => ({
    kind,
    count,
    who: account?.name ?? null,
    whom: client?.name ?? null,
  }))
}
const usual = { readInHour: '60', nightFrom: '0', nightTo: '0', refusedInDay: '3' }
const watch = async (fields: Record<string, string>) =>
  expect((await officer.post('/log/watching', { ...usual, ...fields }, '/log/watching')).status).toBe(303)

/** Events as if `who` had opened records of so many clients at a moment. */
const opened = (who: TestAccount, at: Date, records: number) =>
  admin.query(
    `insert into audit_events (tenant_id, at, action, account_id, subject_id)
     select $1, $2, 'client.viewed', $3, 'c' || n from generate_series(1, $4::int) n`,
    [tenantId, at, who.id, records],
  )
const lastWeekday = (weekday: number, hour: number) => {
  const day = new Date(Date.now() - 86_400_000)
  while (day.getUTCDay() !== weekday) day.setUTCDate(day.getUTCDate() - 1)
  day.setUTCHours(hour, 30, 0, 0)
  return day
}

describe('it is unusual', () => {
  beforeEach(() => watch({}))

  it('to open the record of a colleague, or one’s own, and more than a name in common', async () => {
    await person('Ewa', 'Wrona')
    const reader = await person('Adam', 'Nowicki')
    await reader.get(`/clients/${await clientCalled('Ewa Maria', 'Wrona')}`)
    await reader.get(`/clients/${await clientCalled('Adam', 'Nowicki')}`)
    await reader.get(`/clients/${await clientCalled('Zofia', 'Nowicka')}`)
    await reader.get(`/clients/${await clientCalled('Ewa', 'Sikora')}`)
    const things = await found()
    expect(things).toHaveLength(3)
    for (const thing of [
      { kind: 'colleague', count: 1, who: 'Adam Nowicki', whom: 'Ewa Maria Wrona' },
      { kind: 'colleague', count: 1, who: 'Adam Nowicki', whom: 'Adam Nowicki' },
      { kind: 'own-family-name', count: 1, who: 'Adam Nowicki', whom: 'Zofia Nowicka' },
    ])
      expect(things).toContainEqual(thing)
    expect((await officer.get('/log/unusual')).text).toContain('Opened the record of somebody who has an account here')
  })

  it('when sign-ins to an account are refused as often as the officers chose', async () => {
    const forgetful = await ostoja.newAccount(tenantId, ['staff'], { givenName: 'Olga', familyName: 'Zając' })
    const careful = await ostoja.newAccount(tenantId, ['staff'])
    const miss = async ({ login }: TestAccount) =>
      expect((await ostoja.visitor().post('/sign-in', { login, password: 'zle-haslo' }, '/sign-in')).status).toBe(422)
    for (let times = 0; times < 2; times += 1) await miss(forgetful)
    await miss(careful)
    expect(await found()).toEqual([])
    await watch({ refusedInDay: '2' })
    expect(await found()).toEqual([{ kind: 'refused', count: 2, who: 'Olga Zając', whom: null }])
    await miss(forgetful)
    expect(await found()).toEqual([{ kind: 'refused', count: 3, who: 'Olga Zając', whom: null }])
  })

  it('when a sign-in was blocked, be it once', async () => {
    const busy = await person('Piotr', 'Lis')
    const elsewhere = await ostoja.visitor().post('/sign-in', busy.account, '/sign-in')
    expect(elsewhere.status).not.toBe(303)
    expect(await found()).toEqual([{ kind: 'refused', count: 1, who: 'Piotr Lis', whom: null }])
  })

  it('to make an export', async () => {
    const maker = await person('Iga', 'Kos', ['security_officer'])
    const passphrase = 'krokus lampa wiadro sowa'
    expect((await maker.post('/exports', { passphrase, repeated: passphrase }, '/exports/new')).status).toBe(303)
    expect(await found()).toEqual([{ kind: 'exported', count: 1, who: 'Iga Kos', whom: null }])
    expect((await officer.get('/log/unusual')).text).toContain('Created or downloaded an export')
  })

  it('neither to read on a weekend nor at any hour, where the officers did not choose so', async () => {
    const reader = await person('Jan', 'Sowa')
    await opened(reader.account, lastWeekday(6, 11), 1)
    await opened(reader.account, lastWeekday(3, 11), 1)
    expect(await found()).toEqual([])
  })

  it('to read on a weekend, where the officers chose so', async () => {
    await watch({ weekends: 'on' })
    const reader = await person('Jan', 'Sowa')
    await opened(reader.account, lastWeekday(6, 11), 2)
    await opened(reader.account, lastWeekday(3, 11), 1)
    expect(await found()).toEqual([{ kind: 'odd-hours', count: 2, who: 'Jan Sowa', whom: null }])
  })

  it('to open more records within an hour than the officers chose', async () => {
    await watch({ readInHour: '5' })
    const reader = await person('Jan', 'Sowa')
    await opened(reader.account, lastWeekday(3, 11), 5)
    await opened(reader.account, lastWeekday(2, 11), 6)
    expect(await found()).toEqual([{ kind: 'many-read', count: 6, who: 'Jan Sowa', whom: null }])
  })

  it('and whoever did it cannot put it aside themselves while another officer could', async () => {
    const maker = await person('Iga', 'Kos', ['security_officer'])
    await ostoja.features.log.unusual.look(tenantId)
    const passphrase = 'krokus lampa wiadro sowa'
    await maker.post('/exports', { passphrase, repeated: passphrase }, '/exports/new')
    await ostoja.features.log.unusual.look(tenantId)
    const address = /href="(\/log\/unusual\/[0-9a-f-]{36})"/.exec((await maker.get('/log/unusual')).text)?.[1] ?? ''
    const note = { note: 'Kwartalny eksport' }
    expect((await maker.post(`${address}/looks`, note, '/log/watching')).status).toBe(409)
    expect((await officer.post(`${address}/looks`, note, address)).status).toBe(303)
  })
})
