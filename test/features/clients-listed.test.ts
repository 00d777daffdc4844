import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Actor } from '../../src/platform/actor.ts'
import { newClient, profile } from '../support/clients.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'
import type { Visitor } from '../support/visitor.ts'
import { contactProfile } from '../support/world.ts'

let ostoja: Ostoja
let visitor: Visitor
let staff: Actor
let withTwo: string
let withNone: string
const groups = ['Praga & Wola', 'Dom Dzienny'].map(name => ({ id: randomUUID(), name }))

const addContact = (actor: Actor, clientId: string) =>
  ostoja.features.emergencyContacts.add(actor, clientId, randomUUID(), contactProfile)
const signInStaff = async (tenantId: string) => {
  const person = await ostoja.signedIn(tenantId, ['staff'])
  const actor: Actor = { tenantId, accountId: person.account.id, roles: ['staff'] }
  return { person, actor }
}

beforeAll(async () => {
  ostoja = await startOstoja({ worker: false })
  ;({ person: visitor, actor: staff } = await signInStaff(await ostoja.newTenant()))
  withTwo = await newClient(ostoja, staff, { givenNames: 'Ewa', familyName: 'Listowa', birthDate: '1990-02-03' })
  withNone = await newClient(ostoja, staff, { givenNames: 'Adam', familyName: 'Listowy' })
  await addContact(staff, withTwo)
  await addContact(staff, withTwo)
  for (const group of groups) await ostoja.features.groups.create(staff, group)
  await ostoja.features.db.asTenant(staff, async trx => {
    await ostoja.features.groups.keep(
      trx,
      staff,
      withTwo,
      groups.map(({ id }) => id),
    )
    await ostoja.features.groups.keep(trx, staff, withNone, [groups[0]!.id])
  })
  for (const id of [withTwo, withNone]) await visitor.get(`/clients/${id}`)
})
afterAll(() => ostoja.close())

/** The part of a page, from its link to a client to the end of the row or list item. */
const rowOf = (text: string, id: string) =>
  new RegExp(`<a[^>]* href="/clients/${id}"[\\s\\S]*?</(?:tr|li)>`).exec(text)?.[0] ?? ''
const cellOf = (row: string, label: string) =>
  new RegExp(`data-label="${label}">([\\s\\S]*?)</td>`)
    .exec(row)?.[1]
    ?.replaceAll(/<[^>]*>/g, '')
    .trim()
/** What somebody sees who sees no icon: the text of the link to the card. */
const labelOfCard = (row: string) =>
  /<a class="row-card[^>]*>([\s\S]*?)<\/a>/
    .exec(row)?.[1]
    ?.replaceAll(/<[^>]*>/g, '')
    .trim()

const search = async () => visitor.get((await visitor.post('/searches', { query: 'listow' })).headers.location!)
const lists: Record<string, () => Promise<{ text: string }>> = {
  'the newest': () => visitor.get('/clients'),
  'a letter': () => visitor.get('/clients/letter/l'),
  'a search': search,
  'a group': () => visitor.get(`/groups/${groups[0]!.id}`),
  'people who look the same': () =>
    visitor.post('/clients', { givenNames: 'Ewa', familyName: 'Listowa', birthDate: '1990-02-03' }, '/clients/new'),
}

describe('a list of clients', () => {
  it.each(Object.keys(lists))(
    'says how many contacts and which groups there are, and names the card: %s',
    async name => {
      const { text } = await lists[name]!()
      const row = rowOf(text, withTwo)
      expect(cellOf(row, 'Contacts')).toBe('2')
      expect(cellOf(row, 'Groups')).toBe('Dom Dzienny, Praga &amp; Wola')
      expect(labelOfCard(row)).toBe('Emergency card')
      if (name === 'people who look the same') return
      expect(cellOf(rowOf(text, withNone), 'Contacts')).toBe('none')
      expect(cellOf(rowOf(text, withNone), 'Groups')).toBe('Praga &amp; Wola')
    },
  )

  it('names the card of those opened last, too', async () => {
    expect(labelOfCard(rowOf((await visitor.get('/')).text, withTwo))).toBe('Emergency card')
  })
})

it('the main action of a record is Edit, and its card is one named click away', async () => {
  const { text } = await visitor.get(`/clients/${withTwo}`)
  const actions = /<div class="page-actions">([\s\S]*?)<\/div>/.exec(text)![1]!
  const [first, second] = [...actions.matchAll(/<a class="btn ([\w-]+)[^"]*" href="([^"]+)"/g)].map(found =>
    found.slice(1, 3),
  )
  expect([first, second]).toEqual([
    ['btn-primary', `/clients/${withTwo}/edit`],
    ['btn-secondary', `/clients/${withTwo}/card`],
  ])
  expect(actions).toContain('Emergency card')
})

describe('clients without emergency contacts', () => {
  const filtered = '/clients?contacts=none'
  const idsOn = (text: string) => [...text.matchAll(/class="open" href="\/clients\/([^"]+)"/g)].map(found => found[1]!)
  const attention = (text: string) => /([\d,]+) clients? (?:has|have) no emergency contact/.exec(text)?.[1]

  it('are told of on the start page of staff, and listed page by page', async () => {
    const { person, actor } = await signInStaff(await ostoja.newTenant())
    expect(attention((await person.get('/')).text)).toBeUndefined()
    expect((await person.get(filtered)).text).toContain('Nobody is without emergency contacts')

    const many = Array.from({ length: 130 }, () => ({ id: randomUUID(), profile: profile() }))
    await ostoja.features.db.asTenant(actor, trx => ostoja.features.clients.createMany(trx, actor, many, randomUUID()))
    const having = new Set(many.filter((_, index) => index % 12 === 0).map(({ id }) => id))
    for (const id of having) await addContact(actor, id)
    const archived = many.find(({ id }) => !having.has(id))!.id
    await ostoja.features.clients.archive(actor, archived)
    const expected = many.map(({ id }) => id).filter(id => !having.has(id) && id !== archived)

    const start = await person.get('/')
    expect(attention(start.text)).toBe(new Intl.NumberFormat('en').format(expected.length))
    expect(start.text).toContain(`href="${filtered}"`)

    const found: string[] = []
    let address: string | undefined = filtered
    for (; address;) {
      const { text } = await person.get(address)
      expect(text).toContain('<h1>Clients without emergency contacts</h1>')
      found.push(...idsOn(text))
      address = /href="([^"]+)" rel="next"/.exec(text)?.[1]?.replaceAll('&amp;', '&')
    }
    expect(found.toSorted()).toEqual(expected.toSorted())
    expect(idsOn((await person.get('/clients?contacts=none&status=archived')).text)).toEqual([archived])
  })

  it('are not counted, listed or told of to those who may not see the record, nor to those without clients', async () => {
    const tenantId = await ostoja.newTenant()
    const [one, other] = [await signInStaff(tenantId), await signInStaff(tenantId)]
    const [hidden, seen] = [await newClient(ostoja, one.actor), await newClient(ostoja, one.actor)]
    await ostoja.features.restricted.restrictions.restrict(one.actor as Actor & { accountId: number }, hidden, {
      people: [one.actor.accountId!],
      note: '',
    })
    const seenBy = async ({ person }: typeof one) => [
      attention((await person.get('/')).text),
      idsOn((await person.get(filtered)).text).toSorted(),
    ]
    expect(await seenBy(one)).toEqual(['2', [hidden, seen].toSorted()])
    expect(await seenBy(other)).toEqual(['1', [seen]])
    const administrator = await ostoja.signedIn(tenantId, ['administrator'])
    expect(attention((await administrator.get('/')).text)).toBeUndefined()
    expect((await administrator.get(filtered)).status).toBe(403)
  })
})

it('after a contact is added, the message leads to the next one', async () => {
  const id = await newClient(ostoja, staff)
  const page = `/clients/${id}/contacts/new`
  const form = {
    id: randomUUID(),
    name: 'Nowa Osoba',
    relationship: 'SPS',
    'phones[0][type]': 'mobile',
    'phones[0][number]': '500 000 124',
    mayBeTold: 'yes',
  }
  expect((await visitor.post(`/clients/${id}/contacts`, form, page)).status).toBe(303)
  const message = /<div role="status" data-flash>([\s\S]*?)<h1>/.exec((await visitor.get(`/clients/${id}`)).text)![1]!
  expect(message).toContain('The contact is saved')
  expect(message).toContain(`href="${page}">Add another contact</a>`)
})
