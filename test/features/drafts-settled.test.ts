import { Router } from 'express'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { installationId, type Role } from '../../src/platform/actor.ts'
import { signedIn } from '../../src/platform/web/guard.ts'
import { anotherWeb } from '../support/another-web.ts'
import { newClient } from '../support/clients.ts'
import { formsIn } from '../support/forms.ts'
import { startOstoja, unlikely, type Ostoja, type TestAccount } from '../support/ostoja.ts'
import { createVisitor, type Visitor } from '../support/visitor.ts'

let ostoja: Ostoja
let web: Awaited<ReturnType<typeof anotherWeb>>
let tenant: string
let client: string
let tenantWithoutAdministrator: string
const people = new Map<string, { visitor: Visitor; account: TestAccount }>()

const answers: Record<string, { status: number; page: boolean }> = {
  'a page (200)': { status: 200, page: true },
  'a page (201)': { status: 201, page: true },
  'a download': { status: 200, page: false },
  nothing: { status: 204, page: false },
}
const refusals = [403, 409, 422, 503]

const moreRoutes = () => {
  const router = Router()
  router.post('/answers/:status/:page', signedIn({ download: 'no-client-data' }), (req, res) => {
    res.status(Number(req.params.status))
    if (req.params.page === 'page') res.render('errors/forbidden')
    else res.attachment('list.csv').send('a;b')
  })
  return router
}

beforeAll(async () => {
  ostoja = await startOstoja()
  web = await anotherWeb(ostoja, [moreRoutes()])
  tenant = await ostoja.newTenant()
  tenantWithoutAdministrator = await ostoja.newTenant('Bare')
  for (const [who, home, roles] of [
    ['staff', tenant, ['staff', 'administrator', 'security_officer']],
    ['operator', installationId, ['operator']],
  ] as [string, string, Role[]][]) {
    const account = await ostoja.newAccount(home, roles)
    const visitor = createVisitor(web.url)
    await visitor.signIn(account)
    people.set(who, { visitor, account })
  }
  const { account } = people.get('staff')!
  client = await newClient(ostoja, { tenantId: tenant, accountId: account.id, roles: ['staff'] })
})
afterEach(async () => {
  for (const { account } of people.values()) await discardAll(account)
})
afterAll(async () => {
  await web.close()
  await ostoja.close()
})

const countOf = async ({ tenantId, id }: TestAccount) => {
  const rows = await ostoja.features.db.asTenant({ tenantId }, trx => trx('drafts').where({ account_id: id }))
  return rows.length
}
/** The form on a page, into which something is typed as the page's script tells it. */
const typedOn = async (visitor: Visitor, page: string, action: string, as = action) => {
  const form = formsIn((await visitor.get(page)).text).find(found => found.action === action)
  if (!form) throw new Error(`${page} has no form that goes to ${action}`)
  const { _csrf, _page } = form.hidden
  const typed = { _csrf, _page, _action: as, words: unlikely() }
  const kept = await visitor.agent.post('/drafts').type('form').send(typed)
  expect(kept.status).toBe(204)
  return form
}
const send = (visitor: Visitor, action: string, fields: object) => visitor.agent.post(action).type('form').send(fields)
const discardAll = async ({ tenantId, id }: TestAccount) =>
  ostoja.features.db.asTenant({ tenantId }, trx => trx('drafts').where({ account_id: id }).delete())

type Saved = { who?: 'staff' | 'operator'; page: () => string; action: () => string; fields: Record<string, string> }
const at = (path: string) => () => path
const saved: Record<string, Saved> = {
  'a new account': {
    page: at('/accounts/new'),
    action: at('/accounts'),
    fields: { givenName: 'Jan', familyName: 'Nowak', 'roles[staff]': 'on', language: 'pl', handOver: 'password' },
  },
  'a new client': {
    page: at('/clients/new'),
    action: at('/clients'),
    fields: { familyName: 'Kowalska', gender: 'unknown' },
  },
  'a client’s record': {
    page: () => `/clients/${client}/edit`,
    action: () => `/clients/${client}`,
    fields: { familyName: 'Nowakowska', gender: 'unknown' },
  },
  'a group': { page: at('/groups'), action: at('/groups'), fields: { name: 'North' } },
  'the settings': {
    page: at('/settings'),
    action: at('/settings'),
    fields: { autoLogoutMinutes: '12', passwordMinimum: '8', secondSignIn: 'block' },
  },
  'a search': { page: at('/clients'), action: at('/searches'), fields: { query: 'Nowak' } },
  'a new organisation': {
    who: 'operator',
    page: at('/tenants/new'),
    action: at('/tenants'),
    fields: { name: 'Third', language: 'pl' },
  },
  'its administrator': {
    who: 'operator',
    page: () => `/tenants/${tenantWithoutAdministrator}/administrator`,
    action: () => `/tenants/${tenantWithoutAdministrator}/administrator`,
    fields: { givenName: 'Ewa', familyName: 'Nowa', language: 'pl', handOver: 'password' },
  },
}

describe('a form that was saved leaves no draft', () => {
  it.each(Object.entries(answers))('where the answer is %s', async (_, { status, page }) => {
    const { visitor, account } = people.get('staff')!
    const action = `/answers/${status}/${page ? 'page' : 'file'}`
    const form = await typedOn(visitor, '/settings', '/settings', action)
    expect(await countOf(account)).toBe(1)
    expect((await send(visitor, action, { ...form.hidden, words: 'x' })).status).toBe(status)
    expect(await countOf(account)).toBe(0)
  })

  it.each(Object.keys(saved))('%s', async name => {
    const { who = 'staff', page, action, fields } = saved[name]!
    const { visitor, account } = people.get(who)!
    const form = await typedOn(visitor, page(), action())
    const answer = await send(visitor, action(), { ...form.hidden, ...fields })
    expect([name, answer.status, answer.status < 400]).toEqual([name, answer.status, true])
    expect(await countOf(account)).toBe(0)
  })
})

describe('a form that was not saved', () => {
  it.each(refusals)('keeps its draft where the answer is %i', async status => {
    const { visitor, account } = people.get('staff')!
    const form = await typedOn(visitor, '/settings', '/settings', `/answers/${status}/page`)
    await send(visitor, `/answers/${status}/page`, { ...form.hidden, words: 'x' })
    expect(await countOf(account)).toBe(1)
  })

  it('leaves no draft where nothing was typed', async () => {
    const { visitor, account } = people.get('staff')!
    const { hidden } = formsIn((await visitor.get('/clients/new')).text).find(f => f.action === '/clients')!
    const asMade = { 'phones[0][number]': '', 'phones[0][text]': 'unknown', 'phones[0][voicemail]': 'unknown' }
    const empty = { ...hidden, ...asMade, gender: 'unknown', familyName: '' }
    expect((await send(visitor, '/clients', empty)).status).toBe(422)
    expect(await countOf(account)).toBe(0)
    const kept = { ...hidden, _action: '/clients', _untouched: '1', familyName: 'typed and deleted' }
    expect((await send(visitor, '/drafts', kept)).status).toBe(204)
    expect(await countOf(account)).toBe(0)
    expect((await send(visitor, '/clients', { ...hidden, _csrf: 'wrong', _untouched: '1' })).status).toBe(403)
    expect(await countOf(account)).toBe(0)
  })

  it('is listed by its form, what it is about and when it was typed, to its owner only', async () => {
    const { visitor } = people.get('staff')!
    const familyName = unlikely('Zapomniany')
    const { hidden } = formsIn((await visitor.get('/accounts/new')).text).find(f => f.action === '/accounts')!
    await send(visitor, '/accounts', { ...hidden, givenName: '', familyName })
    const list = (await visitor.get('/drafts')).text
    expect(list).toContain('New account')
    expect(list).toContain(familyName)
    const other = await ostoja.signedIn(tenant, ['staff', 'administrator'])
    expect((await other.get('/drafts')).text).not.toContain(familyName)
  })
})
