import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { installationId, systemActor } from '../../src/platform/actor.ts'
import { newClient } from '../support/clients.ts'
import { exportedAs, unfolded } from '../support/exported-places.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'

type Visitor = Awaited<ReturnType<Ostoja['signedIn']>>
let ostoja: Ostoja
let tenantId: string
let staff: Visitor

beforeAll(async () => {
  ostoja = await startOstoja()
  tenantId = await ostoja.newTenant()
  staff = await ostoja.signedIn(tenantId, ['staff'])
})
afterAll(() => ostoja.close())

const contactForm = (number: string) => ({
  id: randomUUID(),
  name: 'Maria Nowak',
  relationship: 'MTH',
  mayBeTold: 'yes',
  'phones[0][type]': 'mobile',
  'phones[0][number]': number,
})

const addClient = async (visitor: Visitor, number: string): Promise<string> => {
  const id = randomUUID()
  const fields = { id, familyName: id, 'phones[0][type]': 'mobile', 'phones[0][number]': number }
  expect((await visitor.post('/clients', fields, '/clients/new')).status).toBe(303)
  expect((await visitor.post(`/clients/${id}/contacts`, contactForm(number))).status).toBe(303)
  return id
}

const linksOf = (page: string) => [...new Set(page.match(/(?<=href="tel:)[^"]*/g))]
const mark = 'Cannot be dialled as written'

describe('a number on the pages', () => {
  it.each([
    ['058 677 44 78', ['+48586774478']],
    ['601 234 567 do 16', ['+48601234567']],
    ['116 123', ['116123']],
    ['601 234 5678', []],
    ['050 123 45 67', []],
    ['4,86012E+10', []],
  ])('%s is linked as %j, or not at all and marked', async (typed, links) => {
    const id = await addClient(staff, typed)
    const record = (await staff.get(`/clients/${id}`)).text
    const card = (await staff.get(`/clients/${id}/card`)).text
    const sheet = (await staff.get(`/clients/${id}/sheet`)).text
    expect([linksOf(record), linksOf(card)]).toEqual([links, links])
    for (const page of [record, card, sheet]) expect(page.includes(mark)).toBe(links.length === 0)
    if (links.length > 0) return
    for (const page of [record, card, sheet]) expect(page).toContain(typed)
    expect(card).not.toContain('Reachable now')
  })

  it('is told of at once when it can’t be dialled, and saved all the same', async () => {
    const id = await newClient(ostoja, systemActor(tenantId), { familyName: 'Kowalska' })
    const saved = await staff.post(`/clients/${id}/contacts`, contactForm('601 234 56'))
    expect(saved.status).toBe(303)
    expect((await staff.get(`/clients/${id}`)).text).toContain('A telephone number cannot be dialled as written')
  })

  it('is found by its digits however it is typed in the search', async () => {
    const id = await addClient(staff, '+48 (0) 22 621 77 31')
    for (const query of ['022 621 77 31', '+48 (0) 22 621 77 31', '\u202a22 621 77 31\u202c', '226217731']) {
      const answer = await staff.post('/searches', { query }, '/clients')
      expect((await staff.get(String(answer.headers.location))).text).toContain(`/clients/${id}`)
    }
  })
})

describe('a number that was found to be wrong', () => {
  const edit = (id: string) => `/clients/${id}/edit`
  const hidden = (page: string, name: string) =>
    new RegExp(`name="${name.replaceAll(/[[\]]/g, '\\$&')}"[^>]*value="([^"]*)"`).exec(page)?.[1] ?? ''
  const fieldsOf = (page: string, number: string) => ({
    ...Object.fromEntries(
      ['version', 'fileNumber', 'phones[0][wrongNumber]', 'phones[0][wrongSince]'].map(name => [
        name,
        hidden(page, name),
      ]),
    ),
    'phones[0][type]': 'mobile',
    'phones[0][number]': number,
  })

  it('stays so in another spelling and when the form is refused, and is a link nowhere', async () => {
    const number = '500 000 931'
    const id = randomUUID()
    const flag = { 'phones[0][type]': 'mobile', 'phones[0][number]': number, 'phones[0][wrongSince]': '2026-11-20' }
    expect((await staff.post('/clients', { id, familyName: id, ...flag }, '/clients/new')).status).toBe(303)
    const contact = { ...contactForm(number), ...flag }
    expect((await staff.post(`/clients/${id}/contacts`, contact)).status).toBe(303)

    const places = [
      { form: edit(id), action: `/clients/${id}`, named: { familyName: id }, unnamed: { familyName: '' } },
      {
        form: `/clients/${id}/contacts/${contact.id}/edit`,
        action: `/clients/${id}/contacts/${contact.id}`,
        named: { name: 'Maria', relationship: 'MTH', mayBeTold: 'yes' },
        unnamed: { name: '', relationship: 'MTH', mayBeTold: 'yes' },
      },
    ]
    for (const { form, action, named, unnamed } of places) {
      const before = fieldsOf((await staff.get(form)).text, '500 000 932')
      const refused = await staff.post(action, { ...before, ...unnamed }, form)
      expect(refused.status).toBe(422)
      expect(refused.text).toMatch(/\[wrongSince\]"\s+value="2026-11-20"\s+checked/)
      const again = { ...fieldsOf(refused.text, '0048500000931'), ...named }
      expect(again).toMatchObject({ 'phones[0][wrongNumber]': number, 'phones[0][wrongSince]': '2026-11-20' })
      expect((await staff.post(action, again, form)).status).toBe(303)
      expect((await staff.get(form)).text).toMatch(/\[wrongSince\]"\s+value="2026-11-20"\s+checked/)
    }
    for (const page of [`/clients/${id}`, `/clients/${id}/card`, '/contacts-to-confirm'])
      expect((await staff.get(page)).text).not.toContain('tel:+48500000931')
  })
})

describe('an export', () => {
  it('carries what is dialled and what was typed, and dials nothing that can’t be', async () => {
    const tenant = await ostoja.newTenant()
    const visitor = await ostoja.signedIn(tenant, ['staff'])
    await addClient(visitor, '058 677 44 78')
    await addClient(visitor, '601 234 567 890')
    const read = (format: Parameters<typeof exportedAs>[2]) => exportedAs(ostoja, systemActor(tenant), format)

    const csv = await read('csv')
    expect(csv).toContain('+48586774478 (058 677 44 78; ')
    expect(csv).toContain(`601 234 567 890 (${mark}; `)

    const vcard = unfolded(await read('vcard'))
    expect(vcard.match(/(?<=^TEL.*:).*/gm)).toEqual(Array(2).fill('+48586774478'))
    expect(vcard).toContain('+48586774478: 058 677 44 78')
    expect(vcard).toContain(`601 234 567 890: ${mark}`)

    const fhir = await read('fhir')
    expect(fhir).toContain('"urn:ostoja:number-as-typed","valueString":"058 677 44 78"')
    expect(fhir).toContain('"system":"phone","value":"+48586774478"')
    expect(fhir).toContain('"system":"other","value":"601 234 567 890"')

    const lines = await read('viewer')
    expect(lines).toContain('"number":"+48586774478","typed":"058 677 44 78","dial":"+48586774478"')
    expect(lines).toContain('"number":null,"typed":"601 234 567 890","dial":null')
  })
})

describe('an organisation’s country', () => {
  it('is chosen when it is made, and numbers are read by it', async () => {
    const operator = await ostoja.signedIn(installationId, ['operator'])
    const form = { name: 'Harbour', domain: '', language: 'en', mostAccounts: '', mostClients: '', mostMegabytes: '' }
    const made = await operator.post('/tenants', { ...form, country: 'GB', formId: randomUUID() }, '/tenants/new')
    const british = String(made.headers.location).split('/').at(-1)!
    const visitor = await ostoja.signedIn(british, ['staff'])
    const links = async (typed: string) =>
      linksOf((await visitor.get(`/clients/${await addClient(visitor, typed)}`)).text)
    expect(await links('0113 496 0123')).toEqual(['+441134960123'])
    expect(await links('612 345 678')).toEqual([])
    expect(await links('111')).toEqual(['111'])
  })

  it('is a setting that holds at once; what was recorded before keeps its country', async () => {
    const tenant = await ostoja.newTenant()
    const [administrator, visitor] = [
      await ostoja.signedIn(tenant, ['administrator']),
      await ostoja.signedIn(tenant, ['staff']),
    ]
    const before = await addClient(visitor, '601 234 567')
    const settings = { autoLogoutMinutes: 10, secondSignIn: 'block', passwordMinimum: 8 }
    expect((await administrator.post('/settings', { ...settings, country: 'XX' }, '/settings')).status).toBe(422)
    expect((await administrator.post('/settings', { ...settings, country: 'UA' }, '/settings')).status).toBe(303)
    const after = await addClient(visitor, '050 123 45 67')
    expect(linksOf((await visitor.get(`/clients/${after}`)).text)).toEqual(['+380501234567'])
    const kept = (await visitor.get(`/clients/${before}`)).text
    expect([linksOf(kept), kept.includes('+48 601 234 567')]).toEqual([['+48601234567'], true])
    expect((await visitor.get(`/clients/${before}/edit`)).text).toContain('value="+48 601 234 567"')
  })
})
