import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createAttempts } from '../../src/features/sign-in/attempts.ts'
import { createSignIn } from '../../src/features/sign-in/sign-in.ts'
import { installationId } from '../../src/platform/actor.ts'
import { TooBusy } from '../../src/platform/errors.ts'
import { untilSomebodyWaits } from '../support/locks.ts'
import { startOstoja, type Ostoja, type TestAccount } from '../support/ostoja.ts'

let ostoja: Ostoja
let tenant: string
let account: TestAccount

beforeAll(async () => {
  ostoja = await startOstoja()
  tenant = await ostoja.newTenant()
})
afterAll(() => ostoja.close())
beforeEach(async () => {
  account = await ostoja.newAccount(tenant, ['staff', 'administrator'])
})
afterEach(async () => {
  const keys = await ostoja.platform.redis.keys('attempts:*')
  if (keys.length) await ostoja.platform.redis.del(keys)
})

const attempt = (login = account.login, password = account.password) =>
  ostoja.visitor().post('/sign-in', { login, password }, '/sign-in')
const needs = (): Parameters<typeof createSignIn>[0] => ({
  ...ostoja.platform,
  sessions: ostoja.features.sessions,
  rulesOf: ostoja.features.settings.of,
  rulesWithin: ostoja.features.settings.within,
  noteBlocked: () => Promise.resolve(),
  attempts: createAttempts(ostoja.platform.redis, ostoja.platform.derive('sign-in attempts')),
  history: {
    knows: (_trx, _id, device) => Promise.resolve(device === 'usual'),
    note: () => Promise.resolve(randomUUID()),
    noteAttempt: () => Promise.resolve(randomUUID()),
  },
})
const events = async (action: string, tenantId = tenant) =>
  (await ostoja.features.db.asTenant({ tenantId }, trx => trx('audit_events').where({ action }))) as {
    subject_id: string | null
  }[]

describe('a sign-in during which something changes', () => {
  it('has the roles that the account has at its end', async () => {
    const visitor = ostoja.visitor()
    let begun: Promise<{ status: number }> | undefined
    await ostoja.features.db.asTenant({ tenantId: tenant }, async trx => {
      await trx('accounts')
        .where({ id: account.id })
        .update({ roles: ['staff'] })
      begun = visitor.post('/sign-in', account, '/sign-in') // reads the roles as they were: this is not committed yet
      await untilSomebodyWaits(ostoja)
    })
    expect((await begun)?.status).toBe(303)
    expect((await visitor.get('/account')).status).toBe(200)
    expect((await visitor.get('/accounts')).status).toBe(403)
  })

  it('keeps nobody out where the database fails after the session was claimed', async () => {
    const broken = createSignIn({
      ...needs(),
      history: {
        ...needs().history,
        knows: () => Promise.resolve(false),
        note: () => Promise.reject(new Error('the database is gone')),
      },
    })
    const place = { address: '192.0.2.1', userAgent: '', session: 'lost', device: 'elsewhere', rememberMe: false }
    await expect(broken.signIn(account, place)).rejects.toThrow('the database is gone')
    expect((await attempt()).status).toBe(303)
  })
})

describe('a sign-in that is told to wait', () => {
  it('is written down once a minute for its login, the unknown ones with the installation', async () => {
    for (let guess = 0; guess < 14; guess++) await attempt(account.login, 'Wrong-password-1')
    expect((await events('sign-in.slowed')).map(event => event.subject_id)).toEqual([String(account.id)])
    for (let guess = 0; guess < 14; guess++) await attempt('NobodyHere999', 'Wrong-password-1')
    expect(await events('sign-in.slowed', installationId)).toHaveLength(1)
  })

  it('is answered so where too many passwords wait to be looked at, and so are other pages with passwords', async () => {
    const { passwords } = ostoja.platform
    const visitor = ostoja.visitor()
    await visitor.signIn(account)
    const page = await visitor.get('/account/password')
    const door = ostoja.visitor()
    const doorPage = await door.get('/sign-in')
    let full = true
    // whoever is done goes to the end of the line at once, before any request can take the place
    const again = (): Promise<unknown> =>
      passwords.hash('x').then(
        () => (full ? again() : null),
        () => null,
      )
    const crowd = Array.from({ length: 60 }, again)
    try {
      const refused = await door.agent
        .post('/sign-in')
        .type('form')
        .send({ login: account.login, password: account.password, _csrf: door.tokenOf(doorPage.text) })
      expect(refused.status).toBe(429)
      expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
      const busy = await visitor.agent
        .post('/account/password')
        .type('form')
        .send({ currentPassword: account.password, password: 'Zielony czajnik 7!', _csrf: visitor.tokenOf(page.text) })
      expect([busy.status, busy.text.includes('Ostoja is busy')]).toEqual([503, true])
      expect(Number(busy.headers['retry-after'])).toBeGreaterThan(0)
    } finally {
      full = false
      await Promise.all(crowd)
    }
  })
})

describe('a refusal for want of room', () => {
  it('is no guess: however often it comes, the right password is looked at as soon as there is room', async () => {
    const { passwords } = ostoja.platform
    const crowded = createSignIn({
      ...needs(),
      passwords: { ...passwords, match: () => Promise.reject(new TooBusy(5)) },
    })
    for (const device of ['usual', 'never seen']) {
      const place = { address: '127.0.0.1', userAgent: '', session: device, device, rememberMe: false }
      for (let attempts = 0; attempts < 30; attempts++)
        expect(await crowded.signIn(account, place)).toEqual({ outcome: 'slow-down', seconds: 5 })
      expect((await createSignIn(needs()).signIn(account, place)).outcome).toBe('signed-in')
      await ostoja.features.sessions.end({ tenantId: tenant, accountId: account.id }, 'signed-out')
    }
  })
})

describe('a login nobody can type', () => {
  it('is like an unknown one', async () => {
    expect((await attempt(`Ewa\0${account.login}`)).status).toBe(422)
  })
})
