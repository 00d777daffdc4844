import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser } from '../support/browser.ts'
import { startOstoja, type Ostoja, type TestAccount } from '../support/ostoja.ts'

let ostoja: Ostoja
let browser: Browser
let tenant: string

beforeAll(async () => {
  ostoja = await startOstoja()
  tenant = await ostoja.newTenant('Schronisko Test')
  browser = await launchBrowser()
})
afterAll(async () => {
  await browser.close()
  await ostoja.close()
})

const signIn = async (page: Page, { login, password }: TestAccount) => {
  await page.goto(`${ostoja.url}/sign-in`)
  await page.fill('#login', login)
  await page.fill('#password', password)
  await page.click('.door-card button[type="submit"]')
  await page.waitForLoadState()
}
const folder = process.env.SCREENSHOTS_DIR

/** Nothing wrong by axe, nothing wider than the screen. */
const check = async (page: Page, name: string) => {
  const { violations } = await new AxeBuilder({ page }).analyze()
  expect(violations.map(({ id, nodes }) => `${name}: ${id} ${nodes[0]?.html}`)).toEqual([])
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  expect(`${name} is ${Math.max(0, wide)} px too wide`).toBe(`${name} is 0 px too wide`)
  if (folder) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: !name.startsWith('countdown') })
}
const askBeforeTheEnd = async (page: Page, account: TestAccount) => {
  const held = () => ostoja.platform.redis.hgetall(`active:${tenant}:${account.id}`)
  for (let steps = 0; steps < 12; steps++) {
    const idle = ostoja.platform.clock().getTime() - Number((await held()).last)
    ostoja.skip(Math.max(0, Math.min(90_000, 555_000 - idle)))
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
    await page.waitForTimeout(150)
    if (await page.locator('dialog[data-countdown]').isVisible()) return
  }
}

describe('the pages around a session', () => {
  for (const language of ['pl', 'en'] as const)
    for (const scheme of ['light', 'dark'] as const)
      for (const width of [1280, 390])
        it(`are clean in ${language}, ${scheme}, at ${width} px`, async () => {
          const account = await ostoja.newAccount(tenant, ['staff', 'administrator'], { language })
          const context = await browser.newContext({
            ignoreHTTPSErrors: true,
            locale: language === 'pl' ? 'pl-PL' : 'en-GB',
            colorScheme: scheme,
            viewport: { width, height: 844 },
          })
          const page = await context.newPage()
          const named = (what: string) => `${what}-${language}-${scheme}-${width}`
          await signIn(page, account)
          await page.goto(`${ostoja.url}/settings`)
          await check(page, named('settings'))
          await page.fill('#autoLogoutMinutes', '500')
          await page.click('main .form-actions button')
          await page.waitForLoadState()
          await check(page, named('settings-wrong'))
          await page.goto(`${ostoja.url}/settings`)
          await check(page, named('offer'))
          await page.goto(`${ostoja.url}/drafts`)
          await check(page, named('drafts'))
          await page.click('main a.open')
          await check(page, named('draft'))
          await askBeforeTheEnd(page, account)
          await check(page, named('countdown'))

          const other = await browser.newContext({
            ignoreHTTPSErrors: true,
            locale: language,
            colorScheme: scheme,
            viewport: { width, height: 844 },
          })
          const stranger = await other.newPage()
          await signIn(stranger, account)
          await check(stranger, named('blocked'))
          await other.close()

          await ostoja.features.sessions.end({ tenantId: tenant, accountId: account.id }, 'administrator')
          await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
          await page.waitForURL('**/signed-out')
          await check(page, named('signed-out'))
          await page.click('a[href="/sign-in"]')
          await check(page, named('sign-in'))
          await context.close()
        })
})

const draftKept = (page: Page) =>
  page.waitForResponse(response => response.url().endsWith('/drafts') && response.status() === 204)

describe('what was typed', () => {
  it('comes back into its form, rows and choices as well, and goes on in the same draft', async () => {
    const account = await ostoja.newAccount(tenant, ['staff'])
    const context = await browser.newContext({ ignoreHTTPSErrors: true, locale: 'en-GB' })
    const page = await context.newPage()
    await signIn(page, account)
    await page.goto(`${ostoja.url}/clients/new`)
    await page.fill('#givenNames', 'Łucja')
    await page.selectOption('#gender', { index: 2 })
    const gender = await page.inputValue('#gender')
    await page.check('#interpreterNeeded')
    const phones = page.locator('[data-repeat]', { has: page.locator('[name^="phones["]') })
    await phones.locator('[data-repeat-add]').click()
    await phones.locator('[data-repeat-add]').click()
    const numbers = phones.locator('input[name$="[number]"], input[name$="[typed]"]')
    const typed = ['500 000 001', '500 000 002', '500 000 003']
    for (const [place, number] of typed.entries()) await numbers.nth(place).fill(number)
    await Promise.all([draftKept(page), phones.locator('[data-repeat-remove]').nth(1).click()])
    await page.reload()

    await page.locator('[data-draft-back]').click()
    await page.locator('[data-draft-said].alert').waitFor()
    expect(await page.inputValue('#givenNames')).toBe('Łucja')
    expect(await page.inputValue('#gender')).toBe(gender)
    expect(await page.isChecked('#interpreterNeeded')).toBe(true)
    const values = await numbers.evaluateAll(fields => fields.map(field => (field as HTMLInputElement).value))
    expect(values.filter(Boolean)).toEqual([typed[0], typed[2]])

    await Promise.all([draftKept(page), page.fill('#familyName', 'Święcicka')])
    await page.reload()
    expect(await page.locator('[data-draft-offer]').count()).toBe(1)
    await page.locator('[data-draft-back]').click()
    await page.locator('[data-draft-said].alert').waitFor()
    expect(await page.inputValue('#familyName')).toBe('Święcicka')
    await page
      .locator('main form[action="/clients"] button[type="submit"], main form .form-actions button.btn-primary')
      .first()
      .click()
    await page.waitForURL(url => url.pathname !== '/clients/new')
    await page.goto(`${ostoja.url}/clients/new`)
    expect(await page.locator('[data-draft-offer]').count()).toBe(0)
    await context.close()
  })

  it('a moment before the page is loaded anew is offered as well', async () => {
    const account = await ostoja.newAccount(tenant, ['staff'])
    const context = await browser.newContext({ ignoreHTTPSErrors: true, locale: 'en-GB' })
    const page = await context.newPage()
    await signIn(page, account)
    await page.goto(`${ostoja.url}/clients/new`)
    await page.fill('#givenNames', 'Wanda')
    await page.reload()
    await page.locator('[data-draft-back]').click()
    await page.locator('[data-draft-said].alert').waitFor()
    expect(await page.inputValue('#givenNames')).toBe('Wanda')
    await context.close()
  })

  it('in a tab of an earlier session can still be sent, since the tab learns the new token', async () => {
    const account = await ostoja.newAccount(tenant, ['staff', 'administrator'])
    const context = await browser.newContext({ ignoreHTTPSErrors: true, locale: 'en-GB' })
    const [first, second] = [await context.newPage(), await context.newPage()]
    await signIn(first, account)
    await first.goto(`${ostoja.url}/settings`)
    await first.fill('#autoLogoutMinutes', '33')
    // A beat that is still under way would hear of the end.
    await first.waitForLoadState('networkidle')
    await first.route('**/sessions/**', route => route.abort())
    await ostoja.features.sessions.end({ tenantId: tenant, accountId: account.id }, 'administrator')
    await signIn(second, account)
    await first.unroute('**/sessions/**')
    const heard = first.waitForResponse(response => response.url().endsWith('/sessions/heartbeat') && response.ok())
    // A page that is still busy with the beat that failed takes no notice of the first nudge.
    const nudge = setInterval(() => {
      first.evaluate(() => document.dispatchEvent(new Event('visibilitychange'))).catch(() => undefined)
    }, 500)
    await heard
    clearInterval(nudge)
    await first.click('main .form-actions button')
    await first.waitForLoadState()
    expect(await ostoja.features.settings.of(tenant)).toMatchObject({ autoLogoutMinutes: 33 })
    await context.close()
  })

  it('by one person is never shown to the next one in the same browser', async () => {
    const [one, next] = [await ostoja.newAccount(tenant, ['staff']), await ostoja.newAccount(tenant, ['staff'])]
    const context = await browser.newContext({ ignoreHTTPSErrors: true, locale: 'en-GB' })
    const [first, second] = [await context.newPage(), await context.newPage()]
    await signIn(first, one)
    await first.goto(`${ostoja.url}/clients/new`)
    await first.fill('#givenNames', 'Zdzisława')
    await ostoja.features.sessions.end({ tenantId: tenant, accountId: one.id }, 'administrator')
    await signIn(second, next)
    await first.waitForURL(url => url.pathname !== '/clients/new')
    expect(await first.content()).not.toContain('Zdzisława')
    await second.goto(`${ostoja.url}/clients/new`)
    expect(await second.locator('[data-draft-offer]').count()).toBe(0)
    await context.close()
  })
})
