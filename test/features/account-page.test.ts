import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { browserOf } from '../../src/features/account-page/browser.ts'
import { startOstoja, type Ostoja, type TestAccount } from '../support/ostoja.ts'
import type { Visitor } from '../support/visitor.ts'

let ostoja: Ostoja
let tenant: string
let visitor: Visitor & { account: TestAccount }

beforeAll(async () => {
  ostoja = await startOstoja()
  tenant = await ostoja.newTenant()
})
afterAll(() => ostoja.close())
beforeEach(async () => {
  visitor = await ostoja.signedIn(tenant, ['staff'])
})

const good = 'Zielony czajnik gwiżdże 7!'
const change = (fields: object, from = visitor) => from.post('/account/password', { ...fields }, '/account/password')
const signInFrom = async (account: TestAccount, userAgent: string) => {
  const browser = ostoja.visitor()
  browser.agent.set('User-Agent', userAgent)
  await browser.signIn(account)
  return browser
}

describe('my account', () => {
  it('says who I am, which organisation, which roles', async () => {
    const page = (await visitor.get('/account')).text
    for (const text of ['Anna Testowa', visitor.account.login, 'Test Shelter', 'Staff']) expect(page).toContain(text)
  })

  it('keeps my language with the account, so that another browser has it too', async () => {
    await visitor.post('/account/language', { language: 'pl' }, '/account')
    expect((await visitor.get('/account')).text).toContain('lang="pl"')
    await visitor.post('/sign-out')
    const other = await signInFrom(visitor.account, 'x')
    expect((await other.get('/')).text).toContain('lang="pl"')
    expect((await visitor.post('/account/language', { language: 'xx' }, '/sign-in')).status).toBe(303)
  })

  it('lists where I signed in from, kept sealed, and marks this browser', async () => {
    await visitor.post('/sign-out')
    const firefox = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0'
    const browser = await signInFrom(visitor.account, firefox)
    const page = (await browser.get('/account')).text
    expect(page).toContain('Firefox 145, Windows')
    expect(page).toMatch(/127\.0\.0\.1|::1/)
    expect(page.match(/This browser/g)).toHaveLength(1)
    const rows = await ostoja.features.db.asTenant({ tenantId: tenant }, trx => trx('sign_ins'))
    expect(JSON.stringify(rows)).not.toMatch(/Firefox|127\.0\.0\.1/)
  })

  it('forgets sign-ins and browsers by night whose time has come, though nobody signs in', async () => {
    const here = await ostoja.newTenant()
    const { account } = await ostoja.signedIn(here, ['staff'])
    const count = (table: string) =>
      ostoja.features.db.asTenant({ tenantId: here }, async trx => ((await trx(table)) as unknown[]).length)
    await ostoja.features.db.asTenant({ tenantId: here }, async trx => {
      const [day, at] = [86_400_000, (days: number) => new Date(Date.now() - days * day)]
      const old = { tenant_id: here, account_id: account.id }
      await trx('sign_ins').insert({ ...old, at: at(366), seen_sealed: Buffer.alloc(1) })
      await trx('known_devices').insert({ ...old, device: 'old', last_used_at: at(401) })
    })
    expect([await count('sign_ins'), await count('known_devices')]).toEqual([2, 2])
    await (ostoja.features.tasks['tenants.sweep'] as () => Promise<unknown>)()
    expect([await count('sign_ins'), await count('known_devices')]).toEqual([1, 1])
  })

  it('forgets by night what notices are older than a year and what password links are dead, though nothing happens', async () => {
    const here = await ostoja.newTenant()
    const { id } = await ostoja.newAccount(here, ['staff'])
    const [day, now] = [86_400_000, ostoja.platform.clock().getTime()]
    const of = (account_id: number) => ({ tenant_id: here, account_id })
    const daysFrom = (days: number) => new Date(now + days * day)
    await ostoja.features.db.asTenant({ tenantId: here }, async trx => {
      for (const at of [-366, -364])
        await trx('notices').insert({ ...of(id), kind: 'password-changed', detail: '{}', created_at: daysFrom(at) })
      const links = [
        { created_at: daysFrom(-8), expires_at: daysFrom(-1) },
        { created_at: daysFrom(-2), expires_at: null },
        { created_at: daysFrom(-1), expires_at: daysFrom(1) },
        { created_at: daysFrom(-0.5), expires_at: null },
      ]
      for (const link of links) await trx('password_links').insert({ ...of(id), purpose: 'first', ...link })
    })
    await (ostoja.features.tasks['tenants.sweep'] as () => Promise<unknown>)()

    const left = (table: string) =>
      ostoja.features.db.asTenant({ tenantId: here }, async trx =>
        ((await trx(table).orderBy('created_at').select('created_at')) as { created_at: Date }[]).map(row =>
          Number(((row.created_at.getTime() - now) / day).toFixed(1)),
        ),
      )
    expect([await left('notices'), await left('password_links')]).toEqual([[-364], [-1, -0.5]])
    expect(ostoja.features.schedule['tenants.sweep']).toMatch(/^\d+ \d+ \* \* \*$/)
  })

  it('forgets sign-ins after a year', async () => {
    const { account } = visitor
    await ostoja.features.db.asTenant({ tenantId: tenant }, trx =>
      trx('sign_ins').insert({
        tenant_id: tenant,
        account_id: account.id,
        at: new Date(Date.now() - 366 * 86_400_000),
        seen_sealed: Buffer.alloc(1),
      }),
    )
    await visitor.post('/sign-out')
    await visitor.signIn(account)
    const rows = await ostoja.features.db.asTenant({ tenantId: tenant }, trx =>
      trx('sign_ins').where({ account_id: account.id }),
    )
    expect(rows).toHaveLength(2)
  })

  it('tells me of a sign-in from a browser that is new to my account, and only of that', async () => {
    const { account } = visitor
    expect((await visitor.get('/')).text).not.toContain('new browser')
    await visitor.post('/sign-out')
    await visitor.signIn(account)
    expect((await visitor.get('/')).text).not.toContain('new browser')
    await visitor.post('/sign-out')
    const other = await signInFrom(account, 'x')
    expect((await other.get('/')).text).toContain('Somebody signed in from a new browser')
  })
})

describe('changing my password', () => {
  it('asks the old one, and works from the next sign-in on', async () => {
    const { login, password } = visitor.account
    expect((await change({ currentPassword: 'Wrong-password-1', password: good })).text).toContain(
      'This is not your current password.',
    )
    const answer = await change({ currentPassword: password, password: good })
    expect([answer.status, answer.headers.location]).toEqual([303, '/account'])
    expect((await visitor.get('/account')).text).toContain('Your password is changed.')
    await visitor.post('/sign-out')
    expect((await ostoja.visitor().post('/sign-in', { login, password }, '/sign-in')).status).toBe(422)
    await ostoja.visitor().signIn({ login, password: good })
  })

  it('says everything that is wrong with the new one, beside its field, and shows neither', async () => {
    const answer = await change({ currentPassword: visitor.account.password, password: 'abcdefghij' })
    expect(answer.status).toBe(422)
    for (const text of ['An upper-case letter is missing.', 'A digit is missing.', 'A special character is missing'])
      expect(answer.text).toContain(text)
    expect(answer.text).not.toContain('abcdefghij')
    expect(answer.text).not.toContain(visitor.account.password)
  })

  it('obeys the organisation’s own minimum', async () => {
    const strict = await ostoja.newTenant('Strict')
    await ostoja.features.db.asTenant({ tenantId: strict }, trx =>
      trx('tenants').where({ id: strict }).update({ password_minimum: 24 }),
    )
    const someone = await ostoja.signedIn(strict, ['staff'])
    const answer = await change({ currentPassword: someone.account.password, password: 'Xk7#mQ2p-no' }, someone)
    expect(answer.text).toContain('This is too short; the least number of characters is 24.')
  })

  it('keeps spaces, takes another form of the same letters for the same, and any script', async () => {
    const { login, password } = visitor.account
    const typed = '  Żółta ścieżka 7 🦔 до дому '
    expect((await change({ currentPassword: password, password: typed })).status).toBe(303)
    await visitor.post('/sign-out')
    expect((await ostoja.visitor().post('/sign-in', { login, password: typed.trim() }, '/sign-in')).status).toBe(422)
    await ostoja.visitor().signIn({ login, password: typed.normalize('NFD') })
  })

  /** Each rule of the page with its state. */
  const rulesOf = (page: string) =>
    [...page.matchAll(/data-state="(\w+)"[^]*?<span data-rule-text>([^<]*)</g)].map(([, state, text]) => [state, text])

  it('lists every rule, and after a refusal which one failed, beside the field and in the list', async () => {
    const before = rulesOf((await visitor.get('/account/password')).text)
    expect(before.map(([state]) => state)).toEqual(Array(7).fill('open'))
    expect(before[1]).toEqual(['open', 'An upper-case letter'])

    const answer = await change({ currentPassword: visitor.account.password, password: 'Abcdef1!' })
    expect(answer.status).toBe(422)
    expect(rulesOf(answer.text).filter(([state]) => state === 'failed')).toEqual([
      ['failed', 'Not a common or leaked password, nor a common word with digits and signs around it'],
    ])
    expect(answer.text).toMatch(/id="password-problem"[^]*?It is too common: a password that has leaked/)
    expect(answer.text).toMatch(/aria-describedby="password-hint password-problem password-rules"/)
    const same = await change({ currentPassword: visitor.account.password, password: visitor.account.password })
    expect(rulesOf(same.text).filter(([state]) => state === 'failed')).toEqual([
      ['failed', 'Not your present password'],
    ])
  })

  it('says it in the reader’s language', async () => {
    await visitor.post('/account/language', { language: 'pl' }, '/account')
    const answer = await change({ currentPassword: visitor.account.password, password: 'Abcdef1!' })
    expect(answer.text).toMatch(/id="password-problem"[^]*?To hasło jest zbyt popularne/)
    expect(rulesOf(answer.text)).toContainEqual(['met', 'Wielka litera'])
  })

  it('takes a passphrase without the mixture only where the organisation allows it; what people have works on', async () => {
    const here = await ostoja.newTenant('Settings')
    const administrator = await ostoja.signedIn(here, ['administrator'])
    const allow = (passphrases: object) =>
      administrator.post(
        '/settings',
        { autoLogoutMinutes: 10, secondSignIn: 'block', passwordMinimum: 8, ...passphrases },
        '/settings',
      )
    const someone = await ostoja.signedIn(here, ['staff'])
    const { login, password } = someone.account
    const passphrase = 'zielony czajnik gwiżdże'
    const refused = await change({ currentPassword: password, password: passphrase }, someone)
    expect([refused.status, rulesOf(refused.text).filter(([state]) => state === 'failed').length]).toEqual([422, 3])

    expect((await allow({ passphrases: 'on' })).status).toBe(303)
    expect((await administrator.get('/settings')).text).toMatch(/name="passphrases"[^>]*checked/)
    expect((await someone.get('/account/password')).text).toContain('A digit, or 15 characters or more')
    expect((await change({ currentPassword: password, password: passphrase }, someone)).status).toBe(303)

    expect((await allow({})).status).toBe(303)
    await someone.post('/sign-out')
    await someone.signIn({ login, password: passphrase })
    const events = await ostoja.features.db.asTenant({ tenantId: here }, trx =>
      trx('audit_events').where({ action: 'settings.changed' }).orderBy('id').pluck('detail'),
    )
    expect(events).toEqual([{ passphrases: 'false -> true' }, { passphrases: 'true -> false' }])
  })

  it('slows who guesses at it from a screen left open, but takes the right one, and signs out after 20', async () => {
    const guess = async (number: number) => {
      const answer = await change({ currentPassword: `Guess-number-${number}`, password: good })
      return answer.status
    }
    const { login, password } = visitor.account
    for (let number = 1; number <= 10; number++) expect(await guess(number)).toBe(422)
    const slowed = await change({ currentPassword: 'Guess-number-11', password: good })
    expect([slowed.status, Number(slowed.headers['retry-after']) > 0]).toEqual([429, true])
    expect(slowed.text).toMatch(/id="currentPassword-problem"[^]*?Too many wrong attempts. Wait 15 min/)
    expect(slowed.text).toContain('After 9 more wrong attempts you will be signed out.')
    expect((await change({ currentPassword: password, password: good })).status).toBe(303)

    for (let number = 1; number < 20; number++) expect(await guess(number)).toBe(number <= 10 ? 422 : 429)
    const last = await change({ currentPassword: 'Guess-number-20', password: good })
    expect([last.status, last.headers.location]).toEqual([303, '/sign-in'])
    expect((await visitor.get('/sign-in')).text).toContain('You were signed out after too many wrong passwords')
    const events = await ostoja.features.db.asTenant({ tenantId: tenant }, trx =>
      trx('audit_events').where({ account_id: visitor.account.id }).pluck('action'),
    )
    expect(events.filter(action => action === 'account.password-refused')).toHaveLength(31)
    expect(events.filter(action => action === 'session.guessed')).toHaveLength(1)
    await visitor.signIn({ login, password: good })
    expect(await guess(1)).toBe(422)
  })

  it('looks at no more than 20 guesses of a session, however many come at once', async () => {
    const page = await visitor.get('/account/password')
    const send = (number: number) =>
      visitor.agent
        .post('/account/password')
        .type('form')
        .send({
          currentPassword: `Guess-number-${number}`,
          password: good,
          _csrf: visitor.tokenOf(page.text),
        })
    await Promise.all(Array.from({ length: 40 }, (_, number) => send(number)))
    const refused = await ostoja.features.db.asTenant({ tenantId: tenant }, trx =>
      trx('audit_events').where({ account_id: visitor.account.id, action: 'account.password-refused' }),
    )
    expect(refused.length).toBe(20)
    expect((await visitor.get('/account')).status).toBe(303)
  })

  it('is asked for once more in peace while strangers guess at the sign-in page', async () => {
    const stranger = ostoja.visitor()
    for (let number = 0; number < 12; number++)
      await stranger.post('/sign-in', { login: visitor.account.login, password: `Guess-${number}` }, '/sign-in')
    expect((await change({ currentPassword: visitor.account.password, password: good })).status).toBe(303)
  })
})

describe('notices', () => {
  it('are on the start page until they are read, and then only in their list', async () => {
    await change({ currentPassword: visitor.account.password, password: good })
    expect((await visitor.get('/')).text).toContain('Your password was changed')
    const list = (await visitor.get('/notices')).text
    const id = /action="\/notices\/([\w-]{36})\/read"/.exec(list)?.[1]
    const other = await ostoja.signedIn(tenant, ['staff'])
    expect((await other.post(`/notices/${id}/read`, {}, '/notices')).status).toBe(404)
    expect((await visitor.post(`/notices/${id}/read`, {}, '/notices')).status).toBe(303)
    expect((await visitor.get('/')).text).not.toContain('Your password was changed')
    expect((await visitor.get('/notices')).text).toContain('Your password was changed')
    expect((await visitor.post('/notices/none/read', {}, '/notices')).status).toBe(404)
  })

  it('tell owner and security officer of a refused second sign-in, once however often it is tried', async () => {
    const here = await ostoja.newTenant('Here')
    const officer = await ostoja.signedIn(here, ['security_officer'])
    const owner = await ostoja.signedIn(here, ['staff'])
    for (let attempt = 0; attempt < 3; attempt++) await ostoja.visitor().post('/sign-in', owner.account, '/sign-in')
    expect((await owner.get('/notices')).text.match(/A second sign-in was refused/g)).toHaveLength(1)
    const told = (await officer.get('/notices')).text
    expect(told.match(/A second sign-in was refused: Anna Testowa/g)).toHaveLength(1)
    await owner.post('/notices/read', {}, '/notices')
    expect((await owner.get('/')).text).not.toContain('A second sign-in was refused')
  })
})

describe('a browser’s own account of itself', () => {
  it.each([
    [
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
      'Chrome 141, Linux',
    ],
    [
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0',
      'Edge 141, Windows',
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1',
      'Safari 18, iPhone',
    ],
    [
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15',
      'Safari 18, macOS',
    ],
    [
      'Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36',
      'Samsung Internet 28, Android',
    ],
    ['curl/8.14.1', ''],
    ['', ''],
  ])('%s is called %s', (userAgent, name) => {
    expect(browserOf(userAgent)).toBe(name)
  })
})
