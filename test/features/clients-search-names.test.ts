import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Actor } from '../../src/platform/actor.ts'
import { newClient, newStaff, profile } from '../support/clients.ts'
import { background, people, share, sought, type Person } from '../support/name-list.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'

let ostoja: Ostoja
let staff: Actor
beforeAll(async () => {
  ostoja = await startOstoja({ worker: false })
  staff = await newStaff(ostoja)
})
afterAll(() => ostoja.close())

const add = (actor: Actor, all: readonly Partial<ReturnType<typeof profile>>[]) =>
  ostoja.platform.db.asTenant(actor, trx =>
    ostoja.features.clients.createMany(
      trx,
      actor,
      all.map(one => ({ id: randomUUID(), profile: profile(one) })),
      randomUUID(),
    ),
  )
const find = async (query: string, actor = staff) => (await ostoja.features.clients.search(actor, query)).hits

it('97 of 100 people are found by names as people type them, among the first ten, and hardly ever behind somebody else', async () => {
  const crowd = await newStaff(ostoja)
  const everybody = [...background, ...people]
  for (let from = 0; from < everybody.length; from += 500) await add(crowd, everybody.slice(from, from + 500))
  const answers = new Map<string, Person[]>()
  for (const { query } of sought)
    answers.set(
      query,
      (await find(query, crowd)).map(hit => hit.profile),
    )

  const { found, falseFirst, missed } = share(sought, query => answers.get(query)!)
  expect(background.length).toBeGreaterThanOrEqual(2000)
  expect(found, missed.join('\n')).toBeGreaterThanOrEqual(0.97)
  expect(falseFirst).toBeLessThanOrEqual(0.02)
})

describe('a client is found', () => {
  let ids: Record<string, string>
  beforeAll(async () => {
    ids = {
      taras: await newClient(ostoja, staff, { givenNames: 'Тарас', familyName: 'Шевченко', birthDate: '1940-10-20' }),
      julia: await newClient(ostoja, staff, { givenNames: 'Юлія', familyName: 'Ковальчук' }),
      latin: await newClient(ostoja, staff, { givenNames: 'Oksana', familyName: 'Tymoszenko' }),
      connor: await newClient(ostoja, staff, { givenNames: 'Siobhan', familyName: "O'Connor" }),
      leod: await newClient(ostoja, staff, { givenNames: 'Fiona', familyName: 'McLeod' }),
      berg: await newClient(ostoja, staff, { givenNames: 'Johan', familyName: 'van der Berg' }),
      alice: await newClient(ostoja, staff, { givenNames: 'Alice', familyName: 'Hargreaves' }),
      margaret: await newClient(ostoja, staff, { givenNames: 'Margaret', familyName: 'Whitcombe' }),
    }
  })

  it.each([
    ['Шевченко', 'taras', 'exact'],
    ['Szewczenko', 'taras', 'exact'],
    ['Shevchenko', 'taras', 'exact'],
    ['szewcz', 'taras', 'prefix'],
    ['shevch tar', 'taras', 'prefix'],
    ['Julia Kowalczuk', 'julia', 'exact'],
    ['Yuliia Kovalchuk', 'julia', 'exact'],
    ['Тимошенко', 'latin', 'exact'],
    ['Тимош', 'latin', 'prefix'],
    ['Tymoshenko', 'latin', 'spelling'],
    ['Connor', 'connor', 'exact'],
    ['OConnor', 'connor', 'exact'],
    ['O Connor', 'connor', 'prefix'],
    ['Mc Leod', 'leod', 'prefix'],
    ['Leod', 'leod', 'exact'],
    ['vanderberg', 'berg', 'exact'],
    ['van der Berg', 'berg', 'exact'],
    ['berg', 'berg', 'exact'],
    ['Hargeaves', 'alice', 'spelling'],
    ['alcie', 'alice', 'sound'],
    ['Magaret', 'margaret', 'spelling'],
    ['Magaret Witcombe', 'margaret', 'spelling'],
    ['20 Oct 1940', 'taras', 'exact'],
    ['20 October 1940', 'taras', 'exact'],
    ['20 paź 1940', 'taras', 'exact'],
    ['20 października 1940', 'taras', 'exact'],
    ['szewczenko 20 paź 1940', 'taras', 'exact'],
    ['20.10.1940', 'taras', 'exact'],
    ['1940-10-20', 'taras', 'exact'],
    ['Oct 1940', 'taras', 'prefix'],
  ])('by %s', async (query, whom, match) => {
    const [first] = await find(query)
    expect(first).toMatchObject({ id: ids[whom], match })
  })

  it('and a page says that a name is only alike', async () => {
    const visitor = await ostoja.signedIn(staff.tenantId, ['staff'])
    const { location } = (await visitor.post('/searches', { query: 'Hargeaves' })).headers
    const page = await visitor.get(location!)
    expect(page.text).toContain('Hargreaves')
    expect(page.text).toContain('similar spelling')
  })
})

it('names that are only alike come behind those that are not, the most alike first, and no more than ten', async () => {
  const actor = await newStaff(ostoja)
  await add(actor, [
    { familyName: 'Kowalskyy', givenNames: 'Adam' },
    ...Array.from({ length: 15 }, (_, at) => ({
      familyName: 'Kowalska',
      givenNames: `Ewa ${String.fromCharCode(65 + at)}`,
    })),
    { familyName: 'Kowalskij', givenNames: 'Anton' },
  ])
  const { hits, more } = await ostoja.features.clients.search(actor, 'kowalsky')
  expect(hits.map(hit => hit.profile.familyName).slice(0, 2)).toEqual(['Kowalskyy', 'Kowalska'])
  expect(hits).toHaveLength(11)
  expect(more).toBe(true)
})

it('clients of an earlier edition of the index are found as before, and by everything once the worker has been round', async () => {
  const actor = await newStaff(ostoja)
  const id = await newClient(ostoja, actor, { familyName: 'Шевченко', givenNames: 'Тарас' })
  const { clients, db } = ostoja.features
  const old = await ostoja.platform.vault.tokens(actor.tenantId, ['e:shevchenko', 'n:shevchenko'])
  await db.asTenant(actor, trx => trx('clients').where({ id }).update({ search_tokens: old, index_version: 1 }))
  const ids = async (query: string) => (await find(query, actor)).map(hit => hit.id)
  expect(await ids('shevchenko')).toEqual([id])
  expect(await ids('tymoszenko')).toEqual([])
  expect(await ids('taras szewczenko')).toEqual([])

  expect(await clients.renewOutdated(actor.tenantId)).toBe(1)
  expect(await ids('taras szewczenko')).toEqual([id])
  expect(await clients.renewOutdated(actor.tenantId)).toBe(0)
})

it('the worker goes round by itself, and its look for such clients reads an index that is empty when it is done', async () => {
  expect(ostoja.features.schedule).toHaveProperty(['clients.renew-index'])
  expect(ostoja.features.tasks).toHaveProperty(['clients.renew-index'])
  const { rows } = await ostoja.platform.db.asTenant(staff, trx =>
    trx.raw<{ rows: { indexdef: string }[] }>(`select indexdef from pg_indexes where indexname = 'clients_outdated'`),
  )
  const { indexVersion } = await import('../../src/features/clients/search/index-words.ts')
  expect(rows[0]?.indexdef).toContain(`(index_version < ${indexVersion})`)
})
