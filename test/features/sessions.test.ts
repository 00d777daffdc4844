import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadTranslations } from '../../src/platform/i18n/translations.ts'
import { startOstoja, type Ostoja, type TestAccount } from '../support/ostoja.ts'
import type { Visitor } from '../support/visitor.ts'

let ostoja: Ostoja
let tenant: string

beforeAll(async () => {
  ostoja = await startOstoja()
  tenant = await ostoja.newTenant()
})
afterAll(() => ostoja.close())

const minutes = (count: number) => count * 60_000
const newcomer = async (roles: ('staff' | 'administrator' | 'security_officer')[] = ['staff']) => {
  const account = await ostoja.newAccount(tenant, roles)
  const visitor = ostoja.visitor()
  await visitor.signIn(account)
  return { account, visitor, key: { tenantId: tenant, accountId: account.id } }
}
const isOut = async (visitor: Visitor) => (await visitor.get('/')).headers.location === '/sign-in'
const tryToSignIn = ({ login, password }: TestAccount) =>
  ostoja.visitor().post('/sign-in', { login, password }, '/sign-in')
const partOf = (html: string, name: string) => new RegExp(`name="${name}"\\s+value="([^"]+)"`).exec(html)?.[1] ?? ''

/** A page as its own script keeps it: opened, heard of, left. */
const openPage = async (visitor: Visitor, path = '/') => {
  const html = (await visitor.get(path).set('Sec-Fetch-Mode', 'navigate')).text
  const report = (more: object = {}) => ({
    _csrf: partOf(html, '_csrf'),
    _page: partOf(html, '_page'),
    _shown: '0',
    ...more,
  })
  const send = (to: string, more?: object) => visitor.agent.post(to).type('form').send(report(more))
  return {
    beat: (more?: object) => send('/sessions/heartbeat', more),
    leave: (more?: object) => send('/sessions/close', more),
  }
}
const isStream = (path: string) => path.endsWith('/stream')
/** What the sign-in page says of the session before. */
const reason = async (visitor: Visitor) => (await visitor.get('/sign-in')).text

describe('closing the last page', () => {
  it('ends the session 3 seconds later and frees the account at once', async () => {
    const { account, visitor } = await newcomer()
    const page = await openPage(visitor)
    expect((await page.beat()).status).toBe(200)
    expect((await page.leave()).status).toBe(204)
    ostoja.skip(3000)
    expect((await tryToSignIn(account)).status).toBe(303)
    expect(await isOut(visitor)).toBe(true)
  })

  it('says why', async () => {
    const { visitor } = await newcomer()
    const page = await openPage(visitor)
    await page.beat()
    await page.leave()
    ostoja.skip(minutes(30))
    await visitor.get('/')
    expect(await reason(visitor)).toContain('the window was closed')
  })

  it('ends nothing when the next page is heard of, or only asked for, within the grace', async () => {
    const { visitor } = await newcomer()
    const first = await openPage(visitor)
    await first.beat()
    await first.leave()
    ostoja.skip(1000)
    const next = await openPage(visitor)
    ostoja.skip(minutes(1))
    expect((await next.beat()).status).toBe(200)
    expect(await isOut(visitor)).toBe(false)
  })

  it('ends nothing while a page that was answered before is still on its way to the screen', async () => {
    const { visitor } = await newcomer()
    const first = await openPage(visitor)
    await first.beat()
    const slow = await openPage(visitor)
    await first.leave()
    ostoja.skip(10_000)
    expect((await slow.beat()).status).toBe(200)
    expect(await isOut(visitor)).toBe(false)
  })

  it('ends nothing while a page that took long to be answered is on its way, whichever is heard of first', async () => {
    for (const answeredFirst of [true, false]) {
      const { visitor, key } = await newcomer()
      const first = await openPage(visitor)
      await first.beat()
      const { session = '' } = await ostoja.platform.redis.hgetall(`active:${tenant}:${key.accountId}`)
      const { sessions } = ostoja.features
      await sessions.touch(key, session, { active: true, page: 'slow' })
      ostoja.skip(20_000)
      if (answeredFirst) await sessions.answered(key, session, 'slow')
      await first.leave()
      if (!answeredFirst) await sessions.answered(key, session, 'slow')
      ostoja.skip(10_000)
      expect(await sessions.beat(key, session, 'slow', false)).not.toBeNull()
      ostoja.skip(minutes(1))
      expect(await isOut(visitor)).toBe(false)
    }
  })

  it('is not undone by an answer that comes when the grace is over, nor is an open page taken for one on its way', async () => {
    const { visitor, key } = await newcomer()
    const page = await openPage(visitor)
    await page.beat()
    const { session = '' } = await ostoja.platform.redis.hgetall(`active:${tenant}:${key.accountId}`)
    const { sessions } = ostoja.features
    await sessions.touch(key, session, { active: true, page: 'slow' })
    await sessions.beat(key, session, 'slow', false)
    await sessions.answered(key, session, 'slow')
    await page.leave()
    ostoja.skip(20_000)
    expect(await isOut(visitor)).toBe(false)
    await sessions.touch(key, session, { active: false, page: 'late' })
    ostoja.skip(20_000)
    await sessions.close(key, session, 'slow')
    ostoja.skip(3000)
    await sessions.answered(key, session, 'late')
    expect(await isOut(visitor)).toBe(true)
  })

  it('ends the session even when the page on its way never arrives', async () => {
    const { visitor } = await newcomer()
    const first = await openPage(visitor)
    await first.beat()
    await openPage(visitor)
    await first.leave()
    ostoja.skip(16_000)
    expect(await isOut(visitor)).toBe(true)
  })

  it('ends nothing while another tab is open', async () => {
    const { visitor } = await newcomer()
    const [first, second] = [await openPage(visitor), await openPage(visitor)]
    await first.beat()
    await second.beat()
    await first.leave()
    ostoja.skip(minutes(1))
    expect((await second.beat()).status).toBe(200)
  })

  it('is not undone by what the page sent before and what comes late', async () => {
    const { account, visitor } = await newcomer()
    const page = await openPage(visitor)
    await page.beat()
    await page.leave()
    await page.beat({ _active: '1' })
    ostoja.skip(3000)
    expect((await tryToSignIn(account)).status).toBe(303)
  })

  it('is undone when the page comes back out of the back/forward cache', async () => {
    const { visitor } = await newcomer()
    const page = await openPage(visitor)
    await page.beat()
    await page.leave()
    await page.beat({ _shown: '1' })
    ostoja.skip(minutes(1))
    expect((await page.beat({ _shown: '1' })).status).toBe(200)
  })

  it('is believed only of the session’s own pages, with its token', async () => {
    const { visitor } = await newcomer()
    const other = await newcomer()
    const page = await openPage(visitor)
    const foreign = await openPage(other.visitor)
    await page.beat()
    expect((await foreign.leave({ _csrf: 'forged' })).status).toBe(403)
    const html = (await visitor.get('/')).text
    const stolen = partOf((await other.visitor.get('/')).text, '_page')
    const crossed = { _csrf: partOf(html, '_csrf'), _page: stolen, _shown: '0' }
    expect((await visitor.agent.post('/sessions/close').type('form').send(crossed)).status).toBe(422)
    const elsewhere = visitor.agent
      .post('/sessions/close')
      .set('Sec-Fetch-Site', 'cross-site')
      .type('form')
      .send(crossed)
    expect((await elsewhere).status).toBe(403)
    ostoja.skip(4000)
    expect(await isOut(visitor)).toBe(false)
  })
})

describe('a browser that is not heard of any more', () => {
  it('frees its account within 120 seconds, and at once for the same browser', async () => {
    const { account, visitor, key } = await newcomer()
    const page = await openPage(visitor)
    await page.beat()
    ostoja.skip(100_000)
    expect((await tryToSignIn(account)).status).toBe(409)
    ostoja.skip(20_000)
    expect(await ostoja.features.sessions.look(key)).toBeNull()
    expect((await tryToSignIn(account)).status).toBe(303)
    expect(await isOut(visitor)).toBe(true)
    expect(await reason(visitor)).toContain('your browser lost the connection')
  })

  it('is told so when it comes back, by the page that was open and by the sign-in page', async () => {
    const { visitor } = await newcomer()
    const page = await openPage(visitor)
    await page.beat()
    ostoja.skip(minutes(2))
    expect((await page.beat()).status).toBe(401)
    expect((await visitor.get('/signed-out')).text).toContain('lost contact with your browser')
    expect(await reason(visitor)).toContain('your browser lost the connection')
  })

  it('is told so in Polish as well', async () => {
    const { visitor } = await newcomer()
    const page = await openPage(visitor)
    await page.beat()
    ostoja.skip(minutes(2))
    await visitor.post('/language', { language: 'pl', return_to: '/sign-in' }, '/sign-in')
    expect((await visitor.get('/signed-out')).text).toContain(loadTranslations().to('pl')('sessions:because.lost.text'))
  })

  it('that never sent a heartbeat (no script) is left alone until the idle limit', async () => {
    const { visitor } = await newcomer()
    ostoja.skip(minutes(9))
    expect(await isOut(visitor)).toBe(false)
  })
})

describe('being idle', () => {
  it('is not ended by heartbeats: a page that asks by itself never keeps a session alive', async () => {
    const { visitor } = await newcomer()
    const page = await openPage(visitor)
    for (let beats = 0; beats < 14; beats++) {
      expect((await page.beat()).status).toBe(200)
      ostoja.skip(40_000)
    }
    ostoja.skip(40_000)
    expect((await page.beat()).status).toBe(401)
    expect(await reason(visitor)).toContain('nothing happened for a while')
  })

  it('is not put off by anything that pages ask by themselves: no route that says so counts as activity', async () => {
    const { visitor, key } = await newcomer(['staff', 'administrator', 'security_officer'])
    const page = await visitor.get('/clients/new').set('Sec-Fetch-Mode', 'navigate')
    const [token, ticket] = [partOf(page.text, '_csrf'), partOf(page.text, '_page')]
    const fields = { _csrf: token, _page: ticket, _shown: '0', _action: '/clients', familyName: 'Zofia' }
    const last = async () => (await ostoja.platform.redis.hgetall(`active:${tenant}:${key.accountId}`)).last
    const before = await last()
    const asked = ostoja.routes.filter(route => route.policy.background && !route.path.startsWith('/health'))
    expect(asked.length).toBeGreaterThan(5)
    // The stream comes last: that it breaks ends a session.
    const inOrder = asked.toSorted((one, other) => Number(isStream(one.path)) - Number(isStream(other.path)))
    for (const { method, path } of inOrder.filter(route => route.path !== '/sessions/close')) {
      ostoja.skip(1000)
      const address = path.replace(/:\w+/g, randomUUID())
      // A stream has no end of its own.
      if (isStream(path)) await visitor.begin(address)
      else await (method === 'get' ? visitor.get(address) : visitor.agent.post(address).type('form').send(fields))
      expect([method, path, await last()]).toEqual([method, path, before])
    }
    expect(await isOut(visitor)).toBe(false)
    expect(await last()).not.toBe(before)
  })

  it('does not begin while somebody types in one form for an hour', async () => {
    const { visitor } = await newcomer()
    const page = await openPage(visitor)
    for (let reports = 0; reports < 120; reports += 2) {
      expect((await page.beat({ _active: '1' })).status).toBe(200)
      ostoja.skip(minutes(1))
    }
    expect(await isOut(visitor)).toBe(false)
  })

  it('tells every page how long there is, half a short limit at most', async () => {
    const { visitor } = await newcomer()
    const before = ostoja.platform.clock().getTime()
    const page = await openPage(visitor)
    ostoja.skip(minutes(1))
    const { leftMs, askFromMs, final } = (await page.beat()).body as Record<string, number>
    const passed = ostoja.platform.clock().getTime() - before
    expect(leftMs).toBeGreaterThanOrEqual(minutes(10) - passed)
    expect(leftMs).toBeLessThanOrEqual(minutes(9))
    expect([askFromMs, final]).toEqual([60_000, false])
  })

  it('or not, 12 hours are the end, and the page is told that nothing puts it off', async () => {
    const { visitor } = await newcomer()
    for (let passed = 0; passed < 12 * 60 - 9; passed += 9) {
      ostoja.skip(minutes(9))
      await visitor.get('/')
    }
    ostoja.skip(minutes(8))
    const page = await openPage(visitor)
    expect((await page.beat({ _active: '1' })).body).toMatchObject({ final: true })
    ostoja.skip(minutes(1))
    expect((await page.beat({ _active: '1' })).status).toBe(401)
    expect(await reason(visitor)).toContain('12 hours')
  })
})

describe('a session that others end', () => {
  const whyOut = async (visitor: Visitor) => {
    expect(await isOut(visitor)).toBe(true)
    return reason(visitor)
  }

  it('says so: by an administrator, by a password reset, by a closed account', async () => {
    for (const [because, words] of [
      ['administrator', 'by an administrator'],
      ['password', 'the password was changed'],
      ['deactivated', 'the account was deactivated'],
    ] as const) {
      const { visitor, key } = await newcomer()
      expect(await ostoja.features.sessions.end(key, because)).toBe(true)
      expect(await whyOut(visitor)).toContain(words)
    }
  })

  it('leaves the form token, so that a request under way takes none from the sign-in page that is opened meanwhile', async () => {
    const { visitor, key } = await newcomer()
    const token = visitor.tokenOf((await visitor.get('/')).text)
    await ostoja.features.sessions.end(key, 'administrator')
    expect(visitor.tokenOf((await visitor.get('/sign-in')).text)).toBe(token)
  })

  it('says on the signed-out page only what there is a sentence for', async () => {
    const visitor = ostoja.visitor()
    expect((await visitor.get('/signed-out?because=idle')).text).toContain('Nothing happened for a while')
    expect((await visitor.get('/signed-out?because=%3Cb%3E')).text).toContain('You have signed out.')
  })

  it('is taken over where the tenant wants that, and the first place is told', async () => {
    const own = await ostoja.newTenant('Take over')
    const administrator = await ostoja.signedIn(own, ['administrator'])
    const saved = await administrator.post(
      '/settings',
      { autoLogoutMinutes: 10, secondSignIn: 'take-over', passwordMinimum: 8 },
      '/settings',
    )
    expect(saved.status).toBe(303)
    const account = await ostoja.newAccount(own, ['staff'])
    const first = ostoja.visitor()
    await first.signIn(account)
    expect((await tryToSignIn(account)).status).toBe(303)
    expect(await whyOut(first)).toContain('signed in elsewhere')
  })

  it('when another browser is turned away, tells the owner and the security officers', async () => {
    const own = await ostoja.newTenant('Told')
    const officer = await ostoja.newAccount(own, ['security_officer'])
    const account = await ostoja.newAccount(own, ['staff'])
    const first = ostoja.visitor()
    const shown = () =>
      new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' }).format(ostoja.platform.clock())
    // The beginning of a minute, so that the times that are shown do not go on to the next one meanwhile.
    ostoja.skip(minutes(1) - (ostoja.platform.clock().getTime() % minutes(1)))
    await first.signIn(account)
    const since = shown()
    ostoja.skip(minutes(4))
    await first.get('/')
    const lastActive = shown()
    ostoja.skip(minutes(2))
    const refused = await tryToSignIn(account)
    expect([refused.status, refused.text.includes('What you can do')]).toEqual([409, true])
    expect(refused.text).toContain(`since ${since}, last active ${lastActive}.`)
    const told = await ostoja.features.db.asTenant({ tenantId: own }, trx =>
      trx('notices').where({ kind: 'sign-in-blocked' }).pluck('account_id').orderBy('account_id'),
    )
    expect(told).toEqual([officer.id, account.id])
    const wrong = await ostoja
      .visitor()
      .post('/sign-in', { login: account.login, password: 'Wrong-pass-1' }, '/sign-in')
    expect([wrong.status, wrong.text.includes('in use elsewhere')]).toEqual([422, false])
  })
})

describe('the sign-in page', () => {
  it('that was open too long asks for the password once more and keeps the login', async () => {
    const answer = await ostoja
      .visitor()
      .agent.post('/sign-in')
      .set('Sec-Fetch-Site', 'same-origin')
      .set('Accept-Language', 'en')
      .type('form')
      .send({ login: 'JanKowalski37', password: 'x', _csrf: 'old' })
    expect(answer.status).toBe(422)
    expect(answer.text).toContain('value="JanKowalski37"')
    expect(answer.text).toContain('had been open too long')
  })

  it('ends the session of whoever was signed in in this browser', async () => {
    const { visitor, key } = await newcomer()
    const other = await ostoja.newAccount(tenant, ['staff'])
    const token = partOf((await visitor.get('/')).text, '_csrf')
    const { login, password } = other
    const answer = await visitor.agent.post('/sign-in').type('form').send({ login, password, _csrf: token })
    expect(answer.status).toBe(303)
    expect(await ostoja.features.sessions.look(key)).toBeNull()
  })
})
