import { Router } from 'express'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { signedIn } from '../../src/platform/web/guard.ts'
import { anotherWeb } from '../support/another-web.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'
import { createPlainBrowser, type PlainBrowser } from '../support/plain-browser.ts'
import { rounds } from '../support/rounds.ts'
import { until } from '../support/until.ts'

const times = rounds({ soak: 50, usual: 10 })
const slowRequests = rounds({ soak: 500, usual: 60 })

let ostoja: Ostoja
let second: Awaited<ReturnType<typeof anotherWeb>>
let tenant: string
let waiting = 0
let letGo: () => void = () => undefined
let gate: Promise<void> = Promise.resolve()

/** Answers only when it is let go, and changes its session, so that it has something to save. */
const slowRoutes = () => {
  const router = Router()
  router.get('/slow', signedIn(), async (req, res) => {
    waiting++
    await gate
    req.session.language = 'pl'
    res.send('late')
  })
  return router
}

beforeAll(async () => {
  ostoja = await startOstoja()
  second = await anotherWeb(ostoja, [slowRoutes()])
  tenant = await ostoja.newTenant()
})
afterAll(async () => {
  await second.close()
  await ostoja.close()
})

const claimant = (session: string, policy: 'block' | 'take-over') => ({
  session,
  device: randomUUID(),
  idleMs: 600_000,
  policy,
  remembered: false,
})

describe('many sign-ins to one account at once, over two webs', () => {
  for (const policy of ['block', 'take-over'] as const)
    it(`leave exactly one live session in each of ${times} rounds of 200 (${policy})`, async () => {
      const webs = [ostoja.features.sessions, second.features.sessions]
      for (let round = 0; round < times; round++) {
        const account = { tenantId: tenant, accountId: 1_000_000 + round }
        const names = Array.from({ length: 200 }, (_, index) => `${policy} ${round} ${index}`)
        const claims = await Promise.all(
          names.map((name, index) => webs[index % 2]!.claim(account, claimant(name, policy))),
        )
        const live = await Promise.all(
          names.map((name, index) => webs[(index + 1) % 2]!.touch(account, name, { active: true })),
        )
        expect(live.filter(touched => touched.live).length).toBe(1)
        if (policy === 'block') {
          expect(claims.filter(claim => claim.claimed).length).toBe(1)
          expect(live[claims.findIndex(claim => claim.claimed)]!.live).toBe(true)
        }
      }
    })
})

describe(`${slowRequests} slow requests that are under way while their session ends`, () => {
  const startSlow = async (browser: PlainBrowser) => {
    gate = new Promise(resolve => (letGo = resolve))
    waiting = 0
    const requests = Array.from({ length: slowRequests }, () => browser.copy().get(`${second.url}/slow`))
    await until('all are under way', () => waiting === slowRequests)
    return {
      finish: async () => {
        letGo()
        const statuses = (await Promise.all(requests)).map(({ status }) => status)
        expect(statuses).toEqual(Array.from({ length: slowRequests }, () => 200))
      },
    }
  }
  const newcomer = async () => {
    const account = await ostoja.newAccount(tenant, ['staff'])
    const { login, password } = account
    const browser = createPlainBrowser()
    const page = await browser.get(`${second.url}/sign-in`)
    expect((await browser.post(`${second.url}/sign-in`, { login, password }, page)).status).toBe(303)
    return { browser, account: { tenantId: tenant, accountId: account.id } }
  }
  const sessionKeys = () => ostoja.platform.redis.keys('session:*')

  it('bring none back after a sign-out, nor any of its data', async () => {
    const { browser, account } = await newcomer()
    const slow = await startSlow(browser)
    const old = browser.copy()
    await browser.post(`${second.url}/sign-out`, {}, await browser.get(`${second.url}/`))
    await slow.finish()

    expect(await ostoja.features.sessions.look(account)).toBeNull()
    const kept = await Promise.all((await sessionKeys()).map(async key => ostoja.platform.redis.get(key)))
    const owners = kept.map(
      text => (JSON.parse(text ?? '{}') as { signedIn?: { accountId: number } }).signedIn?.accountId,
    )
    expect(owners).not.toContain(account.accountId)
    expect((await old.get(`${second.url}/`)).status).toBe(303)
  })

  it('bring none back after an administrator ended it, and somebody else is in by then', async () => {
    const { browser, account } = await newcomer()
    const slow = await startSlow(browser)
    const old = browser.copy()
    await ostoja.features.sessions.end(account, 'administrator')
    await slow.finish()
    expect(await ostoja.features.sessions.look(account)).toBeNull()
    expect((await old.get(`${second.url}/`)).status).toBe(303)
  })
})
