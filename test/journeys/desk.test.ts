import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { installationId } from '../../src/platform/actor.ts'
import { enqueue } from '../../src/platform/jobs/jobs.ts'
import { loadTranslations } from '../../src/platform/i18n/translations.ts'
import { launchBrowser } from '../support/browser.ts'
import { holdKeys } from '../support/locks.ts'
import { startOstoja, type Ostoja, type TestAccount } from '../support/ostoja.ts'
import { expectSound } from '../support/sound-page.ts'
import { until } from '../support/until.ts'

const translations = loadTranslations()
/** Keys settle in moments, so that one sees them turn. */
const pace = { ringFreshMs: 300, filePollMs: 200, marginMs: 200 }
let ostoja: Ostoja
let browser: Browser

beforeAll(async () => {
  ;[ostoja, browser] = await Promise.all([startOstoja({ pace }), launchBrowser()])
})
afterAll(async () => {
  await browser.close()
  await ostoja.close()
})

const signIn = async (page: Page, { login, password }: Pick<TestAccount, 'login' | 'password'>) => {
  await page.goto('/sign-in')
  await page.fill('#login', login)
  await page.fill('#password', password)
  await page.locator('main form').last().locator('button[type=submit]').first().click()
  await page.waitForURL(url => url.pathname !== '/sign-in')
}

/** A job that has failed for good. */
const failAJob = (tenantId: string) =>
  ostoja.features.db.asTenant({ tenantId: installationId }, async trx => {
    await enqueue(trx, 'mail.no-such-letter', { tenantId }, { inMs: 3_600_000 })
    await trx.raw(`update graphile_worker._private_jobs set attempts = max_attempts, last_error = 'Error (ESOCKET)'
                    where id = (select max(id) from graphile_worker._private_jobs)`)
  })

/** The worker goes on with the keys now, not in a quarter of a minute. */
const goOnAtOnce = () =>
  ostoja.features.db.asTenant({ tenantId: installationId }, trx =>
    trx.raw(`update graphile_worker._private_jobs set run_at = now()
              where key = 'keys.follow' and run_at > now() and locked_at is null`),
  )

describe.each(['pl', 'en'] as const)('an operator’s day, in %s', language => {
  const t = translations.to(language)
  const narrow = language === 'pl'

  it('makes an organisation, watches it, suspends, closes and saves it, on pages that everybody can use', async () => {
    const operator = await ostoja.newAccount(installationId, ['operator'], { language })
    const context = await browser.newContext({
      ignoreHTTPSErrors: true,
      locale: language === 'pl' ? 'pl-PL' : 'en-GB',
      colorScheme: narrow ? 'light' : 'dark',
      viewport: narrow ? { width: 390, height: 844 } : { width: 1280, height: 900 },
      baseURL: ostoja.url,
    })
    const page = await context.newPage()
    await signIn(page, operator)
    await expectSound(page)

    const name = `Przystań ${language}`
    await page.goto('/tenants/new')
    await page.click(`text=${t('tenants:new.submit')}`)
    await page.locator('.error-summary').waitFor()
    await expectSound(page)
    await page.fill('#name', name)
    await page.fill('#mostClients', '500')
    await page.click(`text=${t('tenants:new.submit')}`)
    await page.waitForURL(/\/tenants\/[0-9a-f-]{36}$/)
    await expectSound(page)
    const address = page.url()

    await page.click(`text=${t('tenants:tenant.firstMake')}`)
    await page.fill('#givenName', 'Ewa')
    await expectSound(page)
    await page.click(`text=${t('tenants:administrator.submit')}`)
    const login = await page.locator('#handed-login').textContent()
    const password = await page.locator('#handed-password').textContent()
    await expectSound(page)

    const theirs = await browser.newContext({ ignoreHTTPSErrors: true, baseURL: ostoja.url })
    const administrator = await theirs.newPage()
    await signIn(administrator, { login: login!, password: password! })
    await page.goto(address)
    await page.click(`summary:has-text("${t('tenants:tenant.suspend')}")`)
    await page.click(`form[action$="/suspend"] button[type=submit]`)
    await page.locator(`text=${t('tenants:tenant.resumeText')}`).waitFor()
    await expectSound(page)
    await administrator.goto('/')
    await administrator.waitForURL(/sign-in/)
    await theirs.close()

    await page.click(`text=${t('tenants:tenant.close')}`)
    await page.fill('#name', name)
    await expectSound(page)
    await page.click(`button:has-text("${t('tenants:close.submit')}")`)
    await page.locator('form[action$="/cancel-closing"]').waitFor({ state: 'attached' })
    await expectSound(page)
    await page.locator('details.confirm > summary').click()
    await page.click('form[action$="/cancel-closing"] button[type=submit]')
    await page.locator(`text=${t('tenants:flash.closingCancelled')}`).waitFor()
    for (const list of ['/tenants', '/tenants?show=suspended']) {
      await page.goto(list)
      await expectSound(page)
    }
    await context.close()
  })

  it('turns keys with progress that moves by itself, tries a job again, and announces maintenance', async () => {
    const operator = await ostoja.newAccount(installationId, ['operator'], { language })
    const context = await browser.newContext({
      ignoreHTTPSErrors: true,
      locale: language === 'pl' ? 'pl-PL' : 'en-GB',
      viewport: narrow ? { width: 390, height: 844 } : { width: 1280, height: 900 },
      baseURL: ostoja.url,
    })
    const page = await context.newPage()
    await signIn(page, operator)

    await page.goto('/keys')
    await expectSound(page)
    const release = await holdKeys(ostoja)
    await page.locator('form[action="/keys/index/rotate"]').locator('..').locator('summary').click()
    await page.click('form[action="/keys/index/rotate"] button[type=submit]')
    await page.locator('[data-progress]').waitFor()
    await expectSound(page)
    await release()
    // The page loads itself anew at the end; a document that is still coming in has no progress either.
    let over = false
    const shown = page
      .waitForFunction(() => document.readyState === 'complete' && !document.querySelector('[data-progress]'))
      .then(() => (over = true))
    await until('the keys have been rotated', async () => {
      await goOnAtOnce()
      return over
    })
    await shown

    await failAJob(installationId)
    await page.goto('/')
    await page.click(`text=${t('jobs:attention.mail', { count: 1 })}`)
    await page.waitForURL(/\/jobs$/)
    await expectSound(page)
    await page.locator('form[action$="/remove"]').locator('..').locator('summary').click()
    await page.click('form[action$="/remove"] button[type=submit]')
    await page.locator(`text=${t('jobs:flash.removed')}`).waitFor()

    await page.goto('/system')
    await expectSound(page)
    await page.goto('/announcements')
    await expectSound(page)
    await page.fill('#textPl', `Prace o północy ${language}`)
    await page.fill('#textEn', `Maintenance at midnight ${language}`)
    await page.click(`button:has-text("${t('announcements:submit')}")`)
    const banner = page.locator('.alert', {
      hasText: language === 'pl' ? 'Prace o północy pl' : 'Maintenance at midnight en',
    })
    await banner.waitFor()
    await expectSound(page)
    await banner.locator('button').click()
    await banner.waitFor({ state: 'detached' })
    await context.close()
  })
})
