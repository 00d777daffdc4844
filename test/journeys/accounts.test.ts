import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadTranslations, type Language } from '../../src/platform/i18n/translations.ts'
import { launchBrowser } from '../support/browser.ts'
import { startMailServer, type MailServer } from '../support/mail-server.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'
import { expectSound } from '../support/sound-page.ts'

const translations = loadTranslations()
let mail: MailServer
let ostoja: Ostoja
let browser: Browser

beforeAll(async () => {
  mail = await startMailServer()
  ;[ostoja, browser] = await Promise.all([startOstoja({ env: mail.settings }), launchBrowser()])
})
afterAll(async () => {
  await browser.close()
  await ostoja.close()
  await mail.close()
})

const open = async (language: Language, more: Parameters<Browser['newContext']>[0] = {}) => {
  const locale = language === 'pl' ? 'pl-PL' : 'en-GB'
  const context = await browser.newContext({ ignoreHTTPSErrors: true, locale, baseURL: ostoja.url, ...more })
  return { context, page: await context.newPage() }
}
const submit = (page: Page) => page.locator('main form button[type=submit]').first().click()
const signIn = async (page: Page, { login, password }: { login: string; password: string }) => {
  await page.goto('/sign-in')
  await page.fill('#login', login)
  await page.fill('#password', password)
  await Promise.all([page.waitForURL(url => url.pathname !== '/sign-in'), submit(page)])
}

const good = 'Zielony czajnik gwiżdże 7!'

describe.each(['pl', 'en'] as const)('an account from its beginning, in %s', language => {
  const t = translations.to(language)
  const shapes = { colorScheme: language === 'pl' ? ('light' as const) : ('dark' as const) }
  const phone = { ...shapes, viewport: { width: 390, height: 844 } }

  it('is made, handed over, taken over, reset and shut, on pages that everybody can use', async () => {
    const tenant = await ostoja.newTenant('Schronisko Pod Dachem', language)
    const account = await ostoja.newAccount(tenant, ['administrator'], { language })
    const { context, page } = await open(
      language,
      language === 'pl' ? phone : { ...shapes, viewport: { width: 1280, height: 900 } },
    )
    await signIn(page, account)

    await page.goto('/accounts')
    await expectSound(page)
    await page
      .getByRole('link', { name: t('accounts:list.new') })
      .first()
      .click()
    await page.fill('#givenName', 'Łucja')
    await page.fill('#familyName', 'Święcicka-Żak')
    await page.fill('#email', 'nobody')
    await submit(page)
    await expect(page.locator('#email-problem').textContent()).resolves.toContain(t('problems:email'))
    await expectSound(page)
    await page.fill('#email', '')
    await submit(page)
    await page.getByRole('heading', { name: t('accounts:password.title.created') }).waitFor()
    await expectSound(page)
    const handed = {
      login: await page.locator('#handed-login').innerText(),
      password: await page.locator('#handed-password').innerText(),
    }
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])
    await page.locator('[data-copy="handed-password"]').click()
    await page.getByText(t('accounts:password.copied')).waitFor()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(handed.password)
    expect(page.url()).not.toContain(handed.password)

    const person = await open(language, phone)
    await person.page.goto('/sign-in')
    await expectSound(person.page)
    await signIn(person.page, handed)
    expect(new URL(person.page.url()).pathname).toBe('/account/password')
    await expectSound(person.page)
    await takeOver(person.page, handed.password)
    for (const path of ['/account', '/account/password', '/notices', '/']) {
      await person.page.goto(path)
      await expectSound(person.page)
    }

    await page.getByRole('link', { name: t('accounts:password.toAccount') }).click()
    await expectSound(page)
    await confirm(page, t('accounts:reset.label'), t('accounts:reset.yes'))
    await page.getByRole('heading', { name: t('accounts:password.title.reset') }).waitFor()
    await person.page.goto('/account')
    expect(new URL(person.page.url()).pathname).toBe('/sign-in')

    await page.getByRole('link', { name: t('accounts:password.toAccount') }).click()
    await confirm(page, t('accounts:deactivate.label'), t('accounts:deactivate.yes'))
    await page.getByText(t('accounts:flash.deactivated')).waitFor()
    await expectSound(page)
    await page.goto('/accounts?status=deactivated')
    await expectSound(page)
    await Promise.all([context.close(), person.context.close()])
  })

  const takeOver = async (page: Page, current: string) => {
    await page.fill('#currentPassword', current)
    const ruleStates = () =>
      page.locator('#password-rules li').evaluateAll(lines => lines.map(line => (line as HTMLElement).dataset.state))
    const met = ['met', 'met', 'met', 'met', 'open', 'open', 'open']
    expect(await ruleStates()).toEqual(Array(7).fill('open'))
    await page.fill('#password', 'Lucja1!')
    await page.locator('#strength:not([hidden])').waitFor()
    expect(await ruleStates()).toEqual(['failed', ...met.slice(1)])
    const said = await page.locator('.password-rules [role="status"]').innerText()
    expect(said).toBe(`${t('accounts:ruleState.missing')} ${t('accounts:rule.length', { minimum: 8 })}`)
    await page.fill('#password', 'Abcdef1!')
    expect(await ruleStates()).toEqual(met)
    await expectSound(page)
    await submit(page)
    await page.locator('#password-problem').waitFor()
    expect(await ruleStates()).toEqual(['met', 'met', 'met', 'met', 'failed', 'met', 'open'])
    await expectSound(page)
    await page.fill('#currentPassword', current)
    await page.fill('#password', good)
    await page.getByText(t('accounts:strength.4')).waitFor()
    await Promise.all([page.waitForURL(url => url.pathname === '/'), submit(page)])
  }

  const confirm = async (page: Page, label: string, yes: string) => {
    await page.locator('main details.confirm summary', { hasText: label }).click()
    await page.getByRole('button', { name: yes }).click()
  }

  it('whose password is forgotten is mended by mail', async () => {
    const email = `${language}@example.org`
    const account = await ostoja.newAccount(await ostoja.newTenant(), ['staff'], { language, email })
    const { context, page } = await open(language, phone)
    await page.goto('/sign-in')
    await page.getByRole('link', { name: t('password-resets:ask.title') }).click()
    await expectSound(page)
    await page.fill('#name', account.login)
    await submit(page)
    await page.getByText(t('password-resets:asked.title')).waitFor()
    await expectSound(page)

    const { links } = await mail.mailTo(email)
    const path = new URL(links[0]!).pathname
    await page.goto(path)
    await expectSound(page)
    await page.fill('#password', good)
    await submit(page)
    await page.getByText(account.login).waitFor()
    await expectSound(page)
    await page.goto(path)
    await page.getByText(t('password-resets:expired.title')).waitFor()
    await expectSound(page)
    await signIn(page, { login: account.login, password: good })
    await context.close()
  })
})

describe('without scripts', () => {
  it('all of it works as well', async () => {
    const tenant = await ostoja.newTenant()
    const { context, page } = await open('en', { javaScriptEnabled: false })
    await signIn(page, await ostoja.newAccount(tenant, ['administrator']))
    await page.goto('/accounts/new')
    await page.fill('#givenName', 'Ewa')
    await submit(page)
    expect(await page.locator('#handed-password').innerText()).toMatch(/^\S{19}$/)
    await expect(page.locator('[data-copy]').first().isVisible()).resolves.toBe(false)
    await closed(context)
  })
  const closed = (context: BrowserContext) => context.close()
})
