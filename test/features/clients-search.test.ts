import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Actor } from '../../src/platform/actor.ts'
import { prefixes, words } from '../../src/platform/text/fold.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'
import { rounds } from '../support/rounds.ts'
import { newClient, newStaff, profile } from '../support/clients.ts'

let ostoja: Ostoja
let staff: Actor
const ids: Record<string, string> = {}

beforeAll(async () => {
  ostoja = await startOstoja()
  staff = await newStaff(ostoja)
  ids.lukasz = await newClient(ostoja, staff, {
    fileNumber: 'A-12/3',
    givenNames: 'Łukasz Jan',
    familyName: 'Żółć-Kowalski',
    preferredName: 'Luki',
    birthDate: '1983-11-14',
    phones: [{ type: 'mobile', number: '+48601234567', typed: '601 234 567' }],
  })
  ids.kowal = await newClient(ostoja, staff, { givenNames: 'Jan', familyName: 'Kowal', birthDate: '1990-02-01' })
  ids.kowalewski = await newClient(ostoja, staff, {
    givenNames: 'Janina',
    familyName: 'Kowalewska',
    fileNumber: '12/2024',
  })
  ids.obrien = await newClient(ostoja, staff, {
    givenNames: 'Séan',
    familyName: "O'Brien",
    phones: [{ type: 'home', number: '+353861234999', typed: '+353 86 123 4999' }],
  })
  ids.one = await newClient(ostoja, staff, { givenNames: 'Ø', familyName: 'X' })
  ids.cyrillic = await newClient(ostoja, staff, { givenNames: 'Олена', familyName: 'Шевченко' })
  ids.archived = await newClient(ostoja, staff, { givenNames: 'Adam', familyName: 'Kowal' })
  await ostoja.features.clients.archive(staff, ids.archived)
})
afterAll(() => ostoja.close())

const find = async (query: string, actor = staff) =>
  (await ostoja.features.clients.search(actor, query)).hits.map(hit => hit.id)

describe('a client is found', () => {
  test.each([
    ['by the family name', 'Żółć', 'lukasz'],
    ['without accents', 'zolc', 'lukasz'],
    ['by the beginning of a name', 'zo', 'lukasz'],
    ['by the second part of a compound name', 'kowalski', 'lukasz'],
    ['by several words in any order', 'kowal jan luk', 'lukasz'],
    ['by the preferred name', 'luki', 'lukasz'],
    ['by a name with an apostrophe, left out', 'obrien', 'obrien'],
    ['by a name with an apostrophe of another kind', 'o’brien', 'obrien'],
    ['by a name in another script', 'Шевченко', 'cyrillic'],
    ['by a transliterated name', 'shev', 'cyrillic'],
    ['by names of one letter', 'x', 'one'],
    ['by the whole phone', '601234567', 'lukasz'],
    ['by the phone in groups', '601 234 567', 'lukasz'],
    ['by the phone with the number of its country', '+48 601 234 567', 'lukasz'],
    ['by the phone with 00 in front', '0048601234567', 'lukasz'],
    ['by the last four digits', '4567', 'lukasz'],
    ['by the beginning of the phone', '60123', 'lukasz'],
    ['by a foreign number without its country', '0861234999', 'obrien'],
    ['by file number', 'A-12/3', 'lukasz'],
    ['by file number without its signs', 'a123', 'lukasz'],
    ['by a file number that looks like a month', '12/2024', 'kowalewski'],
    ['by birth date, year first', '1983-11-14', 'lukasz'],
    ['by birth date with points', '14.11.1983', 'lukasz'],
    ['by birth date with strokes', '14/11/1983', 'lukasz'],
    ['by the month of birth', '11.1983', 'lukasz'],
    ['by birth year', '1983', 'lukasz'],
    ['by name and birth year', 'kowalski 1983', 'lukasz'],
    ['by a single letter beside a word', 'zolc j', 'lukasz'],
  ])('%s', async (_way, query, whom) => {
    expect(await find(query)).toContain(ids[whom])
  })

  test('whatever file number was given to them, with zeros or without', async () => {
    const { profile: kowal } = await ostoja.features.clients.view(staff, ids.kowal!)
    expect(kowal.fileNumber).toMatch(/^0{3,}\d+$/)
    expect(await find(kowal.fileNumber)).toContain(ids.kowal)
    expect(await find(String(Number(kowal.fileNumber)))).toContain(ids.kowal)
  })
})

test('nobody is found by what is not theirs', async () => {
  for (const query of ['zolc adam', '1984', '601234568', '5678', '14.12.1983', 'walski', 'zolc x', '…'])
    expect(await find(query)).toEqual([])
})

test('exact hits come first, then others in Polish order, archived clients last', async () => {
  const { hits } = await ostoja.features.clients.search(staff, 'kowal')
  expect(hits.map(hit => hit.id)).toEqual([ids.kowal, ids.kowalewski, ids.lukasz, ids.archived])
  expect(hits.at(-1)).toMatchObject({ status: 'archived', match: 'exact' })
})

test('another tenant finds nobody', async () => {
  const stranger = await newStaff(ostoja)
  for (const query of ['kowalski', '601234567', '1983', 'A-12/3']) expect(await find(query, stranger)).toEqual([])
})

test('no more than fifty are shown, and it says that there are others', async () => {
  const crowd = await newStaff(ostoja)
  await ostoja.platform.db.asTenant(crowd, trx =>
    ostoja.features.clients.createMany(
      trx,
      crowd,
      Array.from({ length: 60 }, () => ({ id: crypto.randomUUID(), profile: profile({ familyName: 'Wiśniewska' }) })),
      crypto.randomUUID(),
    ),
  )
  const { hits, more } = await ostoja.features.clients.search(crowd, 'wisn')
  expect(hits).toHaveLength(50)
  expect(more).toBe(true)
})

test('a search leaves one event with whom it showed and no text', async () => {
  const found = await find('kowalski')
  expect(found).toHaveLength(1)
  const events = await ostoja.platform.db.asTenant(staff, trx =>
    trx('audit_events')
      .where({ action: 'clients.searched' })
      .orderBy('id', 'desc')
      .limit(1)
      .select('subject_id', 'detail'),
  )
  expect(events).toEqual([{ subject_id: null, detail: { count: 1, clients: found } }])
})

test('any client is found by any beginning of any word of any name, and opens as it was stored', async () => {
  const name = fc.oneof(
    fc.constantFrom(
      'Łucja',
      'José Eduardo181',
      "D'Arc",
      'Święty-Jański',
      'محمد',
      '李小龙',
      '12/2024 Rex',
      '1234567 Robot',
    ),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }),
  )
  const person = await newStaff(ostoja)
  await fc.assert(
    fc.asyncProperty(name, name, fc.nat(), async (given, family, pick) => {
      const givenNames = given.normalize('NFC')
      const familyName = family.normalize('NFC')
      const id = await newClient(ostoja, person, { givenNames, familyName })
      const record = await ostoja.features.clients.view(person, id)
      expect(record.profile).toMatchObject({ givenNames, familyName })

      const beginnings = words(`${givenNames} ${familyName}`).flatMap(word => [...prefixes(word), word])
      if (beginnings.length === 0) return
      const beginning = beginnings[pick % beginnings.length]!
      const { hits, more } = await ostoja.features.clients.search(person, beginning)
      expect(
        more || hits.some(hit => hit.id === id),
        `${JSON.stringify([givenNames, familyName])} by ${beginning}`,
      ).toBe(true)
    }),
    { numRuns: rounds({ soak: 150, usual: 50 }) },
  )
})

describe('the search page', () => {
  test('a search is answered by an address that names nobody, and can be loaded again', async () => {
    const visitor = await ostoja.signedIn(staff.tenantId, ['staff'])
    const posted = await visitor.post('/searches', { query: 'kowalski' })
    expect(posted.status).toBe(303)
    expect(posted.headers.location).toMatch(/^\/searches\/[\w-]{22}$/)
    for (let time = 0; time < 2; time++) {
      const page = await visitor.get(posted.headers.location!)
      expect(page.status).toBe(200)
      expect(page.text).toContain('Żółć-Kowalski')
      expect(page.text).toContain(`/clients/${ids.lukasz}`)
    }
  })

  test('what is searched for is sealed in Redis', async () => {
    const visitor = await ostoja.signedIn(staff.tenantId, ['staff'])
    await visitor.post('/searches', { query: 'Schmetterling' })
    const keys = await ostoja.platform.redis.keys('search:*')
    expect(keys.length).toBeGreaterThan(0)
    for (const key of keys) {
      const value = (await ostoja.platform.redis.get(key))!
      expect(value + Buffer.from(value, 'base64').toString('latin1')).not.toMatch(/schmetterling/i)
      expect(await ostoja.platform.redis.ttl(key)).toBeLessThanOrEqual(1800)
    }
  })

  test("somebody else's, an expired and an invented search are offered anew", async () => {
    const visitor = await ostoja.signedIn(staff.tenantId, ['staff'])
    const colleague = await ostoja.signedIn(staff.tenantId, ['staff'])
    const { location } = (await visitor.post('/searches', { query: 'kowalski' })).headers
    const answer = await colleague.get(location!)
    expect(answer.status).toBe(404)
    expect(answer.text).not.toContain('Kowalski')
    expect(answer.text).toContain('action="/searches"')
    expect((await visitor.get('/searches/AAAAAAAAAAAAAAAAAAAAAA')).status).toBe(404)
    expect((await visitor.get('/searches/nonsense')).status).toBe(404)
  })

  test.each([[''], ['   '], ['!?'], ['\u0000']])('%j is refused with a message', async query => {
    const visitor = await ostoja.signedIn(staff.tenantId, ['staff'])
    const answer = await visitor.post('/searches', { query })
    expect(answer.status).toBe(422)
    expect(answer.text).toContain('Enter a name, number or date')
  })
})
