import { Agent } from 'node:https'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { productionPasswordCost } from '../../src/platform/vault/passwords.ts'
import { startOstoja, type Ostoja, type TestAccount } from '../support/ostoja.ts'
import { createPlainBrowser, type PlainBrowser } from '../support/plain-browser.ts'
import { rounds } from '../support/rounds.ts'
import { startWebProcess } from '../support/web-process.ts'

const times = rounds({ soak: 50, usual: 2 })
const crowdSize = rounds({ soak: 200, usual: 60 })
const { memoryCost, timeCost, parallelism } = productionPasswordCost
const password = {
  memoryCost: rounds({ soak: memoryCost, usual: 1024 }),
  timeCost: rounds({ soak: timeCost, usual: 1 }),
  parallelism,
}

type Web = Awaited<ReturnType<typeof startWebProcess>>
let ostoja: Ostoja
let webs: [Web, Web]
let tenant: string
let account: TestAccount
let crowd: PlainBrowser[]
const agent = new Agent({ keepAlive: true, rejectUnauthorized: false })

const webOf = (index: number) => webs[index % 2]!.url
const otherWebOf = (index: number) => webs[(index + 1) % 2]!.url

/** As a person does: where the answer is that too many are waiting, once more a moment later. */
const signIn = async (browser: PlainBrowser, url: string, page: Awaited<ReturnType<PlainBrowser['get']>>) => {
  const { login, password } = account
  let answer = page
  let refusals = -1
  do {
    if (++refusals > 0) await new Promise(resolve => setTimeout(resolve, 200 + Math.random() * 300))
    answer = await browser.post(`${url}/sign-in`, { login, password }, answer)
  } while (answer.status === 429)
  return { status: answer.status, refusals }
}
const enter = async (browser: PlainBrowser, url: string) =>
  (await signIn(browser, url, await browser.get(`${url}/sign-in`))).status
const setPolicy = (secondSignIn: 'block' | 'take-over') =>
  ostoja.features.settings.change(
    { tenantId: tenant, accountId: account.id, roles: ['administrator'] },
    { autoLogoutMinutes: 10, secondSignIn, rememberMe: false, passwordMinimum: 8, passphrases: false },
  )
const live = () => ostoja.features.sessions.look({ tenantId: tenant, accountId: account.id })

beforeAll(async () => {
  ostoja = await startOstoja({ derivation: { password } })
  webs = await Promise.all([startWebProcess(ostoja.config), startWebProcess(ostoja.config)])
  tenant = await ostoja.newTenant()
  account = await ostoja.newAccount(tenant, ['staff'])
  // Browsers that the owner has used before: strangers by the hundred are let in one after another, which is another test.
  crowd = Array.from({ length: crowdSize }, (_, index) =>
    createPlainBrowser({ agent, address: `203.0.113.${index + 1}` }),
  )
  await setPolicy('take-over')
  for (const [index, browser] of crowd.entries()) expect(await enter(browser, webOf(index))).toBe(303)
})
afterAll(async () => {
  agent.destroy()
  await Promise.all(webs.map(web => web.close()))
  await ostoja.close()
})

describe(`${crowdSize} sign-ins at once to one account, by the form, over two web processes, ${times} rounds`, () => {
  it('reach two processes', () => {
    expect(new Set([process.pid, ...webs.map(web => web.pid)]).size).toBe(3)
  })

  for (const policy of ['block', 'take-over'] as const)
    it(`leave exactly one live session each time (${policy})`, async () => {
      await setPolicy(policy)
      let refusedAsBusy = 0
      for (let round = 0; round < times; round++) {
        await ostoja.features.sessions.end({ tenantId: tenant, accountId: account.id }, 'signed-out')
        const pages = await Promise.all(crowd.map((browser, index) => browser.get(`${webOf(index)}/sign-in`)))
        const answers = await Promise.all(crowd.map((browser, index) => signIn(browser, webOf(index), pages[index]!)))
        refusedAsBusy += answers.reduce((sum, { refusals }) => sum + refusals, 0)
        const statuses = answers.map(({ status }) => status)
        const signedIn = statuses.filter(status => status === 303).length
        const blocked = statuses.filter(status => status === 409).length
        expect([round, signedIn, blocked]).toEqual(
          policy === 'block' ? [round, 1, crowdSize - 1] : [round, crowdSize, 0],
        )

        const homes = await Promise.all(crowd.map((browser, index) => browser.get(`${otherWebOf(index)}/`)))
        const inside = homes.map(({ status }) => status === 200)
        expect([round, inside.filter(Boolean).length]).toEqual([round, 1])
        if (policy === 'block') expect(inside.indexOf(true)).toBe(statuses.indexOf(303))
        expect(await live()).not.toBeNull()
      }
      console.info(`${policy}: ${times} rounds, ${refusedAsBusy} of ${times * crowdSize} had to try again`)
    })
})
