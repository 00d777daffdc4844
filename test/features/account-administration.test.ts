import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { untilSomebodyWaits } from '../support/locks.ts'
import { startOstoja, unlikely, type Ostoja, type TestAccount } from '../support/ostoja.ts'
import { rounds } from '../support/rounds.ts'
import type { Visitor } from '../support/visitor.ts'

let ostoja: Ostoja
let tenant: string
let administrator: Visitor & { account: TestAccount }

beforeAll(async () => {
  ostoja = await startOstoja()
})
afterAll(() => ostoja.close())
beforeEach(async () => {
  tenant = await ostoja.newTenant('Schronisko Pod Dachem')
  administrator = await ostoja.signedIn(tenant, ['administrator'])
})

const person = (more: Record<string, string> = {}) => ({
  givenName: 'Łucja',
  familyName: 'Święcicka-Żak',
  email: '',
  'roles[staff]': 'on',
  language: 'en',
  handOver: 'password',
  ...more,
})
/** What stands on the page that shows it once. */
const handed = (html: string) => ({
  login: /id="handed-login"[^>]*>([^<]+)</.exec(html)?.[1] ?? '',
  password: /id="handed-password"[^>]*>([^<]+)</.exec(html)?.[1] ?? '',
})
const make = async (more: Record<string, string> = {}) => {
  const answer = await administrator.post('/accounts', person(more), '/accounts/new')
  expect(answer.status).toBe(201)
  const id = Number(/href="\/accounts\/(\d+)"/.exec(answer.text)?.[1])
  return { ...handed(answer.text), id, answer }
}
const formOf = async (id: number) =>
  /name="formId" value="([^"]+)"/.exec((await administrator.get(`/accounts/${id}`)).text)?.[1] ?? ''
const revisionOf = async (id: number) =>
  /name="revision" value="(\d+)"/.exec((await administrator.get(`/accounts/${id}`)).text)?.[1] ?? ''
const act = async (id: number, what: string, fields = {}) =>
  administrator.post(`/accounts/${id}/${what}`, fields, `/accounts/${id}`)
const events = async (action: string, subject?: number) =>
  (
    await ostoja.features.db.asTenant({ tenantId: tenant }, trx =>
      trx('audit_events').where({ action, ...(subject ? { subject_id: String(subject) } : {}) }),
    )
  ).length

describe('making an account', () => {
  it('shows login and password on the answer, once, and nowhere else', async () => {
    const { login, password, id, answer } = await make()
    expect(login).toBe(`LucjaSwiecickaZak${id}`)
    expect(password).toMatch(/^[\w!#%+=?@*]{4}(-[\w!#%+=?@*]{4}){3}$/)
    expect(answer.headers['cache-control']).toBe('no-store')
    expect(answer.headers.location).toBeUndefined()
    const later = [
      await administrator.get('/accounts'),
      await administrator.get(`/accounts/${id}`),
      await administrator.get('/'),
    ]
    for (const page of later) expect(page.text).not.toContain(password)
    const keys = await ostoja.platform.redis.keys('*')
    for (const key of keys.filter(key => key.startsWith('session:')))
      expect((await ostoja.platform.redis.get(key)) ?? '').not.toContain(password)
    expect(await events('account.created', id)).toBe(1)
  })

  it('makes one account of a form that is sent twice, one after the other or at once', async () => {
    const formId = randomUUID()
    const first = await administrator.post('/accounts', { ...person(), formId }, '/accounts/new')
    const second = await administrator.post('/accounts', { ...person(), formId }, '/accounts/new')
    expect([first.status, second.status]).toEqual([201, 303])
    expect(second.headers.location).toMatch(/^\/accounts\/\d+$/)
    expect((await administrator.get(second.headers.location!)).text).toContain('was created when you sent the form')

    const twice = randomUUID()
    const page = await administrator.get('/accounts/new')
    const send = () =>
      administrator.agent
        .post('/accounts')
        .type('form')
        .send({ ...person(), formId: twice, _csrf: administrator.tokenOf(page.text) })
    const answers = await Promise.all([send(), send(), send()])
    expect(answers.map(answer => answer.status).sort()).toEqual([201, 303, 303])
    expect(await events('account.created')).toBe(3) // the administrator, the first form, the second form
  })

  it('names every fault beside its field and keeps what was typed', async () => {
    const answer = await administrator.post(
      '/accounts',
      { ...person(), givenName: ' ', email: 'nobody', 'roles[staff]': undefined },
      '/accounts/new',
    )
    expect(answer.status).toBe(422)
    expect(answer.text).toContain('This field is required.')
    expect(answer.text).toContain('This doesn&#39;t look like an email address.')
    expect(answer.text).toContain('Choose at least one role.')
    expect(answer.text).toContain('value="Święcicka-Żak"')
  })

  it('makes nobody an operator, whatever is sent', async () => {
    const answer = await administrator.post(
      '/accounts',
      { ...person(), 'roles[staff]': undefined, 'roles[operator]': 'on' },
      '/accounts/new',
    )
    expect(answer.status).toBe(422)
  })

  it('lets the new person do nothing but choose a password first', async () => {
    const { login, password } = await make()
    const visitor = ostoja.visitor()
    await visitor.signIn({ login, password })
    for (const path of ['/', '/clients', '/account', '/notices', '/accounts']) {
      const answer = await visitor.get(path)
      expect([path, answer.status, answer.headers.location]).toEqual([path, 303, '/account/password'])
    }
    expect((await visitor.post('/account/language', { language: 'en' }, '/account/password')).headers.location).toBe(
      '/account/password',
    )
    expect(
      (await visitor.post('/language', { language: 'en', return_to: '/account/password' }, '/account/password')).status,
    ).toBe(303)

    const chosen = 'Zielony czajnik gwiżdże 7!'
    const answer = await visitor.post(
      '/account/password',
      { currentPassword: password, password: chosen },
      '/account/password',
    )
    expect([answer.status, answer.headers.location]).toEqual([303, '/'])
    expect((await visitor.get('/account')).status).toBe(200)

    const again = ostoja.visitor()
    await visitor.post('/sign-out')
    await again.signIn({ login, password: chosen })
    expect((await again.get('/')).status).toBe(200)
  })

  it('opens of all routes nothing else to somebody whose password must be changed', async () => {
    const { login, password, id } = await make({ 'roles[administrator]': 'on', 'roles[security_officer]': 'on' })
    const visitor = ostoja.visitor()
    await visitor.signIn({ login, password })
    const guarded = ostoja.routes.filter(route => route.policy.kind !== 'anyone')
    const opened: string[] = []
    for (const { method, path, policy } of guarded) {
      // A stream does not end; its policy alone says whom it lets in.
      if (path === '/sessions/stream') {
        if (policy.beforePasswordChange) opened.push(`${method} ${path}`)
        continue
      }
      const address = path.replace(/:\w+/g, String(id))
      const answer = method === 'get' ? await visitor.get(address) : await visitor.postBare(address)
      const shut = policy.background
        ? (answer.body as { mustChangePassword?: boolean }).mustChangePassword === true
        : answer.headers.location === '/account/password'
      if (!shut) opened.push(`${method} ${path}`)
    }
    expect(guarded.length).toBeGreaterThan(40)
    expect(opened.sort()).toEqual([
      'get /account/password',
      'get /sessions/current',
      'get /sessions/stream',
      'post /account/password',
      'post /sessions/close',
      'post /sessions/heartbeat',
      'post /sign-out',
    ])
  })

  it('does not let a password that must be changed be changed to itself', async () => {
    const { login, password } = await make()
    const visitor = ostoja.visitor()
    await visitor.signIn({ login, password })
    const answer = await visitor.post('/account/password', { currentPassword: password, password }, '/account/password')
    expect(answer.status).toBe(422)
    expect(answer.text).toContain('This is the password you have now.')
  })
})

describe('the list', () => {
  it('has the organisation’s people by name, the active and the deactivated apart', async () => {
    await make({ givenName: 'Zofia', familyName: 'Żuk' })
    await make({ givenName: 'Ewa', familyName: 'Łoś' })
    const { id } = await make({ givenName: 'Jan', familyName: 'Lis' })
    const names = async (path: string) =>
      [...(await administrator.get(path)).text.matchAll(/<bdi>([^<]+)<\/bdi>/g)].map(match => match[1])
    expect(await names('/accounts')).toEqual(['Lis, Jan', 'Łoś, Ewa', 'Testowa, Anna', 'Żuk, Zofia'])
    await act(id, 'deactivate')
    expect(await names('/accounts')).toEqual(['Łoś, Ewa', 'Testowa, Anna', 'Żuk, Zofia'])
    expect(await names('/accounts?status=deactivated')).toEqual(['Lis, Jan'])
  })

  it('and every account in it are another organisation’s nothing', async () => {
    const { id } = await make()
    const elsewhere = await ostoja.signedIn(await ostoja.newTenant(), ['administrator'])
    expect((await elsewhere.get('/accounts')).text).not.toContain('Święcicka')
    expect((await elsewhere.get(`/accounts/${id}`)).status).toBe(404)
    for (const what of ['', '/reset-password', '/deactivate', '/activate', '/end-session'])
      expect([
        what,
        (await elsewhere.post(`/accounts/${id}${what}`, person({ revision: '1' }), '/accounts')).status,
      ]).toEqual([what, 404])
    expect((await administrator.get('/accounts/99999999999')).status).toBe(404)
    expect((await administrator.get('/accounts/1e3')).status).toBe(404)
  })
})

describe('amending an account', () => {
  it('changes names, e-mail, roles and language, and never the login', async () => {
    const { id, login } = await make()
    const changed = {
      givenName: 'Łucja',
      familyName: 'Nowak',
      email: 'lucja@example.org',
      'roles[security_officer]': 'on',
      language: 'en',
    }
    expect(
      (
        await administrator.post(
          `/accounts/${id}`,
          { ...changed, revision: await revisionOf(id), login: 'Other1' },
          `/accounts/${id}`,
        )
      ).status,
    ).toBe(303)
    const page = (await administrator.get(`/accounts/${id}`)).text
    expect(page).toContain(login)
    for (const text of ['value="Nowak"', 'value="lucja@example.org"']) expect(page).toContain(text)
    expect(await events('account.amended', id)).toBe(1)
  })

  it('refuses what was filled in before somebody else changed it', async () => {
    const { id } = await make()
    const revision = await revisionOf(id)
    const first = await administrator.post(
      `/accounts/${id}`,
      { ...person({ familyName: 'Nowak' }), revision },
      `/accounts/${id}`,
    )
    const second = await administrator.post(
      `/accounts/${id}`,
      { ...person({ familyName: 'Lis' }), revision },
      `/accounts/${id}`,
    )
    expect([first.status, second.status]).toEqual([303, 409])
  })

  it('signs somebody out whose role is taken away', async () => {
    const staff = await ostoja.signedIn(tenant, ['staff', 'security_officer'])
    const { id } = staff.account
    const form = {
      ...person({ givenName: 'Anna', familyName: 'Testowa', language: 'en' }),
      revision: await revisionOf(id),
    }
    await administrator.post(`/accounts/${id}`, form, `/accounts/${id}`)
    expect((await staff.get('/')).status).toBe(303)
  })

  it('lets nobody take the administrator’s role or access from themselves', async () => {
    const { id } = administrator.account
    const form = { ...person(), revision: await revisionOf(id) }
    expect((await administrator.post(`/accounts/${id}`, form, `/accounts/${id}`)).status).toBe(409)
    expect((await act(id, 'deactivate')).status).toBe(409)
    expect((await act(id, 'reset-password')).status).toBe(409)
    expect((await administrator.get('/accounts')).status).toBe(200)
  })

  it('leaves one administrator where two remove each other at the same moment', async () => {
    for (let round = 0; round < rounds({ soak: 5, usual: 2 }); round++) {
      const here = await ostoja.newTenant()
      const [one, two] = [
        await ostoja.signedIn(here, ['administrator']),
        await ostoja.signedIn(here, ['administrator']),
      ]
      const answers = await Promise.all([
        one.post(`/accounts/${two.account.id}/deactivate`, {}, '/accounts'),
        two.post(`/accounts/${one.account.id}/deactivate`, {}, '/accounts'),
      ])
      const left = await ostoja.features.db.asTenant({ tenantId: here }, trx =>
        trx('accounts').where({ status: 'active' }),
      )
      expect([left.length, answers.filter(answer => answer.headers.location?.startsWith('/accounts')).length]).toEqual([
        1, 1,
      ])
    }
  })
})

describe('an administrator’s reset', () => {
  it('shows a new password once, ends the session, has it changed first, tells the owner, and is written down', async () => {
    const staff = await ostoja.signedIn(tenant, ['staff'])
    const { id, login, password: old } = staff.account
    const answer = await act(id, 'reset-password', { formId: await formOf(id) })
    expect(answer.status).toBe(200)
    const { password } = handed(answer.text)
    expect((await staff.get('/')).status).toBe(303)
    expect(await events('account.password-reset', id)).toBe(1)

    const visitor = ostoja.visitor()
    expect((await visitor.post('/sign-in', { login, password: old }, '/sign-in')).status).toBe(422)
    await visitor.signIn({ login, password })
    expect((await visitor.get('/')).headers.location).toBe('/account/password')
    await visitor.post(
      '/account/password',
      { currentPassword: password, password: 'Zielony czajnik gwiżdże 7!' },
      '/account/password',
    )
    const start = (await visitor.get('/')).text
    expect(start).toContain('An administrator gave you a new password')
    expect(start).toContain('Your password was changed')
  })

  it('is done once where the form is sent twice', async () => {
    const { id, login } = await make()
    const formId = await formOf(id)
    const first = await act(id, 'reset-password', { formId })
    const second = await act(id, 'reset-password', { formId })
    expect([first.status, second.status]).toEqual([200, 303])
    await ostoja.visitor().signIn({ login, password: handed(first.text).password })
  })
})

describe('deactivating', () => {
  it('ends the session at once, refuses the password like a wrong one, keeps the account, and can be undone', async () => {
    const staff = await ostoja.signedIn(tenant, ['staff'])
    const { id, login, password } = staff.account
    expect((await act(id, 'deactivate')).status).toBe(303)
    expect((await staff.get('/')).status).toBe(303) // the first request after the answer
    const visitor = ostoja.visitor()
    expect((await visitor.post('/sign-in', { login, password }, '/sign-in')).status).toBe(422)
    expect((await administrator.get(`/accounts/${id}`)).text).toContain('Deactivated')
    expect((await act(id, 'reset-password', { formId: randomUUID() })).status).toBe(409)

    await act(id, 'activate')
    await visitor.signIn({ login, password })
    expect([await events('account.deactivated', id), await events('account.activated', id)]).toEqual([1, 1])
  })

  it('lets nobody slip in whose password is being looked at in the same moment', async () => {
    const { login, password, id } = await ostoja.newAccount(tenant, ['staff'])
    const visitor = ostoja.visitor()
    let attempt: Promise<{ status: number }> | undefined
    await ostoja.features.db.asTenant({ tenantId: tenant }, async trx => {
      await trx('accounts').where({ id }).update({ status: 'deactivated' })
      attempt = visitor.post('/sign-in', { login, password }, '/sign-in') // finds it active: this is not committed yet
      await untilSomebodyWaits(ostoja)
    })
    expect((await attempt)?.status).not.toBe(303)
    expect((await visitor.get('/account')).status).toBe(303)
  })
})

describe('ending a session', () => {
  it('signs the person out and says whether anybody was signed in', async () => {
    const staff = await ostoja.signedIn(tenant, ['staff'])
    const { id, login, password } = staff.account
    expect((await administrator.get(`/accounts/${id}`)).text).toContain('last active')
    await act(id, 'end-session')
    expect((await administrator.get(`/accounts/${id}`)).text).toContain('The session has ended.')
    expect((await staff.get('/')).status).toBe(303)
    await ostoja.visitor().signIn({ login, password })
  })
})

describe('what is stored of an account', () => {
  it('says in the clear neither a name nor an address, but for the login', async () => {
    const [name, mail] = [unlikely('Zzq'), `${unlikely()}@example.org`]
    await make({ givenName: 'Zofia', familyName: name, email: mail })
    const { rows } = await ostoja.features.db.asTenant({ tenantId: tenant }, trx =>
      trx.raw(
        `select to_jsonb(a)::text || coalesce((select string_agg(to_jsonb(e)::text, '') from account_emails e), '') as text from accounts a`,
      ),
    )
    const text = (rows as { text: string }[]).map(row => row.text).join()
    expect(text).not.toContain(mail)
    expect(text.replace(/"login":\s*"[^"]*"/g, '')).not.toContain(name)
  })
})
