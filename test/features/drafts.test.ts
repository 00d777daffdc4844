import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemActor, type Role } from '../../src/platform/actor.ts'
import { newClient } from '../support/clients.ts'
import { formsIn } from '../support/forms.ts'
import { startOstoja, unlikely, type Ostoja } from '../support/ostoja.ts'
import type { Visitor } from '../support/visitor.ts'

let ostoja: Ostoja
let tenant: string

beforeAll(async () => {
  ostoja = await startOstoja()
  tenant = await ostoja.newTenant()
})
afterAll(() => ostoja.close())

const days = 24 * 60 * 60_000
const signedIn = () => ostoja.signedIn(tenant, ['staff', 'administrator'])
const formOn = async (visitor: Visitor, page: string, action: string) =>
  formsIn((await visitor.get(page)).text).find(form => form.action === action)!
/** As the page's own script keeps what is typed. */
const type = async (visitor: Visitor, text: string, { page = '/settings', action = '/settings' } = {}) => {
  const form = await formOn(visitor, page, action)
  const body = { _csrf: form.hidden._csrf, _page: form.hidden._page, _action: action, [form.texts[0]!]: text }
  const save = (more: object = {}) =>
    visitor.agent
      .post('/drafts')
      .type('form')
      .send({ ...body, ...more })
  expect((await save()).status).toBe(204)
  return { form, save }
}
const offersOn = async (visitor: Visitor, page = '/settings') =>
  [...(await visitor.get(page)).text.matchAll(/data-draft-offer="([^"]+)"/g)].map(([, id]) => id!)
const rows = () => ostoja.features.db.asTenant({ tenantId: tenant }, trx => trx('drafts').select('*'))

describe('a draft', () => {
  it('is shown as the words that were written, without what its form chose, ticked or hid', async () => {
    const visitor = await signedIn()
    const { save } = await type(visitor, '15')
    const hidden = {
      id: 'a-hidden-id',
      gender: 'a-chosen-word',
      'phones[0][type]': 'another',
      'roles[staff]': 'ticked',
    }
    expect((await save({ ...hidden, notes: 'Likes to be spoken to slowly.' })).status).toBe(204)
    const [id] = await offersOn(visitor)
    const page = (await visitor.get(`/drafts/${id}`)).text
    const written = [...page.matchAll(/<li>([^<]*)<\/li>/g)].map(match => match[1])
    expect(written).toEqual(['15', 'Likes to be spoken to slowly.'])
  })

  it('is offered on the page it was typed on, and nowhere says what it holds', async () => {
    const visitor = await signedIn()
    const text = unlikely()
    await type(visitor, text)
    const [id] = await offersOn(visitor)
    expect((await visitor.get('/settings')).text).not.toContain(text)
    expect(JSON.stringify((await visitor.get(`/drafts/${id}/fields`)).body)).toContain(text)
    expect((await visitor.get(`/drafts/${id}`)).text).toContain(text)
    expect((await visitor.get('/drafts')).text).toContain('/drafts/')
    expect(JSON.stringify(await rows())).not.toContain(text)
    expect(
      Buffer.concat((await rows()).map((row: { fields_sealed: Buffer }) => row.fields_sealed)).includes(text),
    ).toBe(false)
  })

  it('opens for its owner only', async () => {
    const [owner, colleague] = [await signedIn(), await signedIn()]
    await type(owner, unlikely())
    const [id] = await offersOn(owner)
    for (const path of [`/drafts/${id}`, `/drafts/${id}/fields`]) expect((await colleague.get(path)).status).toBe(404)
    expect((await colleague.post(`/drafts/${id}/discard`)).status).toBe(404)
    expect(await offersOn(colleague)).toEqual([])
    expect(await offersOn(owner)).toEqual([id])
  })

  it('does not take another account’s page for its own', async () => {
    const [owner, colleague] = [await signedIn(), await signedIn()]
    const { form } = await type(owner, unlikely())
    const token = (await formOn(colleague, '/settings', '/settings')).hidden._csrf
    const answer = await colleague.agent
      .post('/drafts')
      .type('form')
      .send({ _csrf: token, _page: form.hidden._page, _action: '/settings', x: unlikely() })
    expect(answer.status).toBe(422)
    expect(await offersOn(colleague)).toEqual([])
  })

  it('ends when its form is saved, even if a save of it comes late', async () => {
    const visitor = await signedIn()
    const { form, save } = await type(visitor, '11')
    const saved = await visitor.agent
      .post('/settings')
      .type('form')
      .send({ ...form.hidden, autoLogoutMinutes: '11', passwordMinimum: '8', secondSignIn: 'block' })
    expect(saved.status).toBe(303)
    await save()
    expect(await offersOn(visitor)).toEqual([])
  })

  it('is kept when its form comes back with something to put right', async () => {
    const visitor = await signedIn()
    const { form } = await type(visitor, '11')
    const wrong = await visitor.agent
      .post('/settings')
      .type('form')
      .send({ ...form.hidden, autoLogoutMinutes: '9999' })
    expect(wrong.status).toBe(422)
    const [id] = await offersOn(visitor)
    expect(JSON.stringify((await visitor.get(`/drafts/${id}/fields`)).body)).toContain('9999')
  })

  it('ends after 30 days', async () => {
    const visitor = await signedIn()
    await type(visitor, unlikely())
    const [id] = await offersOn(visitor)
    ostoja.skip(29 * days)
    await visitor.signIn(visitor.account)
    expect(await offersOn(visitor)).toEqual([id])
    ostoja.skip(1 * days)
    await visitor.signIn(visitor.account)
    expect(await offersOn(visitor)).toEqual([])
    expect((await visitor.get(`/drafts/${id}`)).status).toBe(404)
  })

  it('leads back to its page after an end that was not wished, and not after a sign-out', async () => {
    const visitor = await signedIn()
    await type(visitor, unlikely())
    ostoja.skip(11 * 60_000)
    expect((await visitor.signIn(visitor.account)).headers.location).toBe('/settings')
    await visitor.post('/sign-out')
    expect((await visitor.signIn(visitor.account)).headers.location).toBe('/')
    expect((await offersOn(visitor)).length).toBe(1)
  })

  it('leads nobody else to where its owner was', async () => {
    const visitor = await signedIn()
    const other = await ostoja.newAccount(tenant, ['staff'])
    await type(visitor, unlikely())
    ostoja.skip(11 * 60_000)
    await visitor.get('/settings')
    expect((await visitor.signIn(other)).headers.location).toBe('/')
  })

  it('of one tab is not the draft of another', async () => {
    const visitor = await signedIn()
    await type(visitor, unlikely('one'))
    await type(visitor, unlikely('two'))
    expect((await offersOn(visitor)).length).toBe(2)
  })
})

describe('a list of drafts', () => {
  it('names the contact and the client of a form of a contact, where the reader may see the client, and logs it', async () => {
    const visitor = await ostoja.signedIn(tenant, ['staff'])
    const client = await newClient(ostoja, systemActor(tenant), {
      givenNames: 'Olga',
      familyName: unlikely('Klientka'),
    })
    const { familyName } = (await ostoja.features.clients.view(systemActor(tenant), client)).profile
    const page = `/clients/${client}/contacts/new`
    const contact = unlikely('Kontakt')
    await type(visitor, contact, { page, action: `/clients/${client}/contacts` })
    const list = (await visitor.get('/drafts')).text
    expect(list).toContain(contact)
    expect(list).toContain(familyName)
    const events = async () => {
      const admin = new pg.Client(ostoja.database.adminUrl)
      await admin.connect()
      const { rows } = await admin.query<{ detail: { clients: string[] } }>(
        `select detail from audit_events where action = 'drafts.listed' and account_id = $1`,
        [visitor.account.id],
      )
      await admin.end()
      return rows.map(({ detail }) => detail.clients)
    }
    expect(await events()).toEqual([[client]])

    const named = (roles: Role[]) =>
      ostoja.features.drafts
        .list({ tenantId: tenant, accountId: visitor.account.id, roles })
        .then(listed => listed.map(draft => draft.client))
    expect(await named(['administrator'])).toEqual([null])
    expect(await named(['staff'])).toEqual([expect.stringContaining(familyName)])
  })
})
