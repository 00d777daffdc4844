import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startOstoja, type Ostoja, type TestAccount } from '../support/ostoja.ts'

let ostoja: Ostoja
let tenant: string
let account: TestAccount

beforeAll(async () => {
  ostoja = await startOstoja()
  tenant = await ostoja.newTenant()
})
afterAll(() => ostoja.close())

const newcomer = async () => {
  account = await ostoja.newAccount(tenant, ['staff'])
  return account
}
const events = async (action: string): Promise<number> => {
  const [{ count }] = (await ostoja.features.db.asTenant({ tenantId: tenant }, trx =>
    trx('audit_events').where({ action }).count(),
  )) as [{ count: string }]
  return Number(count)
}
const tryToSignIn = (credentials: { login: string; password: string }) =>
  ostoja.visitor().post('/sign-in', credentials, '/sign-in')

/** The cookies an answer sets, by name, as a browser sends them back. */
const cookiesOf = (answer: { headers: Record<string, unknown> }): Record<string, string> =>
  Object.fromEntries((answer.headers['set-cookie'] as string[]).map(text => [text.split('=')[0]!, text.split(';')[0]!]))

describe('signing in', () => {
  it('lets the right password in, by a login in any case, to the page that was asked for', async () => {
    const { login, password } = await newcomer()
    const visitor = ostoja.visitor()
    expect((await visitor.get('/clients')).headers.location).toBe('/sign-in')

    const answer = await visitor.post('/sign-in', { login: login.toUpperCase(), password }, '/sign-in')
    expect([answer.status, answer.headers.location]).toEqual([303, '/clients'])
  })

  it.each([' ', '\n', '\t', '\u00a0'])('takes a password that was copied with %j at its end', async blank => {
    const { login, password } = await newcomer()
    expect((await tryToSignIn({ login, password: `Wrong-password-1${blank}` })).status).toBe(422)
    expect((await tryToSignIn({ login, password: password + blank })).status).toBe(303)
    expect((await tryToSignIn({ login, password: `${password}${blank}x` })).status).toBe(422)
  })

  it('answers a wrong password and an unknown login alike, keeps the login typed and never the password', async () => {
    const { login } = await newcomer()
    const wrong = await tryToSignIn({ login, password: 'Wrong-password-1' })
    const unknown = await tryToSignIn({ login: 'NobodyHere999', password: 'Wrong-password-1' })
    expect([wrong.status, unknown.status]).toEqual([422, 422])
    expect(wrong.text).toContain(`value="${login}"`)
    expect(wrong.text).not.toContain('Wrong-password-1')
    const plain = (html: string) => html.replace(/value="[^"]*"/g, '')
    expect(plain(wrong.text)).toBe(plain(unknown.text))
  })

  it('names the field that is empty', async () => {
    const answer = await tryToSignIn({ login: '', password: 'x' })
    expect(answer.status).toBe(422)
    expect(answer.text).toContain('This field is required.')
  })

  it('sets a cookie of this host only, secure, out of reach of scripts, that ends with the browser', async () => {
    const { login, password } = await newcomer()
    const answer = await tryToSignIn({ login, password })
    const cookie = (answer.headers['set-cookie'] as unknown as string[]).find(text => text.startsWith('__Host-ostoja='))
    expect(cookie).toMatch(/; Path=\/; HttpOnly; Secure; SameSite=Lax$/)
  })

  it('gives the session a new id, so that nobody can have planted the old one', async () => {
    const { login, password } = await newcomer()
    const visitor = ostoja.visitor()
    const before = (await visitor.get('/sign-in')).headers['set-cookie']?.[0]
    const after = (await visitor.post('/sign-in', { login, password }, '/sign-in')).headers[
      'set-cookie'
    ] as unknown as string[]
    expect(after.join()).toContain('__Host-ostoja=')
    expect(after.join()).not.toContain(String(before).split(';')[0])
  })

  it('refuses what another site sends, with and without a token', async () => {
    const visitor = ostoja.visitor()
    expect((await visitor.postBare('/sign-in', { login: 'a', password: 'b' })).status).toBe(403)
    const page = await visitor.get('/sign-in')
    const foreign = await visitor.agent
      .post('/sign-in')
      .set('Sec-Fetch-Site', 'cross-site')
      .type('form')
      .send({ login: 'a', password: 'b', _csrf: visitor.tokenOf(page.text) })
    expect(foreign.status).toBe(403)
  })

  it('makes a guesser wait without making the owner elsewhere wait for good', async () => {
    const { login } = await newcomer()
    const visitor = ostoja.visitor()
    for (let guess = 0; guess < 10; guess++)
      await visitor.post('/sign-in', { login, password: `Guess-number-${guess}` }, '/sign-in')
    const answer = await visitor.post('/sign-in', { login, password: 'Guess-number-11' }, '/sign-in')
    expect(answer.status).toBe(429)
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
    await ostoja.platform.redis.flushdb()
  })

  it('treats a cookie from nowhere as a stranger', async () => {
    const answer = await ostoja.visitor().agent.get('/').set('Cookie', '__Host-ostoja=s%3Anobody.forged; other=%00%ff')
    expect([answer.status, answer.headers.location]).toEqual([303, '/sign-in'])
  })
})

describe('the one session', () => {
  it('refuses a second browser, says since when, and counts it as no failed password', async () => {
    const { login, password } = await newcomer()
    const first = ostoja.visitor()
    await first.signIn({ login, password })
    const before = await events('session.blocked')
    for (let attempt = 0; attempt < 12; attempt++) {
      const second = await tryToSignIn({ login, password })
      expect(second.status).toBe(409)
    }
    expect(await events('session.blocked')).toBe(before + 12)
    expect((await first.get('/')).status).toBe(200)
  })

  it('lets the same browser in again after a crash, and its older session out', async () => {
    const { login, password } = await newcomer()
    const first = ostoja.visitor()
    const cookies = cookiesOf(await first.signIn({ login, password }))

    const restarted = ostoja.visitor()
    const page = await restarted.get('/sign-in')
    const answer = await restarted.agent
      .post('/sign-in')
      .type('form')
      .set('Cookie', `${cookiesOf(page)['__Host-ostoja']}; ${cookies['__Host-ostoja-device']}`)
      .send({ login, password, _csrf: restarted.tokenOf(page.text) })
    expect(answer.status).toBe(303)
    expect((await first.get('/')).headers.location).toBe('/sign-in')
  })

  it('ends at sign-out for good, and frees the account at once', async () => {
    const { login, password } = await newcomer()
    const visitor = ostoja.visitor()
    await visitor.signIn({ login, password })
    const answer = await visitor.post('/sign-out')
    expect([answer.status, answer.headers['clear-site-data']]).toEqual([303, '"cache", "storage"'])
    expect((await visitor.get('/')).headers.location).toBe('/sign-in')
    expect((await tryToSignIn({ login, password })).status).toBe(303)
  })

  it('ends after 10 idle minutes and lives on with every page until the absolute limit', async () => {
    const { login, password } = await newcomer()
    const visitor = ostoja.visitor()
    await visitor.signIn({ login, password })
    ostoja.skip(9 * 60_000)
    expect((await visitor.get('/')).status).toBe(200)
    ostoja.skip(9 * 60_000)
    expect((await visitor.get('/')).status).toBe(200)
    ostoja.skip(10 * 60_000)
    expect((await visitor.get('/')).headers.location).toBe('/sign-in')

    await visitor.signIn({ login, password })
    for (let minutes = 0; minutes < 12 * 60 - 9; minutes += 9) {
      ostoja.skip(9 * 60_000)
      await visitor.get('/')
    }
    ostoja.skip(9 * 60_000)
    expect((await visitor.get('/')).headers.location).toBe('/sign-in')
  })

  it('is not brought back by a slow request that saves the session after its end', async () => {
    const { login, password } = await newcomer()
    const visitor = ostoja.visitor()
    await visitor.signIn({ login, password })
    const slow = Array.from({ length: 20 }, () => visitor.post('/language', { language: 'en', return_to: '/' }))
    await visitor.post('/sign-out')
    await Promise.allSettled(slow)
    expect((await visitor.get('/')).headers.location).toBe('/sign-in')
  })
})

describe('every page', () => {
  it('may be kept nowhere, framed nowhere, and runs nothing inline', async () => {
    const { headers } = await ostoja.visitor().get('/sign-in')
    expect(headers['cache-control']).toBe('no-store')
    expect(headers['content-security-policy']).toMatch(/^default-src 'none';/)
    expect(headers['content-security-policy']).not.toContain('unsafe')
    expect(headers['strict-transport-security']).toContain('max-age=')
    expect(headers['x-powered-by']).toBeUndefined()
  })

  it('of an address that is none is a 404, in the reader’s language', async () => {
    const answer = await ostoja.visitor().agent.get('/no/such/page').set('Accept-Language', 'pl')
    expect(answer.status).toBe(404)
    expect(answer.text).toContain('lang="pl"')
  })

  it('survives addresses and bodies that are broken', async () => {
    const visitor = ostoja.visitor()
    expect((await visitor.agent.get('/%E0%A4%A')).status).toBe(404)
    expect((await visitor.agent.post('/sign-in').type('form').send('a'.repeat(600_000))).status).toBe(413)
    expect((await visitor.agent.post('/sign-in').set('Content-Type', 'application/json').send('{')).status).toBe(403)
  })

  it('refuses a form whose token or field names are made to break it, and never with a 500', async () => {
    const visitor = ostoja.visitor()
    const send = (body: string) => visitor.agent.post('/sign-in').type('form').send(body)
    const token = visitor.tokenOf((await visitor.get('/sign-in')).text)
    const rest = `login=a&password=b&_csrf=${token}`
    expect(
      (await send(`login=a&password=b&_csrf=${encodeURIComponent('é'.repeat(token.length))}`)).status,
    ).toBeLessThan(500)
    for (const odd of ['login[toString]=1', 'x[0][constructor]=1', '_action[toString]=1']) {
      expect((await send(`${rest}&${odd}`)).status).toBe(400)
    }
    expect((await send(`_csrf=${token}&login=a%00b&password=b%00`)).status).toBeLessThan(500)
  })

  it('never makes signing in lead to another site, whatever address an error page stood at', async () => {
    const { login, password } = await newcomer()
    const visitor = ostoja.visitor()
    await visitor.signIn({ login, password })
    const page = await visitor.agent.get('//elsewhere.example/sign-in').set('Accept', 'text/html')
    const ticket = /name="_page"\s+value="([^"]+)"/.exec(page.text)?.[1] ?? ''
    ostoja.skip(11 * 60_000)
    await visitor.postBare('/drafts', { _page: ticket, _action: '/clients', familyName: 'x' })
    const answer = await visitor.post('/sign-in', { login, password }, '/sign-in')
    expect([answer.status, answer.headers.location]).toEqual([303, '/'])
  })
})
