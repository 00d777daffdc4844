import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Actor } from '../../src/platform/actor.ts'
import { newClient, newStaff, profile, type Profile } from '../support/clients.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'

let ostoja: Ostoja
let staff: Actor
let clients: Ostoja['features']['clients']

beforeAll(async () => {
  ostoja = await startOstoja()
  clients = ostoja.features.clients
})
afterAll(() => ostoja.close())

const asTenant = <T>(work: Parameters<Ostoja['platform']['db']['asTenant']>[1]) =>
  ostoja.platform.db.asTenant(staff, work) as Promise<T>
const person = (familyName: string, fileNumber = '') => ({
  id: randomUUID(),
  profile: profile({ familyName, fileNumber }),
})
const nameOf = async (id: string) => (await clients.view(staff, id)).profile.familyName

test('many are made at once: numbered, findable, each with its own event, and safely repeated', async () => {
  staff = await newStaff(ostoja)
  await newClient(ostoja, staff, { fileNumber: '000003' })
  const many = [
    person('Pierwsza'),
    person('Druga', 'D-2'),
    person('Trzecia'),
    person('Czwarta'),
    person('Piąta', 'd-2'),
    person('Szósta'),
  ]
  const importId = randomUUID()
  const made = await asTenant<{ created: string[]; refused: string[] }>(trx =>
    clients.createMany(trx, staff, many, importId),
  )
  expect(made.created.sort()).toEqual(
    many
      .filter((_, index) => index !== 4)
      .map(({ id }) => id)
      .sort(),
  )
  expect(made.refused).toEqual([many[4]!.id])

  const numbers = await Promise.all(made.created.map(async id => (await clients.view(staff, id)).profile.fileNumber))
  expect(numbers.sort()).toEqual(['000001', '000002', '000004', '000005', 'D-2'])
  expect((await clients.search(staff, 'piersz')).hits).toEqual([])
  expect((await clients.search(staff, 'pierwsza')).hits.map(hit => hit.id)).toEqual([many[0]!.id])
  const events = await asTenant<unknown[]>(trx =>
    trx('audit_events').where({ action: 'client.created', subject_id: many[0]!.id }),
  )
  expect(events).toMatchObject([{ detail: { import: importId }, account_id: staff.accountId }])

  const again = await asTenant(trx => clients.createMany(trx, staff, [many[0]!], importId))
  expect(again).toEqual({ created: [], refused: [many[0]!.id] })
})

test('clients are found by file numbers and by their likeness', async () => {
  staff = await newStaff(ostoja)
  const id = await newClient(ostoja, staff, {
    givenNames: 'Żaneta Ewa',
    familyName: 'Łoś',
    birthDate: '1970-01-02',
    fileNumber: 'LOS 1',
  })
  const found = await asTenant<Map<string, { id: string; version: number; profile: Profile }>>(trx =>
    clients.findByFileNumbers(trx, staff, ['los  1', 'other']),
  )
  expect([...found]).toMatchObject([['los  1', { id, version: 1, profile: { familyName: 'Łoś' } }]])

  const people = [
    { givenNames: 'zaneta ewa', familyName: 'LOS', birthDate: '1970-01-02' },
    { givenNames: 'zaneta ewa', familyName: 'LOS', birthDate: '1970-01-03' },
    { givenNames: 'Ewa', familyName: 'Łoś', birthDate: '1970-01-02' },
  ]
  const alike = await asTenant<Map<number, { id: string }>>(trx => clients.findLookalikes(trx, staff, people))
  expect([...alike]).toMatchObject([[0, { id }]])
})

test('an import is taken back as far as nobody has built on it', async () => {
  staff = await newStaff(ostoja)
  const before = await newClient(ostoja, staff, { familyName: 'Dawna' })
  const beforeToo = await newClient(ostoja, staff, { familyName: 'Dawniejsza' })
  const importId = randomUUID()
  const [untouched, touched, contacted] = [person('Nowa'), person('Ruszona'), person('Zkontaktem')]
  await asTenant(trx => clients.createMany(trx, staff, [untouched, touched, contacted], importId))
  const amended = await asTenant(trx =>
    clients.amendMany(
      trx,
      staff,
      [
        { id: before, version: 1, profile: profile({ familyName: 'Zmieniona' }) },
        { id: beforeToo, version: 1, profile: profile({ familyName: 'Zmieniona Też' }) },
        { id: randomUUID(), version: 1, profile: profile() },
        { id: untouched.id, version: 7, profile: profile() },
      ],
      importId,
    ),
  )
  expect(amended).toMatchObject({ amended: [before, beforeToo] })
  expect((amended as { refused: string[] }).refused).toHaveLength(2)
  expect(await nameOf(before)).toBe('Zmieniona')

  await clients.amend(staff, touched.id, 1, profile({ familyName: 'Ruszona', notes: 'by hand' }))
  await clients.amend(staff, beforeToo, 2, profile({ familyName: 'Po Imporcie' }))
  const visitor = await ostoja.signedIn(staff.tenantId, ['staff'])
  const added = await visitor.post(
    `/clients/${contacted.id}/contacts`,
    {
      id: randomUUID(),
      name: 'Zofia',
      relationship: 'C',
      'phones[0][number]': '601 234 567',
      'phones[0][type]': 'mobile',
      mayBeTold: 'yes',
    },
    `/clients/${contacted.id}`,
  )
  expect(added.status).toBe(303)

  expect(await asTenant(trx => clients.takeBack(trx, staff, importId))).toEqual({ removed: 1, reverted: 1 })
  expect(await nameOf(before)).toBe('Dawna')
  expect(await nameOf(beforeToo)).toBe('Po Imporcie')
  expect(await nameOf(touched.id)).toBe('Ruszona')
  expect(await nameOf(contacted.id)).toBe('Zkontaktem')
  await expect(clients.view(staff, untouched.id)).rejects.toThrow()
  expect((await clients.search(staff, 'dawna')).hits.map(hit => hit.id)).toEqual([before])
  expect((await clients.search(staff, 'zmieniona')).hits).toEqual([])
  const { entries } = await clients.history(staff, before)
  expect(entries.map(entry => [entry.action, entry.byImport])).toEqual([
    ['reverted', false],
    ['amended', true],
    ['created', false],
  ])

  expect(await asTenant(trx => clients.takeBack(trx, staff, importId))).toEqual({ removed: 0, reverted: 0 })
})

test('a large import goes in and is taken back whole', async () => {
  staff = await newStaff(ostoja)
  const importId = randomUUID()
  const many = Array.from({ length: 1200 }, (_, index) => person(`Masowa${String(index)}`))
  await asTenant(trx => clients.createMany(trx, staff, many, importId))
  expect(await clients.countActive(staff)).toBe(1200)
  const read = new Set<string>()
  for await (const some of clients.readActive(staff))
    for (const { id, profile: opened } of some) {
      expect(opened.familyName).toMatch(/^Masowa/)
      read.add(id)
    }
  expect(read.size).toBe(1200)
  expect(await asTenant(trx => clients.takeBack(trx, staff, importId))).toEqual({ removed: 1200, reverted: 0 })
  expect(await clients.countActive(staff)).toBe(0)
})
