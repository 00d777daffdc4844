import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser } from '../support/browser.ts'
import { startOstoja, unlikely, type Ostoja, type TestAccount } from '../support/ostoja.ts'
import { signIn as signInAt, tryToSignIn, watchSessions } from '../support/session-watch.ts'
import { expectSoundInEachLook } from '../support/sound-page.ts'
import { until } from '../support/until.ts'

let ostoja: Ostoja
let browser: Browser
let tenant: string
let watch: ReturnType<typeof watchSessions>

beforeAll(async () => {
  ;[ostoja, browser] = await Promise.all([startOstoja(), launchBrowser()])
  tenant = await ostoja.newTenant('Schronisko Test')
  watch = watchSessions(ostoja, tenant)
})
afterAll(async () => {
  await browser.close()
  await ostoja.close()
})

const signIn = (page: Page, account: TestAccount) => signInAt(page, account, ostoja.url)
/** The auto-logout time where nobody has chosen one. */
const idleLimitMs = 10 * 60_000

/** Somebody signed in, as they and their browser speak a language. */
const arrive = async (language: 'pl' | 'en') => {
  const account = await ostoja.newAccount(tenant, ['staff', 'administrator'], { language })
  const locale = language === 'pl' ? 'pl-PL' : 'en-GB'
  const newContext = () => browser.newContext({ ignoreHTTPSErrors: true, locale })
  const context = await newContext()
  const page = await context.newPage()
  await signIn(page, account)
  return { account, newContext, context, page }
}

describe('the pages around a session, in light and dark, on a wide screen and a phone', () => {
  it.concurrent.each(['pl', 'en'] as const)('are clean in %s while it lasts', async language => {
    const { account, newContext, context, page } = await arrive(language)
    await page.goto(`${ostoja.url}/settings`)
    await expectSoundInEachLook(page)
    await page.fill('#autoLogoutMinutes', '500')
    await page.click('main .form-actions button')
    await page.locator('#autoLogoutMinutes-problem').waitFor()
    await expectSoundInEachLook(page)
    await page.goto(`${ostoja.url}/settings`)
    await page.locator('[data-draft-offer]').waitFor()
    await expectSoundInEachLook(page)
    await page.goto(`${ostoja.url}/drafts`)
    await expectSoundInEachLook(page)
    await page.click('main a.open')
    await page.locator('.typed').waitFor()
    await expectSoundInEachLook(page)

    const other = await newContext()
    const stranger = await other.newPage()
    await tryToSignIn(stranger, account, ostoja.url)
    await stranger.locator('.door-card .alert-danger').waitFor()
    await expectSoundInEachLook(stranger)
    await Promise.all([context.close(), other.close()])
  })

  // One after the other: each moves the clock.
  it.each(['pl', 'en'] as const)('are clean in %s at its end', async language => {
    const { account, context, page } = await arrive(language)
    await watch.settled(account)
    await watch.passUntilIdleFor(idleLimitMs - 55_000, account, page)
    await page.locator('dialog[data-countdown]').waitFor()
    await expectSoundInEachLook(page)
    expect(await page.locator('dialog[data-countdown]').isVisible()).toBe(true)

    await ostoja.features.sessions.end({ tenantId: tenant, accountId: account.id }, 'administrator')
    await watch.nudge(page)
    await page.waitForURL('**/signed-out')
    await expectSoundInEachLook(page)
    await page.click('a[href="/sign-in"]')
    await page.waitForURL('**/sign-in')
    await expectSoundInEachLook(page)
    await context.close()
  })
})

const draftKept = (page: Page) =>
  page.waitForResponse(response => response.url().endsWith('/drafts') && response.status() === 204)

/**
 * Nothing that the page asks for is on its way any more, and nothing gets through: a request that was, and met the end of
 * the session, would take the token away from a sign-in page that is opened at the same moment.
 * @returns what connects it again
 */
const cutOff = async (page: Page) => {
  await page.waitForLoadState('networkidle')
  await page.route('**/*', route => route.abort())
  return () => page.unroute('**/*')
}

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
    await page.locator('details.fold:has(#interpreterNeeded) > summary').click()
    await page.check('#interpreterNeeded')
    const phones = page.locator('[data-repeat]', { has: page.locator('[name^="phones["]') })
    await phones.locator('[data-repeat-add]').click()
    await phones.locator('[data-repeat-add]').click()
    const numbers = phones.locator('input[name$="[number]"], input[name$="[typed]"]')
    const typed = ['500 000 001', '500 000 002', '500 000 003']
    for (const [place, number] of typed.entries()) await numbers.nth(place).fill(number)
    await page.fill('[name="contacts[0][name]"]', 'Maria')
    await page.locator('#contacts > [data-repeat-add]').click()
    await page.fill('[name="contacts[1][name]"]', 'Piotr')
    await page.locator('#contacts-1-phones > [data-repeat-add]').click()
    await page.fill('[name="contacts[1][phones][1][number]"]', '500 000 004')
    await Promise.all([draftKept(page), phones.locator('[data-repeat-remove]').nth(1).click()])
    await page.reload()

    await page.locator('[data-draft-back]').click()
    await page.locator('[data-draft-said].alert').waitFor()
    expect(await page.inputValue('#givenNames')).toBe('Łucja')
    expect(await page.inputValue('#gender')).toBe(gender)
    expect(await page.isChecked('#interpreterNeeded')).toBe(true)
    const values = await numbers.evaluateAll(fields => fields.map(field => (field as HTMLInputElement).value))
    expect(values.filter(Boolean)).toEqual([typed[0], typed[2]])
    expect(await page.inputValue('[name="contacts[1][name]"]')).toBe('Piotr')
    expect(await page.inputValue('[name="contacts[1][phones][1][number]"]')).toBe('500 000 004')
    await page.locator('#contacts > [data-repeat-rows] > [data-repeat-row] > [data-repeat-remove]').last().click()
    await page.selectOption('[name="contacts[0][relationship]"]', 'MTH')
    await page.check('[name="contacts[0][mayBeTold]"][value=yes]')

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

  it('and was still on its way to the server when the session ended comes back as well', async () => {
    const account = await ostoja.newAccount(tenant, ['staff'])
    const context = await browser.newContext({ ignoreHTTPSErrors: true, locale: 'en-GB' })
    const page = await context.newPage()
    await signIn(page, account)
    await page.goto(`${ostoja.url}/clients/new`)
    const held = { yet: false }
    // The page's own request gets no further, as where all connections of the browser are busy.
    await page.route('**/drafts', route => {
      if (route.request().resourceType() === 'fetch') held.yet = true
      else return route.continue()
    })
    await page.fill('#givenNames', 'Wanda')
    await until('the draft was on its way', () => held.yet)
    await ostoja.features.sessions.end({ tenantId: tenant, accountId: account.id }, 'administrator')
    await watch.nudge(page)
    await page.waitForURL('**/signed-out')
    await signIn(page, account)
    await page.waitForURL('**/clients/new')
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
    const reconnect = await cutOff(first)
    await ostoja.features.sessions.end({ tenantId: tenant, accountId: account.id }, 'administrator')
    await signIn(second, account)
    await reconnect()
    const heard = { yet: false }
    first.on('response', answer => {
      if (answer.url().endsWith('/sessions/heartbeat') && answer.ok()) heard.yet = true
    })
    // A page that is still busy with the beat that failed takes no notice of the first nudge.
    await until('the page heard of the new session', async () => {
      await watch.nudge(first)
      return heard.yet
    })
    await first.click('main .form-actions button')
    await until(
      'the setting was saved',
      async () => (await ostoja.features.settings.of(tenant)).autoLogoutMinutes === 33,
    )
    await context.close()
  })

  it('by one person is never shown to the next one in the same browser', async () => {
    const [one, next] = [await ostoja.newAccount(tenant, ['staff']), await ostoja.newAccount(tenant, ['staff'])]
    const context = await browser.newContext({ ignoreHTTPSErrors: true, locale: 'en-GB' })
    const [first, second] = [await context.newPage(), await context.newPage()]
    await signIn(first, one)
    await first.goto(`${ostoja.url}/clients/new`)
    await Promise.all([draftKept(first), first.fill('#givenNames', 'Zdzisława')])
    const reconnect = await cutOff(first)
    await first.fill('#familyName', 'Święcicka')
    await ostoja.features.sessions.end({ tenantId: tenant, accountId: one.id }, 'administrator')
    await signIn(second, next)
    await reconnect()
    await until('the first tab left the form', async () => {
      await watch.nudge(first).catch(() => undefined) // it may be leaving at this moment
      return new URL(first.url()).pathname !== '/clients/new'
    })
    const shown = await first.content()
    for (const typed of ['Zdzisława', 'Święcicka']) expect(shown).not.toContain(typed)
    await second.goto(`${ostoja.url}/clients/new`)
    expect(await second.locator('[data-draft-offer]').count()).toBe(0)
    await context.close()
  })
})

describe('a new client by keyboard alone', () => {
  it.each([390, 1280])('is saved with contacts and makes room for the next, at %i px', async width => {
    const account = await ostoja.newAccount(tenant, ['staff'])
    const context = await browser.newContext({ ignoreHTTPSErrors: true, locale: 'en-GB' })
    const page = await context.newPage()
    await page.setViewportSize({ width, height: 760 })
    await signIn(page, account)
    await page.goto(`${ostoja.url}/clients/new`)
    await page.focus('#givenNames')
    // Nobody who looks like the client of the other width, which would be asked about.
    await page.keyboard.type(`Łucja ${unlikely('Keyboard')}`)
    await tabTo(page, '#contacts-0-name')
    await page.keyboard.type('Maria')
    await tabTo(page, '#contacts-0-relationship')
    await page.keyboard.type('Mother')
    await tabTo(page, '#contacts-0-mayBeTold')
    await page.keyboard.press('Space')
    await tabTo(page, '#contacts > [data-repeat-add]')
    await page.keyboard.press('Enter')
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('contacts-1-name')
    await tabTo(page, '.save-bar [value=another]')
    await page.keyboard.press('Enter')
    await page.locator('[data-flash] .alert-success').waitFor()
    expect(page.url()).toBe(`${ostoja.url}/clients/new`)
    expect(await page.inputValue('#givenNames')).toBe('')
    await context.close()
  })
})

/** Goes on with Tab; nothing that has the focus on the way may lie behind the bar with the buttons (WCAG 2.4.11). */
const tabTo = async (page: Page, wanted: string) => {
  for (let presses = 0; presses < 100; presses++) {
    await page.keyboard.press('Tab')
    const seen = await page.evaluate(() => {
      const bar = document.querySelector('.save-bar')!
      const focused = document.activeElement!
      const top = bar.getBoundingClientRect().top
      return bar.contains(focused) || focused.getBoundingClientRect().bottom <= top ? '' : focused.outerHTML
    })
    expect(seen).toBe('')
    if (await page.evaluate(selector => document.activeElement?.matches(selector), wanted)) return
  }
  throw new Error(`Tab did not lead to ${wanted}`)
}
