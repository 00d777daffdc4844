import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { launchBrowser } from '../support/browser.ts'
import { newClient, newStaff } from '../support/clients.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'
import { signIn } from '../support/session-watch.ts'
import { expectSoundInEachLook } from '../support/sound-page.ts'

const many = 10
let ostoja: Ostoja
let browser: Browser
let page: Page

beforeAll(async () => {
  ;[ostoja, browser] = await Promise.all([startOstoja({ worker: false }), launchBrowser()])
  const tenant = await ostoja.newTenant('Schronisko Test')
  const actor = await newStaff(ostoja, tenant)
  // The shortest names there are make the smallest targets.
  for (let at = 0; at < many; at++)
    await newClient(ostoja, actor, { givenNames: 'I', familyName: at % 2 ? 'Li' : 'Aleksandrowicz-Brzezińska' })
  for (let time = 0; time < 6; time++)
    await ostoja.features.clients.list(actor, { status: 'active', after: undefined, before: undefined })
  const officer = await ostoja.newAccount(tenant, ['security_officer'])
  const context = await browser.newContext({ ignoreHTTPSErrors: true, locale: 'en-GB' })
  page = await context.newPage()
  await signIn(page, officer, ostoja.url)
})
afterAll(async () => {
  await browser.close()
  await ostoja.close()
})

it.each(['/log', '/log/print'])('the names on %s are targets that a finger hits, as many as they are', async path => {
  await page.goto(`${ostoja.url}${path}`)
  const sizes = () =>
    page
      .locator('a.whom')
      .evaluateAll(names =>
        names.map(name => name.getBoundingClientRect()).map(({ width, height }) => Math.min(width, height)),
      )
  for (const width of [1280, 390]) {
    await page.setViewportSize({ width, height: 900 })
    const shown = await sizes()
    expect(shown.length).toBeGreaterThanOrEqual(25)
    expect(Math.min(...shown)).toBeGreaterThanOrEqual(24)
  }
  await expectSoundInEachLook(page)
})
