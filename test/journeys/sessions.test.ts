import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser } from '../support/browser.ts'
import { connectTo as connect, launchBrowserProcess } from '../support/browser-process.ts'
import { startOstoja, type Ostoja, type TestAccount } from '../support/ostoja.ts'
import { rounds } from '../support/rounds.ts'
import { signIn, watchSessions } from '../support/session-watch.ts'
import { axeFaults } from '../support/axe.ts'
import { until } from '../support/until.ts'

let ostoja: Ostoja
let browser: Browser
let tenant: string
let watch: ReturnType<typeof watchSessions>

beforeAll(async () => {
  ;[ostoja, browser] = await Promise.all([startOstoja(), launchBrowser()])
  tenant = await ostoja.newTenant()
  watch = watchSessions(ostoja, tenant)
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
const now = () => ostoja.platform.clock().getTime()
/** The auto-logout time where nobody has chosen one. */
const idleLimitMs = 10 * 60_000
/** As long as the computer's clock stands still; whatever happens then needs no time. */
const stopTime = (context: BrowserContext) => context.clock.pauseAt(Date.now() + 1000)

describe('closing the last window', () => {
  it('ends the session 3 seconds after the server hears of it, which is at once', async () => {
    const context = await newContext()
    const account = await ostoja.newAccount(tenant, ['staff'])
    for (let round = 0; round < rounds({ soak: 50, usual: 3 }); round++) {
      const signInFrom = now()
      const { page } = await signedInPage(context, account)
      const signInMs = now() - signInFrom
      const closedAt = now()
      await page.close()
      const [graceMs, streamGraceMs] = [3000, 9000]
      // The break of the stream may be heard of first, with the longer grace that it has.
      const endsAt = await until('the page said that it closed', async () => {
        const { closing = Infinity } = await watch.held(account)
        return Number(closing) < closedAt + streamGraceMs ? Number(closing) : null
      })
      expect(await watch.isLive(account)).toBe(true) // not before the grace: it may have been a reload
      // A second for the way to the server, and more where the machine is slow.
      expect(endsAt - graceMs - closedAt).toBeLessThan(1000 + signInMs)
      ostoja.skip(endsAt - now())
      expect(await watch.isLive(account)).toBe(false)
    }
    await context.close()
  })
})

describe('a browser that is killed', () => {
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
    await until('the browser was gone', () => !doomed.isConnected())

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
  it('reached with five tabs open blanks all at that moment, and leaves nothing in Back', async () => {
    const context = await newContext()
    await context.clock.install()
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
    await stopTime(context)
    const leftMs = 30_000
    // One tab asks, all show the question.
    await watch.passUntilIdleFor(idleLimitMs - leftMs, account, tabs[1]!)
    await Promise.all(tabs.map(tab => tab.waitForSelector('dialog[data-countdown][open]')))
    for (const tab of tabs) expect(await tab.locator('.shell').count()).toBe(1)

    // From here on no time goes by in the tabs but this.
    ostoja.skip(leftMs)
    await context.clock.fastForward(leftMs)
    await Promise.all(
      tabs.map(async tab => {
        await tab.waitForURL('**/signed-out', { waitUntil: 'commit' })
        expect(await tab.locator('.shell').count()).toBe(0)
        expect(await tab.textContent('main')).toContain('Nothing happened for a while')
      }),
    )
    expect(await watch.isLive(account)).toBe(false)
    await context.clock.resume()

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
    await watch.passUntilIdleFor(idleLimitMs - 55_000, account, page)
    const dialogs = [page, other].map(tab => tab.locator('dialog[data-countdown]'))
    for (const dialog of dialogs) await dialog.waitFor({ state: 'visible' })
    expect(await page.evaluate(() => document.activeElement?.hasAttribute('data-countdown-stay'))).toBe(true)
    expect(await dialogs[0]!.getAttribute('role')).toBe('alertdialog')
    expect(await axeFaults(page)).toEqual([])

    await page.keyboard.press('a')
    for (const tab of [page, other])
      await tab.waitForFunction(() => !document.querySelector('dialog[data-countdown][open]'))
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('familyName')
    expect(await watch.idleFor(account)).toBeLessThan(idleLimitMs / 2)
    await context.close()
  })
})

describe('a computer that sleeps', () => {
  /** As with the lid closed: nothing runs in the page, then every timer that was due runs once, and no time goes by. */
  const sleep = async (page: Page, seconds: number) => {
    await stopTime(page.context())
    ostoja.skip(seconds * 1000)
    await page.clock.fastForward(seconds * 1000)
  }
  const asleep = async (settings: { autoLogoutMinutes: number }) => {
    const tenantId = await ostoja.newTenant()
    const account = await ostoja.newAccount(tenantId, ['staff', 'administrator'])
    const actor = { tenantId, accountId: account.id, roles: ['administrator' as const] }
    await ostoja.features.settings.change(actor, { ...(await ostoja.features.settings.of(tenantId)), ...settings })
    const context = await newContext()
    await context.clock.install()
    const page = await context.newPage()
    await signIn(page, account, ostoja.url)
    await page.goto(`${ostoja.url}/clients/new`)
    const watch = watchSessions(ostoja, tenantId)
    await watch.settled(account)
    return { context, page, account, watch }
  }

  it('shows the time that is left right after it wakes up', async () => {
    const { context, page, account, watch } = await asleep({ autoLogoutMinutes: 2 })
    await sleep(page, 85)
    await page.locator('dialog[data-countdown][open]').waitFor()
    const left = Number(await page.locator('[data-countdown-left]').textContent())
    expect(left).toBeLessThanOrEqual(35)
    expect(left).toBeGreaterThanOrEqual((120_000 - (await watch.idleFor(account))) / 1000)
    await context.close()
  })

  it('past the limit shows the signed-out page as it wakes up, and nothing else', async () => {
    const { context, page } = await asleep({ autoLogoutMinutes: 10 })
    await page.evaluate(() => {
      document.querySelector<HTMLInputElement>('#familyName')!.value = 'Żółć'
    })
    await sleep(page, 11 * 60)
    await page.waitForURL('**/signed-out', { waitUntil: 'commit' })
    expect(await page.locator('.shell').count()).toBe(0)
    await context.close()
  })
})

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
