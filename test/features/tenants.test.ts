import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { installationId, systemActor } from '../../src/platform/actor.ts'
import { formsIn } from '../support/forms.ts'
import { startOstoja, unlikely, type Ostoja } from '../support/ostoja.ts'
import { noteCosts } from '../support/page-costs.ts'
import { until } from '../support/until.ts'
import type { Visitor } from '../support/visitor.ts'
import { clientProfile, furnish } from '../support/world.ts'

let ostoja: Ostoja
let operator: Visitor

beforeAll(async () => {
  ostoja = await startOstoja()
  operator = await ostoja.signedIn(installationId, ['operator'])
})
afterAll(() => ostoja.close())

const day = 24 * 60 * 60_000
const form = { name: 'Harbour', domain: '', language: 'en', mostAccounts: '', mostClients: '', mostMegabytes: '' }
const eventsIn = async (tenantId: string, subject: string): Promise<string[]> => {
  const rows: { action: string }[] = await ostoja.features.db.asTenant({ tenantId }, trx =>
    trx('audit_events').where({ subject_id: subject }).orderBy('id').select('action'),
  )
  return rows.map(({ action }) => action)
}
const register = async (more: object = {}) => {
  const answer = await operator.post('/tenants', { ...form, ...more, formId: randomUUID() }, '/tenants/new')
  expect([answer.status, answer.headers.location]).toEqual([303, expect.stringMatching(/^\/tenants\/[0-9a-f-]{36}$/)])
  return String(answer.headers.location).split('/').at(-1)!
}
const asOperator = (path: string, fields = {}) => operator.post(path, fields, '/tenants/new')
const find = (id: string) => ostoja.features.tenants.find(systemActor(installationId), id)
const newClient = (tenantId: string, id = randomUUID()) =>
  ostoja.features.clients.create(systemActor(tenantId), id, clientProfile)

describe('making an organisation', () => {
  it('gives it keys, name and limits, once for one form, and leaves an event with the operators and one with it', async () => {
    const formId = randomUUID()
    const wish = { ...form, name: unlikely('Przystań '), mostClients: 7, mostMegabytes: 3, formId }
    const [first, second] = [await operator.post('/tenants', wish, '/tenants/new'), await asOperator('/tenants', wish)]
    expect(first.headers.location).toBe(second.headers.location)
    const id = String(first.headers.location).split('/').at(-1)!
    expect(await find(id)).toMatchObject({ name: wish.name, mostClients: 7, mostBytes: 3_000_000, accounts: 0 })
    expect(await eventsIn(installationId, id)).toEqual(['tenant.created'])
    expect(await eventsIn(id, id)).toEqual(['tenant.created'])
    await newClient(id) // sealed with keys of its own
    expect((await operator.get('/tenants')).text).toContain(wish.name)
  })

  it('names what is wrong beside its field, keeps what was typed, and makes nothing', async () => {
    const before = (await ostoja.features.tenants.open()).length
    for (const [wrong, words] of [
      [{ name: ' ' }, 'required'],
      [{ domain: 'https://x.org' }, 'not a host name'],
      [{ mostAccounts: 'many' }, 'whole number'],
      [{ mostClients: '0' }, 'whole number'],
      [{ language: 'de' }, 'Choose one'],
    ] as const) {
      const answer = await asOperator('/tenants', { ...form, name: 'Kept name', ...wrong })
      expect([answer.status, answer.text.includes(words)]).toEqual([422, true])
      if (!('name' in wrong)) expect(answer.text).toContain('value="Kept name"')
    }
    expect(await ostoja.features.tenants.open()).toHaveLength(before)
  })

  it('gives an address to one organisation only, whose sign-in page shows its name there', async () => {
    const id = await register({ name: 'Harbour Own', domain: 'Ostoja.Harbour.org' })
    const again = await asOperator('/tenants', { ...form, domain: 'ostoja.harbour.org' })
    expect([again.status, again.text.includes('Another organisation has this address')]).toEqual([422, true])
    const there = await ostoja.visitor().get('/sign-in').set('Host', 'ostoja.harbour.org')
    expect(there.text).toContain('Harbour Own')
    expect((await ostoja.visitor().get('/sign-in')).text).not.toContain('Harbour Own')
    const other = await register()
    const amended = await asOperator(`/tenants/${other}`, { ...form, domain: 'ostoja.harbour.org' })
    expect(amended.status).toBe(422)
    expect((await asOperator(`/tenants/${id}`, { ...form, name: 'Harbour Own' })).status).toBe(303)
    expect(await find(id)).toMatchObject({ domain: null })
  })

  it('makes the first administrator with a password shown once, and no second one', async () => {
    const id = await register()
    const made = await asOperator(`/tenants/${id}/administrator`, { givenName: 'Ewa', language: 'pl' })
    expect(made.status).toBe(201)
    const [, login] = /id="handed-login"[^>]*>([^<]+)</.exec(made.text)!
    const [, password] = /id="handed-password"[^>]*>([^<]+)</.exec(made.text)!
    const administrator = ostoja.visitor()
    await administrator.signIn({ login: login!, password: password! })
    expect((await administrator.get('/accounts')).headers.location).toBe('/account/password')
    expect(await eventsIn(installationId, id)).toEqual(['tenant.created', 'tenant.administrator-made'])

    const second = await asOperator(`/tenants/${id}/administrator`, { givenName: 'Zoja', language: 'pl' })
    expect([second.status, second.text.includes('already has an administrator')]).toEqual([409, true])
    expect((await operator.get(`/tenants/${id}/administrator`)).status).toBe(409)
    expect((await find(id)).accounts).toBe(1)
  })

  it('makes one administrator of two that are asked for at the same moment', async () => {
    const id = await register()
    const page = await operator.get(`/tenants/${id}/administrator`)
    const ask = (givenName: string) =>
      operator.agent
        .post(`/tenants/${id}/administrator`)
        .type('form')
        .send({ givenName, language: 'pl', _csrf: operator.tokenOf(page.text), formId: randomUUID() })
    const answers = await Promise.all([ask('Ewa'), ask('Zoja')])
    expect(answers.map(answer => answer.status).sort()).toEqual([201, 409])
    expect((await find(id)).accounts).toBe(1)
  })
})

describe('limits', () => {
  it('hold where rows are made, at the same moment too, say so clearly and keep what was typed', async () => {
    const id = await register({ mostClients: 3 })
    const staff = await ostoja.signedIn(id, ['staff'])
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => newClient(id)))
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(3)
    expect((await find(id)).clients).toBe(3)

    const page = await staff.get('/clients/new')
    const { hidden } = formsIn(page.text).find(({ action }) => action === '/clients')!
    const refused = await staff.agent
      .post('/clients')
      .type('form')
      .set('Accept-Language', 'en')
      .send({ ...hidden, givenNames: 'Zenobia', familyName: 'Typed', gender: 'female' })
    expect([refused.status, refused.text.includes('reached its limit of clients')]).toEqual([409, true])
    expect((await staff.get('/drafts')).text).toMatch(/href="\/drafts\/[0-9a-f-]{36}"/)

    // What is there can be changed, and room that is made free is used again.
    await asOperator(`/tenants/${id}`, { ...form, mostClients: 4 })
    await newClient(id)
    await expect(newClient(id)).rejects.toMatchObject({ code: 'OS001' })
  })

  it('of accounts count those who can sign in', async () => {
    const id = await register({ mostAccounts: 2 })
    const administrator = await ostoja.signedIn(id, ['administrator'])
    const other = await ostoja.newAccount(id, ['staff'])
    const refused = await administrator.post(
      '/accounts',
      { givenName: 'Third', 'roles[staff]': 'on', language: 'en', handOver: 'password' },
      '/accounts/new',
    )
    expect([refused.status, refused.text.includes('reached its limit of accounts')]).toEqual([409, true])
    await administrator.post(`/accounts/${other.id}/deactivate`, {}, '/accounts')
    await ostoja.newAccount(id, ['staff'])
    expect((await administrator.post(`/accounts/${other.id}/activate`, {}, '/accounts')).status).toBe(409)
    expect((await find(id)).accounts).toBe(2)
  })

  it('let an import in as far as there is room, and name the reason for the rest', async () => {
    const id = await register({ mostClients: 2 })
    const staff = await ostoja.signedIn(id, ['staff'])
    const rows = ['Ala;Pierwsza', 'Ola;Druga', 'Ula;Trzecia', 'Ela;Czwarta', 'Iga;Piąta']
    const file = Buffer.from(['Imię;Nazwisko', ...rows].join('\n'))
    const upload = await staff.upload('/imports', 'file', file, 'a.csv', '/imports')
    const address = String(upload.headers.location)
    const columns: Record<string, string> = {}
    const page = (await staff.get(address)).text
    columns.encoding = /name="encoding" value="([^"]+)"/.exec(page)![1]!
    for (const [, name, options] of page.matchAll(/<select[^>]*?name="([^"]+)"[^>]*>(.*?)<\/select>/gs))
      columns[name!] = /<option value="([^"]*)" selected/.exec(options!)?.[1] ?? ''
    await staff.post(`${address}/columns`, columns, address)
    await until('the rows were checked', async () => (await staff.get(address)).text.includes(`${address}/start`))
    await staff.post(`${address}/start`, {}, address)
    await until(
      'the rows were brought in',
      async () => ((await staff.get(`${address}/progress`)).body as { done: boolean }).done,
    )
    const refused = (await staff.get(`${address}/rows?show=refused`)).text
    expect(refused.match(/reached its limit of clients/g)).toHaveLength(3)
    expect((await find(id)).clients).toBe(2)
  })

  it('of storage refuse what is new once it is used up, and are measured by lengths alone', async () => {
    const id = await register({ mostMegabytes: 1 })
    await newClient(id)
    const counted = (await find(id)).bytes!
    ostoja.skip(2 * day)
    await ostoja.features.tenants.measure()
    const measured = await find(id)
    expect(measured.bytes).toBeGreaterThanOrEqual(counted)
    expect(measured.measuredAt).toBeInstanceOf(Date)
    await ostoja.features.db.asTenant({ tenantId: id }, trx => trx('tenant_usage').update({ bytes: 1_000_000 }))
    await expect(newClient(id)).rejects.toMatchObject({ code: 'OS001', constraint: 'most_bytes' })
    operator = await ostoja.signedIn(installationId, ['operator'])
  })
})

describe('suspending an organisation', () => {
  it('ends every session at once and tells the right password, only, why it does not open', async () => {
    const id = await register()
    const people = await Promise.all([1, 2, 3].map(() => ostoja.signedIn(id, ['staff'])))
    expect((await asOperator(`/tenants/${id}/suspend`)).status).toBe(303)
    for (const person of people) expect((await person.get('/')).headers.location).toBe('/sign-in')
    const [person] = people
    expect((await person!.get('/sign-in')).text).toContain('access is suspended')

    const { account } = person!
    const right = await ostoja.visitor().post('/sign-in', account, '/sign-in')
    expect([right.status, right.text.includes('access is suspended')]).toEqual([403, true])
    const wrong = await ostoja.visitor().post('/sign-in', { ...account, password: 'wrong' }, '/sign-in')
    expect([wrong.status, wrong.text.includes('access is suspended')]).toEqual([422, false])

    expect((await asOperator(`/tenants/${id}/resume`)).status).toBe(303)
    await ostoja.visitor().signIn(account)
    expect(await eventsIn(installationId, id)).toEqual(['tenant.created', 'tenant.suspended', 'tenant.resumed'])
  })

  it('turns away a sign-in that had looked before and claims its session after', async () => {
    const id = await register()
    const account = await ostoja.newAccount(id, ['staff'])
    const { sessions } = ostoja.features
    const { claim } = sessions
    sessions.claim = async (...parts) => {
      sessions.claim = claim
      await asOperator(`/tenants/${id}/suspend`)
      return claim(...parts)
    }
    expect((await ostoja.visitor().post('/sign-in', account, '/sign-in')).status).toBe(422)
    expect(await sessions.look({ tenantId: id, accountId: account.id })).toBeNull()
  })
})

describe('closing an organisation', () => {
  const close = (id: string, fields: object) => asOperator(`/tenants/${id}/close`, fields)

  it('asks for the name, shuts the doors, can be taken back, and then is where it was', async () => {
    const id = await register({ name: 'Harbour  Łódź' })
    const staff = await ostoja.signedIn(id, ['staff'])
    const wrong = await close(id, { days: 30, name: 'Harbour' })
    expect([wrong.status, wrong.text.includes('not the name')]).toEqual([422, true])
    expect((await close(id, { days: 0, name: 'Harbour Łódź' })).status).toBe(422)
    expect((await staff.get('/')).status).toBe(200)

    expect((await close(id, { days: 30, name: ' Harbour Łódź' })).status).toBe(303)
    expect((await staff.get('/')).headers.location).toBe('/sign-in')
    expect((await find(id)).state).toBe('closing')
    expect((await asOperator(`/tenants/${id}/resume`)).status).toBe(409)
    expect((await operator.get('/tenants?show=closing')).text).toContain('Łódź')

    expect((await asOperator(`/tenants/${id}/cancel-closing`)).status).toBe(303)
    expect((await find(id)).state).toBe('active')
    expect((await asOperator(`/tenants/${id}/cancel-closing`)).status).toBe(409)

    await asOperator(`/tenants/${id}/suspend`)
    await close(id, { days: 30, name: 'Harbour Łódź' })
    await asOperator(`/tenants/${id}/cancel-closing`)
    expect((await find(id)).state).toBe('suspended')
  })

  it('destroys it when the waiting time is over, not a day before, and nobody who was saved', async () => {
    const [doomed, saved] = [
      await register({ name: 'Doomed', domain: 'doomed.example.org' }),
      await register({ name: 'Saved' }),
    ]
    await newClient(doomed)
    const clientId = randomUUID()
    await newClient(saved, clientId)
    await close(doomed, { days: 2, name: 'Doomed' })
    await close(saved, { days: 2, name: 'Saved' })
    const { tenants, erasures } = ostoja.features
    await tenants.destroyDue()
    expect((await find(doomed)).state).toBe('closing')

    ostoja.skip(2 * day + 1000)
    operator = await ostoja.signedIn(installationId, ['operator'])
    await asOperator(`/tenants/${saved}/cancel-closing`)
    // Asked by somebody who looked before it was taken back.
    await erasures.destroyTenantIfDue(saved, new Date(Date.now() + 10 * day))
    await tenants.destroyDue()
    expect(await find(doomed)).toMatchObject({ state: 'closed', name: '—', domain: null })
    const keys = await ostoja.features.db.asTenant({ tenantId: doomed }, trx => trx('tenant_keys').select('id'))
    expect(keys).toEqual([])
    expect((await find(saved)).state).toBe('active')
    expect(await ostoja.features.clients.view(systemActor(saved), clientId)).toMatchObject({ id: clientId })
    for (const verb of ['suspend', 'resume', 'cancel-closing'])
      expect((await asOperator(`/tenants/${doomed}/${verb}`)).status).toBe(409)
  })
})

describe('operators', () => {
  it('see of organisations names and numbers, and no row of any of their tables', async () => {
    const world = await furnish(ostoja, 'Full house')
    const { rows } = await ostoja.features.db.asTenant({ tenantId: installationId }, trx =>
      trx.raw<{ rows: { name: string }[] }>(
        `select table_name as name from information_schema.columns
          where table_schema = 'public' and column_name = 'tenant_id' and table_name <> 'tenant_usage'`,
      ),
    )
    expect(rows.length).toBeGreaterThan(15)
    for (const { name } of rows) {
      const seen = await ostoja.features.db.asTenant({ tenantId: installationId }, trx =>
        trx(name).whereNot('tenant_id', installationId).first('tenant_id'),
      )
      expect([name, seen]).toEqual([name, undefined])
    }
    for (const route of ostoja.routes.filter(
      route => route.method === 'get' && route.policy.roles.includes('operator'),
    )) {
      const path = route.path.replace(/:(\w+)/g, (_, name: string) => world.ids[name] ?? '')
      const { text } = await operator.get(path)
      for (const word of ['Święcicka', 'Święcicki', '500000123', 'Testowa, Anna'])
        expect([path, text.includes(word)]).toEqual([path, false])
    }
  })

  it('list a thousand organisations by as few statements as some', async () => {
    const costs = noteCosts(ostoja.platform.redis)
    try {
      const some = await costs.of(async () => expect((await operator.get('/tenants')).status).toBe(200))
      await ostoja.features.db.asTenant({ tenantId: installationId }, trx =>
        trx.raw(`insert into tenants (name) select 'Many ' || n from generate_series(1, 1000) n`),
      )
      const many = await costs.of(async () => {
        const answer = await operator.get('/tenants?page=3')
        expect(answer.status).toBe(200)
        expect(answer.text.match(/href="\/tenants\/[0-9a-f-]{36}"/g)).toHaveLength(50)
      })
      expect(many.statements.length).toBeLessThan(some.statements.length + 5)
    } finally {
      costs.stop()
    }
  })
})

describe('a round of the worker', () => {
  it('goes on where it fails for one organisation, and fails in the end', async () => {
    await ostoja.newTenant()
    const all = await ostoja.features.tenants.open()
    expect(all.length).toBeGreaterThan(1)
    const visited: string[] = []
    const round = ostoja.features.tenants.forEachOpen(tenantId => {
      visited.push(tenantId)
      return tenantId === all[0] ? Promise.reject(new Error('cannot be looked at')) : Promise.resolve()
    })
    await expect(round).rejects.toThrow('cannot be looked at')
    expect(visited).toEqual(all)
  })
})
