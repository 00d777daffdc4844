import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, it } from 'vitest'
import { loadTranslations } from '../../src/platform/i18n/translations.ts'
import { launchBrowser } from '../support/browser.ts'
import { meetLookalikes } from '../support/lookalikes.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'
import { signIn } from '../support/session-watch.ts'

let ostoja: Ostoja
let browser: Browser

beforeAll(async () => {
  ;[ostoja, browser] = await Promise.all([startOstoja(), launchBrowser()])
})
afterAll(async () => {
  await browser.close()
  await ostoja.close()
})

it.each(['pl', 'en'] as const)(
  'people who look like others are decided about, and rows are fixed (%s)',
  async language => {
    const context = await browser.newContext({ ignoreHTTPSErrors: true, locale: language === 'pl' ? 'pl-PL' : 'en-GB' })
    const page = await context.newPage()
    await signIn(
      page,
      await ostoja.newAccount(await ostoja.newTenant('Schronisko', language), ['staff'], { language }),
      ostoja.url,
    )
    await meetLookalikes(page, ostoja.url, loadTranslations().to(language))
    await context.close()
  },
)
