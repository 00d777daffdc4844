import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Actor } from '../../src/platform/actor.ts'
import { anotherWeb } from '../support/another-web.ts'
import { inDatabase } from '../support/backups.ts'
import { newClient } from '../support/clients.ts'
import { formsIn } from '../support/forms.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'
import { fetchPdf } from '../support/sealed-files.ts'
import { createVisitor } from '../support/visitor.ts'

type Person = Awaited<ReturnType<Ostoja['signedIn']>>
type Staff = Actor & { accountId: number }

const minute = 60_000
const openFor = 5
const details = 'Leży nieprzytomna na schodach'
const familyName = 'Przepiórkowska'

let ostoja: Ostoja
let tenantId: string
let named: Person
let colleague: Person
let officer: Person
let clientId: string

const actorOf = ({ account }: Person): Staff => ({ tenantId, accountId: account.id, roles: ['staff'] })
const restrict = (id: string, people: readonly Person[]) =>
  ostoja.features.restricted.restrictions.restrict(actorOf(named), id, {
    people: people.map(({ account }) => account.id),
    note: 'brat partnera',
  })
const breakGlass = async (person: Person) => {
  const page = `/restricted-records/${clientId}/break-glass`
  const opened = await person.post(page, { reason: 'emergency', details }, page)
  expect(opened.headers.location).toBe(`/clients/${clientId}/card`)
}

beforeAll(async () => {
  ostoja = await startOstoja()
  tenantId = await ostoja.newTenant('Shelter')
  ;[named, colleague, officer] = [
    await ostoja.signedIn(tenantId, ['staff']),
    await ostoja.signedIn(tenantId, ['staff']),
    await ostoja.signedIn(tenantId, ['security_officer']),
  ]
  const { settings } = ostoja.features
  const administrator: Actor = { tenantId, accountId: null, roles: ['administrator'] }
  await settings.change(administrator, { ...(await settings.of(tenantId)), breakGlassMinutes: openFor })
  const person = { givenNames: 'Bogumiła', familyName, birthDate: '1990-02-03', fileNumber: 'T-7' }
  clientId = await newClient(ostoja, actorOf(named), person)
  expect(await restrict(clientId, [named, officer])).toBe('kept')
})
afterAll(() => ostoja.close())

describe('the log of a reading past a restriction', () => {
  it('leads officers to the case, where the reason stands, and tells the client no more than that there was one', async () => {
    await breakGlass(colleague)
    await colleague.get(`/clients/${clientId}/card`)
    const [found] = await inDatabase<{ id: string }>(ostoja.database.adminUrl, 'select id from break_glass_cases')
    const link = `href="/break-glass/cases/${found!.id}"`
    for (const path of ['/log', `/clients/${clientId}/access`]) {
      const { text } = await officer.get(path)
      const reading = text.split('<tr>').find(row => row.includes('Emergency card opened'))
      expect([path, reading?.includes(link)]).toEqual([path, true])
      expect(text).not.toContain(details)
    }
    expect((await officer.get(`/break-glass/cases/${found!.id}`)).text).toContain(details)

    expect((await named.get(`/clients/${clientId}/access`)).text).not.toContain(found!.id)
    const { text } = await fetchPdf(named, `/clients/${clientId}/access.pdf?language=en`)
    expect(text).toContain('In an emergency. The reason was recorded and is reviewed.')
    for (const inner of [found!.id, 'nieprzytomna', 'restricted', 'case'])
      expect(text.toLowerCase()).not.toContain(inner)
    await colleague.post(`/restricted-records/${clientId}/break-glass/end`)
  })
})

describe('access by broken glass, over two processes', () => {
  let second: Awaited<ReturnType<typeof anotherWeb>>
  let there: ReturnType<typeof createVisitor>

  beforeAll(async () => {
    second = await anotherWeb(ostoja)
    there = createVisitor(second.url)
    Object.assign(there.agent, { jar: (colleague.agent as unknown as { jar: object }).jar })
  })
  afterAll(() => second.close())

  const offers = () => ostoja.features.drafts.offers(actorOf(colleague))
  /** Opens the form of the record on the second process; what it gives sends it as it then stands, with a note typed in. */
  const openForm = async (typed: string) => {
    const path = `/clients/${clientId}/edit`
    const page = await there.get(path)
    expect(page.status).toBe(200)
    const form = formsIn(page.text).find(({ texts }) => texts.includes('notes'))!
    const fields = { ...form.choices, ...form.hidden, givenNames: 'Bogumiła', familyName: 'Zmieniona', notes: typed }
    return () => there.agent.post(form.action).type('form').set('Accept-Language', 'en').send(fields)
  }
  const expectClosed = async (send: Awaited<ReturnType<typeof openForm>>) => {
    expect((await there.get(`/clients/${clientId}`)).headers.location).toBe(
      `/restricted-records/${clientId}/break-glass`,
    )
    const refused = await send()
    expect(refused.status).toBe(404)
    expect(refused.text).not.toContain(familyName)
    const { profile } = await ostoja.features.clients.view(actorOf(named), clientId)
    expect(profile).toMatchObject({ familyName, notes: null })
    const seen = (features: Ostoja['features']) =>
      features.db.asTenant(actorOf(colleague), trx => features.clients.visible(trx, [clientId]))
    expect((await seen(second.features)).size + (await seen(ostoja.features)).size).toBe(0)
  }

  it('begins in one and ends in the other; an open page can save no more, and what was typed waits', async () => {
    await breakGlass(colleague)
    const send = await openForm('Siostra dzwoniła o siódmej')
    expect((await colleague.post(`/restricted-records/${clientId}/break-glass/end`)).status).toBe(303)
    await expectClosed(send)
    expect(await offers()).toEqual([])

    await breakGlass(colleague)
    const [offer] = await offers()
    const draft = await there.get(`/drafts/${offer!.id}`)
    expect(draft.text).toContain('Siostra dzwoniła o siódmej')
    await there.post(`/drafts/${offer!.id}/discard`)
  })

  it('ends in both when its time is over, which no process has to tell the other', async () => {
    const send = await openForm('Lekarz oddzwoni')
    ostoja.skip((openFor + 1) * minute)
    await expectClosed(send)
  })
})
