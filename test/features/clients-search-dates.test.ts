import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSearch } from '../../src/browser/viewer/search.ts'
import type { Actor } from '../../src/platform/actor.ts'
import { newClient, newStaff } from '../support/clients.ts'
import { sampleClient } from '../support/export-samples.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'
import { recordedDates, typedDates } from '../support/typed-dates.ts'

let ostoja: Ostoja
let staff: Actor

// In the alphabet against the order that is wanted.
const people = [...recordedDates].map((birthDate, at) => ({
  birthDate,
  familyName: 'Kalina',
  givenNames: 'FEDCBA'[at]! + 'dam',
  fileNumber: `Z/${at}`,
}))
const search = createSearch(people.map((person, at) => sampleClient(at, { ...person, phones: [], contacts: [] })))

beforeAll(async () => {
  ostoja = await startOstoja({ worker: false })
  staff = await newStaff(ostoja)
  for (const person of people) await newClient(ostoja, staff, person)
})
afterAll(() => ostoja.close())

const find = async (query: string, actor = staff) =>
  (await ostoja.features.clients.search(actor, query)).hits.map(({ profile, match }) => [profile.birthDate, match])

/** Those who may be meant: the same date, one of it, and one of which less is known. */
const meant = (date: string) => recordedDates.filter(other => other.startsWith(date) || date.startsWith(other))
const rankOf = (date: string, typed: string) => (date === typed ? 0 : date.startsWith(typed) ? 1 : 2)

describe.each(typedDates)('%s', (typed, date) => {
  const isYear = date.length === 4
  it(`finds whose birth date may be ${date}`, async () => {
    const found = await find(typed)
    expect(found.map(([born]) => born).sort()).toEqual(meant(date).sort())
    if (!isYear) {
      const ranks = found.map(([born]) => rankOf(born!, date))
      expect(ranks).toEqual(ranks.toSorted())
      for (const [born, match] of found) expect(match === 'date').toBe(rankOf(born!, date) === 2)
    }
  })

  it('finds the same in the offline viewer', () => {
    const found = search(typed).map(at => people[at]!.birthDate)
    expect(found.toSorted()).toEqual(meant(date).sort())
    const ranks = found.map(born => rankOf(born, date))
    expect(ranks).toEqual(ranks.toSorted())
  })
})

it('a year that is somebody’s file number finds them before those born in it', async () => {
  const actor = await newStaff(ostoja)
  const others = [
    { familyName: 'Adamska', birthDate: '1950-02-01' },
    { familyName: 'Zych', fileNumber: '1950' },
    { familyName: 'Baran', birthDate: '1950' },
  ]
  for (const one of others) await newClient(ostoja, actor, one)
  const [first] = (await ostoja.features.clients.search(actor, '1950')).hits
  expect(first?.profile.familyName).toBe('Zych')
  const inViewer = createSearch(
    others.map((one, at) => sampleClient(at, { fileNumber: '', phones: [], contacts: [], birthDate: null, ...one })),
  )
  expect(inViewer('1950')).toHaveLength(3)
  expect(others[inViewer('1950').at(-1)!]?.familyName).toBe('Adamska')
})

it('a page says that only a part of the birth date is known', async () => {
  const visitor = await ostoja.signedIn(staff.tenantId, ['staff'])
  const { location } = (await visitor.post('/searches', { query: 'Kalina 14.11.1983' })).headers
  expect((await visitor.get(location!)).text).toContain('birth date only partly known')
})

it('clients of an earlier edition of the index are found by a whole date once the worker has been round', async () => {
  const actor = await newStaff(ostoja)
  const id = await newClient(ostoja, actor, { birthDate: '1947' })
  const { clients, db } = ostoja.features
  const old = await ostoja.platform.vault.tokens(actor.tenantId, ['e:nowak', 'n:nowak', 'd:1947'])
  await db.asTenant(actor, trx => trx('clients').where({ id }).update({ search_tokens: old, index_version: 2 }))
  expect(await find('3.05.1947', actor)).toEqual([])
  expect(await clients.renewOutdated(actor.tenantId)).toBe(1)
  expect(await find('3.05.1947', actor)).toEqual([['1947', 'date']])
})
