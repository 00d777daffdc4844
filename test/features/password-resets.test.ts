import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { inDatabase } from '../support/backups.ts'
import { unlikely, type TestAccount } from '../support/ostoja.ts'
import { startOstojaWithMail, type OstojaWithMail } from '../support/ostoja-with-mail.ts'
import { until } from '../support/until.ts'
import type { Visitor } from '../support/visitor.ts'
import { untilAllTried } from '../support/waiting-jobs.ts'

let mail: OstojaWithMail['mail']
let ostoja: OstojaWithMail['ostoja']
let tenant: string
let close: OstojaWithMail['close']
let account: TestAccount
let email: string

beforeAll(async () => {
  ;({ mail, ostoja, tenant, close } = await startOstojaWithMail())
})
afterAll(() => close())
beforeEach(async () => {
  email = `${unlikely()}@example.org`
  account = await ostoja.newAccount(tenant, ['staff'], { email })
})
afterEach(async () => {
  const keys = await ostoja.platform.redis.keys('password-links:*')
  if (keys.length) await ostoja.platform.redis.del(keys)
  // What failed is not tried again during another test.
  await inDatabase(ostoja.database.adminUrl, 'delete from graphile_worker._private_jobs where last_error is not null')
})

const good = 'Zielony czajnik gwiżdże 7!'
const ask = (name: string) => ostoja.visitor().post('/forgotten-password', { name }, '/forgotten-password')
const pathIn = ({ links }: { links: string[] }) => new URL(links[0]!).pathname
const linkFor = async (name = email, count = 1) => {
  await ask(name)
  return pathIn(await mail.mailTo(email, count))
}
const choose = (visitor: Visitor, path: string, password = good) => visitor.post(path, { password }, path)

describe('a forgotten password', () => {
  it('is mended by a link that is mailed to the address, single use, after which one signs in with the new one', async () => {
    const path = await linkFor()
    const visitor = ostoja.visitor()
    const page = await visitor.get(path)
    expect([page.status, page.headers['referrer-policy']]).toEqual([200, 'no-referrer'])
    for (const told of [account.login, 'Anna', 'Test Shelter', email]) expect(page.text).not.toContain(told)

    const done = await choose(visitor, path)
    expect(done.status).toBe(200)
    expect(done.text).toContain(account.login)
    expect((await visitor.get(path)).status).toBe(410)
    expect((await ostoja.visitor().post('/sign-in', account, '/sign-in')).status).toBe(422)
    await visitor.signIn({ login: account.login, password: good })
    expect((await visitor.get('/')).text).toContain('Your password was changed')
    expect((await visitor.get('/')).text).not.toContain('new browser')
  })

  it('may be asked for by the login, in any case, as well', async () => {
    expect(await linkFor(account.login.toUpperCase())).toMatch(/^\/password-resets\/[\w-]{64}$/)
  })

  it('finds the address however it is written, and after it was amended only by the new one', async () => {
    await linkFor(` ${email.toUpperCase()} `)
    const administrator = await ostoja.signedIn(tenant, ['administrator'])
    const revision = /name="revision" value="(\d+)"/.exec((await administrator.get(`/accounts/${account.id}`)).text)![1]
    const form = {
      givenName: 'Anna',
      familyName: 'Testowa',
      email: `new-${email}`,
      'roles[staff]': 'on',
      language: 'en',
      revision,
    }
    await administrator.post(`/accounts/${account.id}`, form, `/accounts/${account.id}`)
    await ask(email)
    await ask(`new-${email}`)
    await mail.mailTo(`new-${email}`)
    const toTheOldOne = mail.mails.filter(sent => sent.to === email).flatMap(sent => sent.links)
    expect(toTheOldOne.filter(link => link.includes('/password-resets/'))).toHaveLength(1)
  })

  it('is answered alike, and in the same time, whether there is such an account, none, one without address or one deactivated', async () => {
    const bare = await ostoja.newAccount(tenant, ['staff'])
    const gone = await ostoja.newAccount(tenant, ['staff'], { email: `gone-${email}` })
    await ostoja.features.db.asTenant({ tenantId: tenant }, trx =>
      trx('accounts').where({ id: gone.id }).update({ status: 'deactivated' }),
    )
    const plain = (html: string) => html.replace(/value="[^"]*"/g, '')
    const names = [email, 'nobody@example.org', 'NobodyHere999', bare.login, `gone-${email}`]
    const visitors = names.map(() => ostoja.visitor())
    const pages = await Promise.all(visitors.map(visitor => visitor.get('/forgotten-password')))
    const timed = async (name: string, index: number) => {
      const { agent, tokenOf } = visitors[index]!
      const fields = { name, _csrf: tokenOf(pages[index]!.text) }
      const before = performance.now()
      const answer = await agent.post('/forgotten-password').type('form').send(fields).set('Accept-Language', 'en')
      expect(answer.status).toBe(200)
      return { page: plain(answer.text), ms: performance.now() - before }
    }
    // All names in the same moment, so that a busy machine is as busy for each; a moment's delay of one passes in three.
    const answers: { page: string; ms: number }[][] = []
    for (let round = 0; round < 3; round++) answers.push(await Promise.all(names.map(timed)))
    expect(new Set(answers.flat().map(({ page }) => page)).size).toBe(1)
    const fastest = names.map((_, index) => Math.min(...answers.map(answer => answer[index]!.ms)))
    expect(Math.min(...fastest)).toBeGreaterThanOrEqual(400)
    expect(Math.max(...fastest) / Math.min(...fastest)).toBeLessThan(1.5)
    await mail.mailTo(email, 3)
    await untilAllTried(ostoja, 'mail.password-link')
    expect(mail.mails.some(sent => sent.to === `gone-${email}`)).toBe(false)
  })

  it('is answered alike for a name nobody can type', async () => {
    expect((await ask(`Ewa\0${account.login}`)).status).toBe(200)
  })

  it('has a link that ends after 30 minutes', async () => {
    const path = await linkFor()
    ostoja.skip(29 * 60_000)
    expect((await ostoja.visitor().get(path)).status).toBe(200)
    ostoja.skip(2 * 60_000)
    expect((await ostoja.visitor().get(path)).status).toBe(410)
    expect((await ostoja.visitor().get(`/password-resets/${'A'.repeat(64)}`)).status).toBe(410)
    expect((await ostoja.visitor().get('/password-resets/short')).status).toBe(410)
  })

  it('lets one of two win who use a link in the same moment, and uses up the account’s other links', async () => {
    const [first, second] = [await linkFor(), await linkFor(email, 2)]
    const visitors = [ostoja.visitor(), ostoja.visitor(), ostoja.visitor()]
    const pages = await Promise.all(visitors.map(visitor => visitor.get(first)))
    const answers = await Promise.all(
      visitors.map((visitor, index) =>
        visitor.agent
          .post(first)
          .type('form')
          .send({ password: `${good} ${index}`, _csrf: visitor.tokenOf(pages[index]!.text) }),
      ),
    )
    expect(answers.map(answer => answer.status).sort()).toEqual([200, 410, 410])
    expect((await ostoja.visitor().get(second)).status).toBe(410)
  })

  it('has a link that dies when the address, the password or the account’s access changes otherwise', async () => {
    const administrator = await ostoja.signedIn(tenant, ['administrator'])
    const page = `/accounts/${account.id}`
    const first = await linkFor()
    const revision = /name="revision" value="(\d+)"/.exec((await administrator.get(page)).text)![1]
    const form = {
      givenName: 'Anna',
      familyName: 'Testowa',
      email: `x${email}`,
      'roles[staff]': 'on',
      language: 'en',
      revision,
    }
    await administrator.post(page, form, page)
    expect((await ostoja.visitor().get(first)).status).toBe(410)
    await ask(`x${email}`)
    await mail.mailTo(`x${email}`, 2) // one of them tells of the change
    const links = mail.mails.filter(sent => sent.to === `x${email}`).flatMap(sent => sent.links)
    const second = new URL(links.find(link => link.includes('password-resets'))!).pathname
    expect((await ostoja.visitor().get(second)).status).toBe(200)
    await administrator.post(`${page}/reset-password`, {}, page)
    expect((await ostoja.visitor().get(second)).status).toBe(410)
  })

  it('keeps a link usable for somebody whose choice was refused', async () => {
    const path = await linkFor()
    const visitor = ostoja.visitor()
    const refused = await choose(visitor, path, 'Password1!')
    expect([refused.status, /tried first/.test(refused.text)]).toEqual([422, true])
    expect((await choose(visitor, path)).status).toBe(200)
  })

  it('ends whoever is signed in with the account', async () => {
    const stranger = ostoja.visitor()
    await stranger.signIn(account)
    await choose(ostoja.visitor(), await linkFor())
    expect((await stranger.get('/')).status).toBe(303)
  })

  it('sends a mailbox no more than a few links an hour, and makes an address wait that asks for too many', async () => {
    const asked = (name: string, times: number) => Promise.all(Array.from({ length: times }, () => ask(name)))
    await asked(email, 7)
    await mail.mailTo(email, 4)
    const answers = (await asked('NobodyHere999', 14)).map(({ status }) => status)
    expect(answers.sort()).toEqual([...Array<number>(13).fill(200), 429])
    await untilAllTried(ostoja, 'mail.password-link')
    expect(mail.mails.filter(sent => sent.to === email)).toHaveLength(4)
  })
})

describe('a first password by link', () => {
  it('is chosen by its owner, within 7 days, and nobody is shown one', async () => {
    const administrator = await ostoja.signedIn(tenant, ['administrator'])
    const person = {
      givenName: 'Ewa',
      familyName: 'Lis',
      email: `ewa-${email}`,
      'roles[staff]': 'on',
      language: 'pl',
      handOver: 'link',
    }
    const without = await administrator.post('/accounts', { ...person, email: '' }, '/accounts/new')
    expect([without.status, without.text.includes('A link needs an email address.')]).toEqual([422, true])
    const answer = await administrator.post('/accounts', person, '/accounts/new')
    expect([answer.status, answer.text.includes('handed-password')]).toEqual([303, false])

    const sent = await mail.mailTo(`ewa-${email}`)
    expect(sent.subject).toBe('Twój dostęp do Ostoi')
    ostoja.skip(6 * 24 * 60 * 60_000)
    const visitor = ostoja.visitor()
    const done = await choose(visitor, pathIn(sent))
    const login = /EwaLis\d+/.exec(done.text)![0]
    await visitor.signIn({ login, password: good })
    expect((await visitor.get('/account')).status).toBe(200)
  })
})

describe('mail', () => {
  it('goes by TLS, as text and HTML, in the reader’s language, and names nobody', async () => {
    const polish = await ostoja.newAccount(tenant, ['staff'], {
      email: `pl-${email}`,
      language: 'pl',
      givenName: 'Świętosława',
      familyName: 'Wójcik',
    })
    await ask(polish.login)
    const sent = await mail.mailTo(`pl-${email}`)
    expect(sent.secure).toBe(true)
    expect(sent.subject).toBe('Link z Ostoi')
    expect(sent.text).toContain('Ustaw nowe hasło')
    expect(sent.raw).toMatch(/Content-Type: text\/html/)
    for (const told of [polish.login, 'Wójcik', 'Świętosława', 'Test Shelter'])
      expect(sent.text + sent.subject).not.toContain(told)
    expect(sent.links).toEqual([expect.stringMatching(/^https:\/\/ostoja\.test\/password-resets\/[\w-]{64}$/)])
  })

  it('tells of a notice that there is one, and not what it says', async () => {
    const visitor = ostoja.visitor()
    await visitor.signIn(account)
    await visitor.post('/account/password', { currentPassword: account.password, password: good }, '/account/password')
    const sent = await mail.mailTo(email)
    expect(sent.subject).toBe('You have a notice in Ostoja')
    expect(sent.text).not.toMatch(/password was|changed/i)
    expect(sent.links).toEqual(['https://ostoja.test/notices'])
  })

  it('that a server refuses by name leaves no name behind', async () => {
    const refused = await ostoja.newAccount(tenant, ['staff'], { email: `refused-${email}` })
    await ask(refused.login)
    await until('the job has failed', async () => (await failures()).length > 0)
    expect((await failures()).join()).not.toContain(email)
  })

  const failures = async (): Promise<string[]> => {
    const { rows } = (await ostoja.features.db.asTenant({ tenantId: tenant }, trx =>
      trx.raw(`select last_error from graphile_worker._private_jobs where last_error is not null`),
    )) as { rows: { last_error: string }[] }
    return rows.map(row => row.last_error)
  }

  it('leaves neither address nor secret in the queue or the database', async () => {
    mail.refuseOnce()
    await ask(email)
    await until('the job has failed', async () => (await failures()).length > 0)
    const { rows: jobs } = (await ostoja.features.db.asTenant({ tenantId: tenant }, trx =>
      trx.raw(`select payload::text, last_error from graphile_worker._private_jobs`),
    )) as { rows: { payload: string; last_error: string | null }[] }
    const kept = JSON.stringify(jobs)
    expect(jobs.length).toBeGreaterThan(0)
    expect(kept).not.toContain(email)
    expect(kept).not.toMatch(/[\w-]{64}/)
    await inDatabase(ostoja.database.adminUrl, 'update graphile_worker._private_jobs set run_at = now()')
    const sent = await mail.mailTo(email) // the second attempt
    const secret = pathIn(sent).split('/').at(-1)!
    const links = await ostoja.features.db.asTenant({ tenantId: tenant }, trx => trx('password_links'))
    expect(JSON.stringify(links)).not.toContain(secret)
    expect((await ostoja.visitor().get(pathIn(sent))).status).toBe(200)
  })
})
