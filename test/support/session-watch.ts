import type { Page } from 'playwright-core'
import type { Ostoja, TestAccount } from './ostoja.ts'

/** Asks again and again until there is an answer. @throws Error when it takes longer than `ms` milliseconds */
export const until = async <T>(what: string, ask: () => Promise<T>, ms = 8000): Promise<NonNullable<T>> => {
  const end = Date.now() + ms
  for (;;) {
    const answer = await ask()
    if (answer) return answer
    if (Date.now() > end) throw new Error(`It took too long until ${what}`)
    await new Promise(resolve => setTimeout(resolve, 25))
  }
}

/** Signs in by the form, as a person does. */
export const signIn = async (page: Page, { login, password }: TestAccount, url: string, { remember = false } = {}) => {
  await page.goto(`${url}/sign-in`)
  if (remember) await page.check('#rememberMe')
  await page.fill('#login', login)
  await page.fill('#password', password)
  await page.click('.door-card button[type="submit"]')
  await page.waitForSelector('.shell')
}

/** What the server knows of the sessions of one tenant's accounts. */
export const watchSessions = (ostoja: Ostoja, tenantId: string) => {
  const held = ({ id }: TestAccount) => ostoja.platform.redis.hgetall(`active:${tenantId}:${id}`)
  return {
    tenantId,
    held,
    isLive: async ({ id }: TestAccount) => (await ostoja.features.sessions.look({ tenantId, accountId: id })) !== null,
    /** The page that is open has said so, and none that was left before it has put the session in doubt. */
    settled: (account: TestAccount) =>
      until('the page was heard of', async () => {
        const fields = await held(account)
        const pages = Object.entries(fields).filter(([name]) => name.startsWith('page:'))
        return (
          !fields.closing &&
          pages.some(([, value]) => value.startsWith('c')) &&
          !pages.some(([, value]) => value.startsWith('e'))
        )
      }),
  }
}
