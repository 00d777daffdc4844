import { AxeBuilder } from '@axe-core/playwright'
import { Router } from 'express'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { signedIn } from '../../src/platform/web/guard.ts'
import { anotherWeb } from '../support/another-web.ts'
import { launchBrowser } from '../support/browser.ts'
import { connectTo as connect, launchBrowserProcess } from '../support/browser-process.ts'
import { startOstoja, type Ostoja, type TestAccount } from '../support/ostoja.ts'

let ostoja: Ostoja
let browser: Browser
let tenant: string

beforeAll(async () => {
  ostoja = await startOstoja()
  tenant = await ostoja.newTenant()
  browser = await launchBrowser()
})
afterAll(async () => {
  await browser.close()
  await ostoja.close()
})

const newContext = (from: Browser = browser) => from.newContext({ ignoreHTTPSErrors: true, locale: 'en-GB' })
const keyOf = ({ id }: TestAccount) => ({ tenantId: tenant, accountId: id })
const isLive = async (account: TestAccount) => (await ostoja.features.sessions.look(keyOf(account))) !== null
const held = (account: TestAccount) => ostoja.platform.redis.hgetall(`active:${tenant}:${account.id}`)

const until = async <T>(what: string, ask: () => Promise<T>, ms = 8000): Promise<NonNullable<T>> => {
  const end = Date.now() + ms
  for (;;) {
    const answer = await ask()
    if (answer) return answer
    if (Date.now() > end) throw new Error(`It took too long until ${what}`)
    await new Promise(resolve => setTimeout(resolve, 25))
  }
}
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

const signIn = async (page: Page, { login, password }: TestAccount, url = ostoja.url) => {
  await page.goto(`${url}/sign-in`)
  await page.fill('#login', login)
  await page.fill('#password', password)
  await page.click('.door-card button[type="submit"]')
  await page.waitForSelector('.shell')
}
const signedInPage = async (context: BrowserContext, account?: TestAccount) => {
  const own = account ?? (await ostoja.newAccount(tenant, ['staff', 'administrator']))
  const page = await context.newPage()
  await signIn(page, own)
  await settled(own)
  return { page, account: own }
}

describe('what never signs anybody out', () => {
  const ways: Record<
    string,
    (page: Page, context: BrowserContext, round: number, account: TestAccount) => Promise<unknown>
  > = {
    reload: page => page.reload(),
    'a link': (page, _, round) => page.click(`.rail a[href="${round % 2 ? '/imports' : '/clients'}"]`),
    'a form': async page => {
      await page.locator('.menu-account summary').click()
      await Promise.all([page.waitForEvent('load'), page.locator('.menu-account .language button[value="en"]').click()])
    },
    'a download': async page => {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.evaluate(() => {
          location.href = '/download'
        }),
      ])
      await download.path()
    },
    'Back and Forward': async (page, _, round) => (round % 2 ? page.goForward() : page.goBack()),
    'the back/forward cache': page =>
      page.evaluate(() => {
        dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))
        setTimeout(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })), 30)
        return new Promise(resolve => setTimeout(resolve, 60))
      }),
    'a second tab that is closed': async (page, context, _, account) => {
      const second = await context.newPage()
      await second.goto(page.url())
      await settled(account)
      await second.close()
    },
  }

  it('is any of these, 50 times each', async () => {
    const downloads = Router()
    downloads.get('/download', signedIn(), (_req, res) => void res.attachment('list.csv').send('a;b'))
    const web = await anotherWeb(ostoja, [downloads])
    const context = await newContext()
    const account = await ostoja.newAccount(tenant, ['staff', 'administrator'])
    const page = await context.newPage()
    await signIn(page, account, web.url)
    await page.goto(`${web.url}/clients`)
    await page.goto(`${web.url}/imports`)
    for (const [way, go] of Object.entries(ways)) {
      for (let round = 0; round < 50; round++) {
        await go(page, context, round, account)
        await settled(account).catch(async () => {
          throw new Error(`${way} ${round}: ${page.url()} ${JSON.stringify(await held(account))}`)
        })
        await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
        // Past the grace: whatever had started it would end the session now.
        ostoja.skip(4000)
        expect(`${way} ${round}: ${String(await isLive(account))}`).toBe(`${way} ${round}: true`)
      }
    }
    await page.reload()
    expect(await page.locator('.shell').count()).toBe(1)
    await context.close()
    await web.close()
  })
})

describe('closing the last window', () => {
  it('is known to the server within a second and ends the session 3 seconds after, 50 times of 50', async () => {
    let closed = 0
    const closeTenTimes = async () => {
      const context = await newContext()
      const account = await ostoja.newAccount(tenant, ['staff'])
      for (let round = 0; round < 10; round++) {
        const { page } = await signedInPage(context, account)
        const closedAt = ostoja.platform.clock().getTime()
        await page.close()
        const { closing } = await until('the server heard of the closing', async () => {
          const fields = await held(account)
          return fields.closing ? fields : null
        })
        expect(Number(closing) - closedAt).toBeLessThan(4000 + slack)
        await until('the session was over', async () => !(await isLive(account)))
        closed++
      }
      await context.close()
    }
    await Promise.all(Array.from({ length: 5 }, closeTenTimes))
    expect(closed).toBe(50)
  })
})

describe('a browser that is killed', () => {
  it('frees its account within 120 seconds', async () => {
    const server = await launchBrowserProcess()
    const doomed = await connect(server)
    const { account } = await signedInPage(await newContext(doomed))
    server.process().kill('SIGKILL')
    await until('the browser was gone', async () => !doomed.isConnected())
    await new Promise(resolve => setTimeout(resolve, 500))
    expect(await isLive(account)).toBe(true)
    expect((await held(account)).closing).toBeUndefined()
    ostoja.skip(119_500)
    expect(await isLive(account)).toBe(false)
    const elsewhere = await newContext()
    await signedInPage(elsewhere, account)
    await elsewhere.close()
  })

  it('gets back in at once itself, and finds what was being typed', async () => {
    const server = await launchBrowserProcess()
    const doomed = await connect(server)
    const context = await newContext(doomed)
    const { page, account } = await signedInPage(context)
    await page.goto(`${ostoja.url}/clients/new`)
    await page.fill('#givenNames', 'Zdzisława')
    await until('the draft was kept', async () => (await draftsOf(account)) === 1)
    const cookies = (await context.cookies()).filter(cookie => cookie.name.endsWith('device'))
    server.process().kill('SIGKILL')
    await until('the browser was gone', async () => !doomed.isConnected())

    const restarted = await newContext()
    await restarted.addCookies(cookies)
    const again = await restarted.newPage()
    await signIn(again, account)
    expect(new URL(again.url()).pathname).toBe('/clients/new')
    await bringBack(again)
    expect(await again.inputValue('#givenNames')).toBe('Zdzisława')
    await restarted.close()
  })
})

describe('the idle limit', () => {
  it('reached with five tabs open blanks all within 2 seconds, and leaves nothing in Back', async () => {
    const context = await newContext()
    const { page, account } = await signedInPage(context)
    const tabs = [page]
    for (const path of ['/clients', '/imports', '/settings', '/clients/new']) {
      const tab = await context.newPage()
      await tab.goto(ostoja.url + path)
      tabs.push(tab)
    }
    // By script, which is no activity: what a person does is reported later, when this test's clock has long moved on.
    await tabs[4]!.evaluate(() => {
      const field = document.querySelector<HTMLInputElement>('#familyName')!
      field.value = 'Żółć'
      field.dispatchEvent(new Event('input', { bubbles: true }))
    })
    await settled(account)
    // Five seconds before the limit; one tab asks, all show the question.
    await passUntilIdleIs(10 * 60_000 - 5000, tabs[1]!, account)
    await Promise.all(tabs.map(tab => tab.waitForSelector('dialog[data-countdown][open]')))
    const ended = await Promise.all(
      tabs.map(async tab => {
        await tab.waitForURL('**/signed-out', { timeout: 20_000, waitUntil: 'commit' })
        const at = Date.now()
        expect(await tab.locator('.shell').count()).toBe(0)
        expect(await tab.textContent('main')).toContain('Nothing happened for a while')
        return at
      }),
    )
    expect(Math.max(...ended) - Math.min(...ended)).toBeLessThan(2000)
    expect(await isLive(account)).toBe(false)

    await tabs[3]!.goBack().catch(() => null)
    expect(await tabs[3]!.locator('.shell').count()).toBe(0)
    await tabs[4]!.click('a[href="/sign-in"]')
    await tabs[4]!.fill('#login', account.login)
    await tabs[4]!.fill('#password', account.password)
    await tabs[4]!.click('.door-card button[type="submit"]')
    await tabs[4]!.waitForURL('**/clients/new')
    await bringBack(tabs[4]!)
    expect(await tabs[4]!.inputValue('#familyName')).toBe('Żółć')
    await context.close()
  })

  it('is put off by any key, in every tab, and the focus returns to where one was', async () => {
    const context = await newContext()
    const { page, account } = await signedInPage(context)
    const other = await context.newPage()
    await other.goto(`${ostoja.url}/imports`)
    await page.bringToFront()
    await page.goto(`${ostoja.url}/clients/new`)
    await page.focus('#familyName')
    await settled(account)
    await passUntilIdleIs(10 * 60_000 - 40_000, page, account)
    const dialogs = [page, other].map(tab => tab.locator('dialog[data-countdown]'))
    for (const dialog of dialogs) await dialog.waitFor({ state: 'visible' })
    expect(await page.evaluate(() => document.activeElement?.hasAttribute('data-countdown-stay'))).toBe(true)
    expect(await dialogs[0]!.getAttribute('role')).toBe('alertdialog')
    expect(await axeFaults(page)).toEqual([])

    await page.keyboard.press('a')
    for (const tab of [page, other])
      await tab.waitForFunction(() => !document.querySelector('dialog[data-countdown][open]'))
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('familyName')
    expect(await idleFor(account)).toBeLessThan(10_000)
    await context.close()
  })
})

describe('remember me', () => {
  it('outlasts the browser where the tenant offers it and the box is ticked, until the idle limit', async () => {
    const own = await ostoja.newTenant('Remembers')
    const administrator = await ostoja.signedIn(own, ['administrator'])
    const form = { autoLogoutMinutes: 10, secondSignIn: 'block', rememberMe: 'on', passwordMinimum: 8 }
    await administrator.post('/settings', form, '/settings')
    const account = await ostoja.newAccount(own, ['staff'])
    const live = async () => (await ostoja.features.sessions.look({ tenantId: own, accountId: account.id })) !== null

    const context = await newContext()
    const page = await context.newPage()
    await page.goto(`${ostoja.url}/sign-in`)
    expect(await page.isChecked('#rememberMe')).toBe(false)
    await page.check('#rememberMe')
    await page.fill('#login', account.login)
    await page.fill('#password', account.password)
    await page.click('.door-card button[type="submit"]')
    await page.waitForSelector('.shell')
    const cookie = (await context.cookies()).find(({ name }) => name === '__Host-ostoja')
    expect(cookie!.expires * 1000 - Date.now()).toBeGreaterThan(8 * 60_000)
    expect(cookie!.expires * 1000 - Date.now()).toBeLessThanOrEqual(10 * 60_000)
    await page.close()
    ostoja.skip(5 * 60_000)
    expect(await live()).toBe(true)
    const again = await context.newPage()
    await again.goto(ostoja.url)
    expect(await again.locator('.shell').count()).toBe(1)
    await again.close()
    ostoja.skip(10 * 60_000)
    expect(await live()).toBe(false)
    await context.close()
  })
})

const slack = 500
const idleFor = async (account: TestAccount) => ostoja.platform.clock().getTime() - Number((await held(account)).last)
/** Time goes by with nobody doing anything; the page goes on with its heartbeats. */
const passUntilIdleIs = async (ms: number, page: Page, account: TestAccount) => {
  for (;;) {
    const left = ms - (await idleFor(account))
    if (left <= 0) return
    ostoja.skip(Math.min(left, 90_000))
    const seen = (await held(account)).seen
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
    await until('the page was heard of', async () => (await held(account)).seen !== seen)
  }
}
const draftsOf = async (account: TestAccount): Promise<number> =>
  Number(
    (
      (await ostoja.features.db.asTenant({ tenantId: tenant }, trx =>
        trx('drafts').where({ account_id: account.id }).count().first(),
      )) as { count: string }
    ).count,
  )
const bringBack = async (page: Page) => {
  await page.locator('[data-draft-back]').first().click()
  await page.locator('[data-draft-said].alert').waitFor()
}
const axeFaults = async (page: Page) =>
  (await new AxeBuilder({ page }).analyze()).violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)
