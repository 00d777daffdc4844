import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Actor } from '../../src/platform/actor.ts'
import type { Trx } from '../../src/platform/db/tenant.ts'
import { newStaff, profile } from '../support/clients.ts'
import { formsIn } from '../support/forms.ts'
import { startOstoja, unlikely, type Ostoja } from '../support/ostoja.ts'
import type { Visitor } from '../support/visitor.ts'

let ostoja: Ostoja
let staff: Actor
let visitor: Visitor

beforeAll(async () => {
  ostoja = await startOstoja()
  staff = await newStaff(ostoja)
  visitor = await ostoja.signedIn(staff.tenantId, ['staff'])
})
afterAll(() => ostoja.close())

type Fields = Record<string, string>
const add = (fields: Fields) => visitor.post('/clients', { id: randomUUID(), ...fields }, '/clients/new')
/** The fields of one contact's block. */
const block = (index: number, fields: Fields): Fields =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name.replace(/^\w+/, `contacts[${index}][$&]`), value]),
  )
const maria = { name: 'Maria Halska', relationship: 'MTH', mayBeTold: 'yes', 'phones[0][number]': '601 234 567' }
const piotr = { name: 'Piotr Halski', relationship: 'BRO', mayBeTold: 'no', tellNote: 'nic o chorobie' }

const within = <Value>(read: (trx: Trx) => Promise<Value>) => ostoja.features.db.asTenant(staff, read)
const recordedOf = (id: string) => within(trx => ostoja.features.emergencyContacts.ofClient(trx, staff, id))
const count = async (table: string) => within(async trx => (await trx(table).select('*')).length)
const all = async () => [await count('clients'), await count('emergency_contacts'), await count('audit_events')]

describe('the form of a new client', () => {
  it('has room for contacts without a script, and every field of the form of a contact', async () => {
    const [form] = formsIn((await visitor.get('/clients/new')).text).filter(({ action }) => action === '/clients')
    const names = [...form!.texts, ...Object.keys(form!.choices)]
    const client = await add({ familyName: unlikely('Pusta') })
    const own = formsIn((await visitor.get(`${client.headers.location}/contacts/new`)).text).find(({ action }) =>
      action.endsWith('/contacts'),
    )!
    for (const name of [...own.texts, ...Object.keys(own.choices)])
      for (const index of [0, 1]) expect(names).toContain(Object.keys(block(index, { [name]: '' }))[0])
  })

  it('saves a client with contacts in their order, and notes each of them', async () => {
    const answer = await add({
      familyName: unlikely('Halska'),
      ...block(0, maria),
      ...block(1, { name: ' ', relationship: '', 'phones[0][type]': 'mobile', 'phones[0][number]': '' }),
      ...block(4, { ...piotr, language: 'uk', lastConfirmedOn: '14.11.2025' }),
      ...block(5, { mayBeTold: 'yes' }),
    })
    expect(answer.status, answer.text).toBe(303)
    const id = answer.headers.location!.replace('/clients/', '')
    expect(await recordedOf(id)).toMatchObject([
      { rank: 1, name: 'Maria Halska', mayBeTold: true, phones: [{ number: '+48601234567', typed: '601 234 567' }] },
      { rank: 2, name: 'Piotr Halski', mayBeTold: false, language: 'uk', lastConfirmedOn: '2025-11-14', phones: [] },
    ])
    const events = await within(trx => trx('audit_events').where({ subject_id: id }).orderBy('id').pluck('action'))
    expect(events).toEqual(['client.created', 'emergency-contact.added', 'emergency-contact.added'])
  })

  it('sent twice makes one client with its contacts once', async () => {
    const fields = { id: randomUUID(), familyName: unlikely('Podwojna'), ...block(0, maria) }
    const answers = [await add(fields), await add(fields)]
    for (const answer of answers) expect(answer.headers.location).toBe(`/clients/${fields.id}`)
    expect(await recordedOf(fields.id)).toHaveLength(1)
  })

  it.each<[string, Fields]>([
    ['another person', { familyName: unlikely('Inna') }],
    ['one more contact', block(1, piotr)],
    ['a contact changed', block(0, { ...maria, name: 'Maria Inna' })],
    ['no contact', block(0, { ...maria, name: '', relationship: '', 'phones[0][number]': '' })],
  ])('sent again by "Back" with %s asks, and saves it as another client', async (_what, typed) => {
    const first = { id: randomUUID(), familyName: unlikely('Wracalska'), ...block(0, maria) }
    expect((await add(first)).status).toBe(303)
    const before = await recordedOf(first.id)
    const fields: Fields = { ...first, ...typed }
    const asked = await add(fields)
    expect(asked.status).toBe(409)
    expect(asked.text).toContain('A client was already added with this form')
    for (const value of Object.values(typed).filter(text => /^[\p{L} ]+$/u.test(text) && text.length > 3))
      expect(asked.text).toContain(value)
    const form = new Map(
      [...asked.text.matchAll(/name="(id|twins)" value="([^"]+)"/g)].map(([, name, value]) => [name, value]),
    )
    expect(form.get('id')).not.toBe(first.id)
    const saved = await add({ ...fields, ...(Object.fromEntries(form) as Fields) })
    expect([saved.status, saved.headers.location]).toEqual([303, `/clients/${form.get('id')}`])
    expect(await recordedOf(first.id)).toEqual(before)
  })

  it('sent again by "Back" once its client is restricted asks the same, and tells nothing of it', async () => {
    const fields = { id: randomUUID(), familyName: unlikely('Ukryta'), ...block(0, maria) }
    expect((await add(fields)).status).toBe(303)
    const officer = await ostoja.newAccount(staff.tenantId, ['staff'])
    const people = { people: [officer.id], note: 'brat' }
    const by = { ...staff, accountId: officer.id }
    expect(await ostoja.features.restricted.restrictions.restrict(by, fields.id, people)).toBe('kept')
    for (const sent of [
      fields,
      { ...fields, fileNumber: unlikely('N') },
      { ...fields, familyName: unlikely('Inna') },
    ]) {
      const asked = await add(sent)
      expect([asked.status, asked.text.includes('A client was already added with this form')]).toEqual([409, true])
      expect(asked.text).not.toContain(fields.id)
    }
  })

  it('leads to an empty form that says so, with nothing personal in the address', async () => {
    const answer = await add({ familyName: unlikely('Kolejna'), ...block(0, maria), next: 'another' })
    expect([answer.status, answer.headers.location]).toEqual([303, '/clients/new'])
    const page = await visitor.get('/clients/new')
    expect(page.text).toContain('Client added. You can add the next one now.')
    expect(page.text).not.toContain('Maria Halska')
    expect((await visitor.get('/clients/new')).text).not.toContain('Client added.')
  })

  it('says when a number of a contact cannot be called', async () => {
    await add({
      familyName: unlikely('Niema'),
      ...block(0, { ...piotr, 'phones[0][number]': '12 34' }),
      next: 'another',
    })
    expect((await visitor.get('/clients/new')).text).toContain('alert-warning')
  })
})

describe('a contact that cannot be', () => {
  it.each<[string, Fields, string]>([
    ['has no name', { ...maria, name: '' }, 'contacts-1-name'],
    ['is nobody to the client', { ...maria, relationship: 'x' }, 'contacts-1-relationship'],
    ['is somebody else without words', { ...maria, relationship: 'O' }, 'contacts-1-relationshipText'],
    [
      'has rules and no number',
      { ...maria, 'phones[0][number]': '', 'phones[0][knownBy]': 'Ala' },
      'contacts-1-phones-0-number',
    ],
    ['has an email that is none', { ...maria, email: 'ania@' }, 'contacts-1-email'],
    ['was confirmed on no day', { ...maria, lastConfirmedOn: '31.02.2020' }, 'contacts-1-lastConfirmedOn'],
    ['was confirmed in part of a year', { ...maria, lastConfirmedOn: '2020' }, 'contacts-1-lastConfirmedOn'],
    ['speaks no language', { ...maria, language: 'not a tag' }, 'contacts-1-language'],
    ['may or may not be told', { ...maria, mayBeTold: '' }, 'contacts-1-mayBeTold'],
    ['has only an address that is hidden', { addressHidden: 'on' }, 'contacts-1-name'],
  ])('%s: is told beside the field, keeps what was typed, and saves nothing at all', async (_what, fields, id) => {
    const before = await all()
    const answer = await add({ familyName: unlikely('Halska'), ...block(0, piotr), ...block(2, fields) })
    expect(answer.status).toBe(422)
    expect(answer.text).toContain(`id="${id}-problem"`)
    expect(answer.text).toContain(`href="#${id}">Contact 2: `)
    expect(answer.text).toContain('value="Piotr Halski"')
    expect(answer.text).toContain('nic o chorobie')
    if (fields.name) expect(answer.text).toContain(`name="contacts[1][name]"`)
    expect(await all()).toEqual(before)
  })

  it('is told together with what is wrong of the client', async () => {
    const answer = await add({ birthDate: 'x', ...block(0, { ...maria, name: '' }) })
    for (const id of ['familyName', 'birthDate', 'contacts-0-name']) expect(answer.text).toContain(`id="${id}-problem"`)
  })

  it('is one of too many', async () => {
    const many = Array.from({ length: 21 }, (_, index) => block(index, piotr))
    const answer = await add(Object.assign({ familyName: unlikely('Liczna') }, ...many) as Fields)
    expect(answer.status).toBe(422)
    expect(answer.text).toContain('id="contacts-problem"')
    expect(answer.text).toContain('name="contacts[20][name]"')
  })

  it.each(['contacts=x', 'contacts[0]=x', 'contacts[0][name][a]=b', 'contacts[__proto__][name]=x', 'next[]=another'])(
    'comes in another shape (%s), which is no fault of the server',
    async body => {
      const token = visitor.tokenOf((await visitor.get('/clients/new')).text)
      const answer = await visitor.agent.post('/clients').type('form').send(`${body}&_csrf=${token}`)
      expect(answer.status).toBe(422)
    },
  )

  it('fails while it is being saved: there is no client then, and no event', async () => {
    const before = await all()
    const id = randomUUID()
    const add = async (trx: Trx) => {
      await ostoja.features.emergencyContacts.addFirst(trx, staff, id, [recordedMaria])
      throw new Error('the second contact fails')
    }
    const contacts = { add, areThere: () => Promise.resolve(false) }
    const failing = ostoja.features.clients.create(staff, id, profile({ familyName: 'Niezapisana' }), [], contacts)
    await expect(failing).rejects.toThrow('the second contact fails')
    expect(await all()).toEqual(before)
  })
})

const recordedMaria = {
  name: 'Maria Halska',
  relationship: 'MTH',
  relationshipText: null,
  phones: [],
  email: null,
  address: null,
  language: null,
  mayBeTold: true,
  tellNote: null,
  lastConfirmedOn: null,
}

describe('nothing typed of contacts is lost', () => {
  it('when the client looks like another one', async () => {
    const person = { givenNames: 'Anna', familyName: unlikely('Blizniak'), birthDate: '14.11.1983' }
    await add(person)
    const before = await all()
    const asked = await add({ ...person, ...block(0, maria), ...block(1, piotr) })
    expect(asked.status).toBe(422)
    expect((await all()).slice(0, 2)).toEqual(before.slice(0, 2))
    const form = formsIn(asked.text).find(({ action }) => action === '/clients')!
    for (const text of ['value="Maria Halska"', 'value="601 234 567"', 'value="Piotr Halski"', 'nic o chorobie'])
      expect(asked.text).toContain(text)
    const answer = await add({ ...person, ...form.hidden, ...block(0, maria), ...block(1, piotr), next: 'another' })
    expect(answer.headers.location).toBe('/clients/new')
    expect(await recordedOf(form.hidden.id!)).toHaveLength(2)
  })

  it('when one more contact is asked for without a script', async () => {
    const before = await all()
    const page = await add({
      familyName: 'Halska',
      birthDate: 'x',
      ...block(0, maria),
      ...block(1, piotr),
      next: 'contact',
    })
    expect(page.status).toBe(422)
    expect(page.text).toContain('name="contacts[2][name]"')
    expect(page.text).toContain('value="Piotr Halski"')
    expect(page.text).not.toContain('error-summary')
    expect(await all()).toEqual(before)
    const emptyOnes = await add({ ...block(0, { name: '' }), ...block(1, { name: '' }), next: 'contact' })
    expect(emptyOnes.text).toContain('name="contacts[2][name]"')
  })

  it('when it was not saved: it is in the draft', async () => {
    const page = formsIn((await visitor.get('/clients/new')).text).find(({ action }) => action === '/clients')!
    const answer = await visitor.post('/clients', { ...page.hidden, ...block(0, { ...maria, relationship: '' }) })
    expect(answer.status).toBe(422)
    const drafts = await visitor.get('/drafts')
    const [address] = /\/drafts\/[\w-]{36}/.exec(drafts.text) ?? []
    expect((await visitor.get(address!)).text).toContain('Maria Halska')
  })
})

describe('what is rarely needed', () => {
  const opened = (html: string) =>
    [...html.matchAll(/<details class="fold"([^>]*)>\s*<summary>([^<]*)/g)]
      .filter(([, open]) => open!.trim())
      .map(found => found[2])
  const titles = ['Languages', 'Addresses and email', 'Notes and date of death']

  it('is folded in an empty form', async () => {
    const page = await visitor.get('/clients/new')
    expect(opened(page.text)).toEqual([])
    for (const title of titles) expect(page.text).toContain(`<summary>${title}</summary>`)
  })

  it.each<[string, Fields]>([
    [titles[0]!, { 'languages[0][code]': 'uk' }],
    [titles[0]!, { 'languages[0][code]': 'no tag' }],
    [titles[0]!, { interpreterNeeded: 'on' }],
    [titles[1]!, { 'addresses[0][city]': 'Toruń', 'addresses[0][use]': 'home' }],
    [titles[1]!, { 'emails[0][address]': 'ania@' }],
    [titles[2]!, { notes: 'x' }],
    [titles[2]!, { deceasedOn: 'x' }],
    ['Language, email, address and confirmation', block(0, { name: 'Maria', email: 'x' })],
    ['Language, email, address and confirmation', block(0, { name: 'Maria', lastConfirmedOn: '14.11.2025' })],
  ])('%s is open with something in it: %o', async (title, fields) => {
    expect(opened((await add({ birthDate: 'x', ...fields })).text)).toEqual([title])
  })
})
