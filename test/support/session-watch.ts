import type { Page } from 'playwright-core'
import type { Ostoja, TestAccount } from './ostoja.ts'
import { until } from './until.ts'

/** Signs in by the form, as a person does. */
export const signIn = async (page: Page, account: TestAccount, url: string, { remember = false } = {}) => {
  await tryToSignIn(page, account, url, { remember })
  await page.waitForSelector('.shell')
}

/** Sends the form of the sign-in, and leaves the page at whatever the answer is. */
export const tryToSignIn = async (
  page: Page,
  { login, password }: TestAccount,
  url: string,
  { remember = false } = {},
) => {
  await page.goto(`${url}/sign-in`)
  if (remember) await page.check('#rememberMe')
  await page.fill('#login', login)
  await page.fill('#password', password)
  await page.click('.door-card button[type="submit"]')
}

/** What the server knows of the sessions of one tenant's accounts. */
export const watchSessions = (ostoja: Ostoja, tenantId: string) => {
  const held = ({ id }: TestAccount) => ostoja.platform.redis.hgetall(`active:${tenantId}:${id}`)
  const idleFor = async (account: TestAccount) => ostoja.platform.clock().getTime() - Number((await held(account)).last)
  /** The page asks the server about its session now. */
  const nudge = (page: Page) => page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))

  /** The page that is open has said so, and none that was left before it has put the session in doubt. */
  const settled = (account: TestAccount) =>
    until('the page was heard of', async () => {
      const fields = await held(account)
      const pages = Object.entries(fields).filter(([name]) => name.startsWith('page:'))
      return (
        !fields.closing &&
        pages.some(([, value]) => value.startsWith('c')) &&
        !pages.some(([, value]) => value.startsWith('e'))
      )
    })

  return {
    tenantId,
    held,
    idleFor,
    nudge,
    isLive: async ({ id }: TestAccount) => (await ostoja.features.sessions.look({ tenantId, accountId: id })) !== null,
    settled,
    /** And its browser has its event stream. */
    streaming: async (account: TestAccount) => {
      await settled(account)
      await until('the browser had its stream', async () => (await held(account)).stream)
    },
    /** Time goes by with nobody doing anything, until it was so much; the page goes on with its heartbeats. */
    passUntilIdleFor: async (ms: number, account: TestAccount, page: Page) => {
      for (;;) {
        const left = ms - (await idleFor(account))
        if (left <= 0) return
        ostoja.skip(Math.min(left, 90_000))
        const { seen } = await held(account)
        await nudge(page)
        await until('the page was heard of', async () => (await held(account)).seen !== seen)
      }
    },
  }
}
