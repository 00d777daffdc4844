import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser } from '../support/browser.ts'
import { connectTo as connect, launchBrowserProcess } from '../support/browser-process.ts'
import { startOstoja, type Ostoja, type TestAccount } from '../support/ostoja.ts'
import { signIn, until, watchSessions } from '../support/session-watch.ts'

let ostoja: Ostoja
let browser: Browser
let tenant: string
let watch: ReturnType<typeof watchSessions>

beforeAll(async () => {
  ostoja = await startOstoja()
  tenant = await ostoja.newTenant()
  watch = watchSessions(ostoja, tenant)
  browser = await launchBrowser()
})
afterAll(async () => {
  await browser.close()
  await ostoja.close()
})

const newContext = (from: Browser = browser) => from.newContext({ ignoreHTTPSErrors: true, locale: 'en-GB' })
const signedInPage = async (context: BrowserContext, account?: TestAccount) => {
  const own = account ?? (await ostoja.newAccount(tenant, ['staff', 'administrator']))
  const page = await context.newPage()
  await signIn(page, own, ostoja.url)
  await watch.settled(own)
  return { page, account: own }
}

describe('closing the last window', () => {
  it('ends the session within 4 seconds by the server’s own word, 50 times of 50', { timeout: 600_000 }, async () => {
    let closed = 0
    const now = () => ostoja.platform.clock().getTime()
    const closeAgainAndAgain = async () => {
      const context = await newContext()
      const account = await ostoja.newAccount(tenant, ['staff'])
      for (let round = 0; round < 25; round++) {
        const { page } = await signedInPage(context, account)
        const closedAt = now()
        await page.close()
        expect(await watch.isLive(account)).toBe(true) // not before the grace: it may have been a reload
        await new Promise(resolve => setTimeout(resolve, closedAt + 4000 - now()))
        expect(await watch.isLive(account)).toBe(false)
        closed++
      }
      await context.close()
    }
    await Promise.all(Array.from({ length: 2 }, closeAgainAndAgain))
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
    expect(await watch.isLive(account)).toBe(true)
    expect((await watch.held(account)).closing).toBeUndefined()
    ostoja.skip(119_500)
    expect(await watch.isLive(account)).toBe(false)
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
    await signIn(again, account, ostoja.url)
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
    await watch.settled(account)
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
    expect(await watch.isLive(account)).toBe(false)

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
    await watch.settled(account)
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

describe('a computer that sleeps', () => {
  /** As with the lid closed: nothing runs in the page, then every timer that was due runs once. */
  const sleep = async (page: Page, seconds: number) => {
    ostoja.skip(seconds * 1000)
    await page.clock.fastForward(seconds * 1000)
  }
  const asleep = async (settings?: { autoLogoutMinutes: number }) => {
    const context = await newContext()
    const page = await context.newPage()
    await page.clock.install()
    const account = await ostoja.newAccount(tenant, ['staff', 'administrator'])
    if (settings) {
      const actor = { tenantId: tenant, accountId: account.id, roles: ['administrator' as const] }
      await ostoja.features.settings.change(actor, { ...(await ostoja.features.settings.of(tenant)), ...settings })
    }
    await signIn(page, account, ostoja.url)
    await page.goto(`${ostoja.url}/clients/new`)
    await watch.settled(account)
    return { context, page, account }
  }

  it('shows the time that is left right after it wakes up', async () => {
    const { context, page } = await asleep({ autoLogoutMinutes: 2 })
    await sleep(page, 85)
    await page.locator('dialog[data-countdown][open]').waitFor({ timeout: 2000 })
    const left = Number(await page.locator('[data-countdown-left]').textContent())
    expect(left).toBeLessThanOrEqual(35)
    expect(left).toBeGreaterThan(20)
    await context.close()
    const actor = { tenantId: tenant, accountId: 0, roles: ['administrator' as const] }
    await ostoja.features.settings.change(actor, {
      ...(await ostoja.features.settings.of(tenant)),
      autoLogoutMinutes: 10,
    })
  })

  it('past the limit shows the signed-out page as it wakes up, and nothing else', async () => {
    const { context, page } = await asleep()
    await page.evaluate(() => {
      document.querySelector<HTMLInputElement>('#familyName')!.value = 'Żółć'
    })
    await sleep(page, 11 * 60)
    await page.waitForURL('**/signed-out', { timeout: 2000, waitUntil: 'commit' })
    expect(await page.locator('.shell').count()).toBe(0)
    await context.close()
  })
})

const idleFor = async (account: TestAccount) =>
  ostoja.platform.clock().getTime() - Number((await watch.held(account)).last)
/** Time goes by with nobody doing anything; the page goes on with its heartbeats. */
const passUntilIdleIs = async (ms: number, page: Page, account: TestAccount) => {
  for (;;) {
    const left = ms - (await idleFor(account))
    if (left <= 0) return
    ostoja.skip(Math.min(left, 90_000))
    const seen = (await watch.held(account)).seen
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
    await until('the page was heard of', async () => (await watch.held(account)).seen !== seen)
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
