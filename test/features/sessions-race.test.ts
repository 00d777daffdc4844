import { Router } from 'express'
import { randomUUID } from 'node:crypto'
import { Agent, request } from 'node:https'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { signedIn } from '../../src/platform/web/guard.ts'
import { anotherWeb } from '../support/another-web.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'
import { createVisitor, type Visitor } from '../support/visitor.ts'

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
    it(`leave exactly one live session in each of 50 rounds of 200 (${policy})`, async () => {
      const webs = [ostoja.features.sessions, second.features.sessions]
      for (let round = 0; round < 50; round++) {
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

  it('leave exactly one signed in when they come through the form', async () => {
    for (let round = 0; round < 6; round++) {
      const { login, password } = await ostoja.newAccount(tenant, ['staff'])
      const visitors = Array.from({ length: 8 }, (_, index) => createVisitor(index % 2 ? second.url : ostoja.url))
      const answers = await Promise.all(
        visitors.map(visitor => visitor.post('/sign-in', { login, password }, '/sign-in')),
      )
      expect(answers.map(answer => answer.status).sort()).toEqual([303, 409, 409, 409, 409, 409, 409, 409])
      const pages = await Promise.all(visitors.map(visitor => visitor.get('/')))
      expect(pages.filter(page => page.status === 200).length).toBe(1)
    }
  })
})

describe('500 slow requests that are under way while their session ends', () => {
  const startSlow = async (visitor: Visitor) => {
    const cookies = await cookiesOf(visitor)
    gate = new Promise(resolve => (letGo = resolve))
    waiting = 0
    const agent = new Agent({ rejectUnauthorized: false, maxSockets: 500 })
    const answers = Array.from({ length: 500 }, () => ask(`${second.url}/slow`, cookies, agent))
    while (waiting < 500) await new Promise(resolve => setTimeout(resolve, 20))
    return {
      finish: async () => {
        letGo()
        const statuses = await Promise.all(answers)
        agent.destroy()
        expect(statuses).toEqual(Array.from({ length: 500 }, () => 200))
      },
    }
  }
  const newcomer = async () => {
    const account = await ostoja.newAccount(tenant, ['staff'])
    const visitor = createVisitor(second.url)
    await visitor.signIn(account)
    return { visitor, account: { tenantId: tenant, accountId: account.id } }
  }
  const sessionKeys = () => ostoja.platform.redis.keys('session:*')

  it('bring none back after a sign-out, nor any of its data', async () => {
    const { visitor, account } = await newcomer()
    const slow = await startSlow(visitor)
    const old = await cookiesOf(visitor)
    await visitor.post('/sign-out')
    await slow.finish()

    expect(await ostoja.features.sessions.look(account)).toBeNull()
    const kept = await Promise.all((await sessionKeys()).map(async key => ostoja.platform.redis.get(key)))
    const owners = kept.map(
      text => (JSON.parse(text ?? '{}') as { signedIn?: { accountId: number } }).signedIn?.accountId,
    )
    expect(owners).not.toContain(account.accountId)
    expect(await ask(`${second.url}/`, old)).toBe(303)
  })

  it('bring none back after an administrator ended it, and somebody else is in by then', async () => {
    const { visitor, account } = await newcomer()
    const slow = await startSlow(visitor)
    const old = await cookiesOf(visitor)
    await ostoja.features.sessions.end(account, 'administrator')
    await slow.finish()
    expect(await ostoja.features.sessions.look(account)).toBeNull()
    expect(await ask(`${second.url}/`, old)).toBe(303)
  })
})

const cookiesOf = async (visitor: Visitor): Promise<string> => {
  const { hostname } = new URL(second.url)
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- the jar's own type has no front door
  const jar = visitor.agent.jar.getCookies({ domain: hostname, path: '/', secure: true, script: false })
  return jar.toValueString()
}

const ask = (url: string, cookie: string, agent = new Agent({ rejectUnauthorized: false })): Promise<number> =>
  new Promise((resolve, reject) => {
    request(url, { agent, headers: { cookie } }, answer => {
      answer.resume()
      answer.on('end', () => resolve(answer.statusCode ?? 0))
    })
      .on('error', reject)
      .end()
  })
