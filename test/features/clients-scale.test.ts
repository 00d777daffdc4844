import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { soundsOf } from '../../src/platform/text/names/sounds.ts'
import { newClient, newStaff, profile } from '../support/clients.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'

let ostoja: Ostoja
beforeAll(async () => {
  ostoja = await startOstoja()
})
afterAll(() => ostoja.close())

// From the pages that publish the algorithm: https://www.avotaynu.com/soundex.htm, https://www.jewishgen.org/InfoFiles/Soundex.html
test.each([
  ['Augsburg', ['054795']],
  ['Breuer', ['791900']],
  ['Halberstadt', ['587943', '587433']],
  ['Mannheim', ['665600']],
  ['Chernowitz', ['596740', '496740']],
  ['Cherkassy', ['595400', '495400']],
  ['Kleinman', ['586660']],
  ['Nowy Targ', ['673950']],
  ['Berlin', ['798600']],
  ['Ceniow', ['567000', '467000']],
  ['Tsenyuv', ['467000']],
  ['Holubica', ['587500', '587400']],
  ['Golubitsa', ['587400']],
  ['Przemysl', ['794648', '746480']],
  ['Pshemeshil', ['746480']],
  ['Rosochowaciec', ['945755', '945754', '945745', '945744', '944755', '944754', '944745', '944744']],
  ['Rosokhovatsets', ['945744']],
  ["O'Brien", ['079600']],
  ['Best', ['743000']],
  ['Besst', ['743000']],
  ['Hannmann', ['566600']],
  ['McCoyJr', ['651900', '654900', '654190', '654490', '645190', '645490', '641900', '644900']],
  ['gąszczu', ['564000', '540000']],
  ['brzęczy', ['794640', '794400', '746400', '744000']],
  ['Müller', ['689000']],
  ['Straßburg', ['294795']],
  ['ţamas', ['364000', '464000']],
  ['明', []],
])('%s sounds as published', (word, codes) => {
  expect(soundsOf(word).toSorted()).toEqual(codes.toSorted())
})

test('names that sound alike come after those that are written so', async () => {
  const actor = await newStaff(ostoja)
  for (const familyName of ['Chojnacka', 'Hojnacka', 'Chojnackaja', 'Kowalska'])
    await newClient(ostoja, actor, { familyName, givenNames: 'Ewa' })
  const { hits } = await ostoja.features.clients.search(actor, 'chojnacka ewa')
  expect(hits.map(hit => [hit.profile.familyName, hit.match])).toEqual([
    ['Chojnacka', 'exact'],
    ['Chojnackaja', 'prefix'],
    ['Hojnacka', 'sound'],
  ])
})

test.each(['Rzepka Żaneta', 'żepka żaneta', 'zepka'])('%s finds Rzepka, Żaneta', async query => {
  const actor = await newStaff(ostoja)
  const id = await newClient(ostoja, actor, { familyName: 'Rzepka', givenNames: 'Żaneta' })
  const { hits } = await ostoja.features.clients.search(actor, query)
  expect(hits.map(hit => hit.id)).toEqual([id])
})

test.each(['kowalska-nowak', 'nowak kowalska', 'kowalskanowak', 'kowalskan', 'nowak'])(
  'a compound name is found by %s',
  async query => {
    const actor = await newStaff(ostoja)
    const id = await newClient(ostoja, actor, { familyName: 'Kowalska-Nowak' })
    expect((await ostoja.features.clients.search(actor, query)).hits.map(hit => hit.id)).toEqual([id])
  },
)

test('a letter of too many leads on to longer beginnings, under which everybody is found once', async () => {
  const actor = await newStaff(ostoja)
  const { clients, db } = ostoja.features
  const names = ['Ko', 'Kób', 'Kol', 'Kowal', 'Kowalski', 'Kó-Wal']
  const many = Array.from({ length: 1020 }, (_, index) => ({
    id: randomUUID(),
    profile: profile({ familyName: names[index % names.length]!, givenNames: `Jan${index}` }),
  }))
  await db.asTenant(actor, trx => clients.createMany(trx, actor, many, randomUUID()))

  const letter = await clients.byLetter(actor, 'k', 'active', 1)
  expect(letter.lines).toEqual([])
  expect(letter.deeper).toContain('ko')
  const ofKo = await clients.byLetter(actor, 'ko', 'active', 1)
  expect(ofKo.deeper).toEqual(expect.arrayContaining(['ko_', 'kob', 'kow']))
  const found = await Promise.all(ofKo.deeper.map(longer => clients.byLetter(actor, longer, 'active', 1)))
  expect(found.reduce((sum, { total }) => sum + total, 0)).toBe(1020)
  expect(found.some(({ cut }) => cut)).toBe(false)

  const visitor = ostoja.visitor()
  await visitor.signIn(await ostoja.newAccount(actor.tenantId, ['staff']))
  expect((await visitor.get('/clients/letter/k')).text).toContain('href="/clients/letter/ko"')
  expect((await visitor.get('/clients/letter/kow')).text).toContain('Kowal')
})

test('another tenant finds nothing under a beginning, even with the same token', async () => {
  const [actor, stranger] = [await newStaff(ostoja), await newStaff(ostoja)]
  await newClient(ostoja, actor, { familyName: 'Zdrojewska' })
  const [token] = await ostoja.platform.vault.tokens(actor.tenantId, ['f:zdr'])
  const browse = (who: typeof actor) =>
    ostoja.features.db.asTenant(who, async trx => {
      const { rows } = await trx.raw<{ rows: object[] }>('select id from browse_clients(?::bigint, ?, 10)', [
        token!,
        'active',
      ])
      return rows.length
    })
  expect([await browse(actor), await browse(stranger)]).toEqual([1, 0])
})

test('a statement that fails unasked takes the whole transaction with it', async () => {
  const actor = await newStaff(ostoja)
  const { db, clients } = ostoja.features
  const id = randomUUID()
  const broken = db.asTenant(actor, async trx => {
    const made = await clients.createMany(trx, actor, [{ id, profile: profile() }], randomUUID())
    const { sendAlong } = await import('../../src/platform/db/tenant.ts')
    await sendAlong(trx, 'insert into audit_events (tenant_id, action) values (?, null)', [actor.tenantId])
    return made
  })
  await expect(broken).rejects.toThrow('null value in column "action"')
  await expect(clients.view(actor, id)).rejects.toThrow()
})
