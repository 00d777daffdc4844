import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { axeFaults } from '../support/axe.ts'
import { launchBrowser } from '../support/browser.ts'
import { startOstoja, unlikely, type Ostoja } from '../support/ostoja.ts'
import { startOwnService, type OwnService } from '../support/own-services.ts'
import { signIn } from '../support/session-watch.ts'
import { until } from '../support/until.ts'

let service: OwnService
let ostoja: Ostoja
let browser: Browser
let page: Page
let tenant: string

beforeAll(async () => {
  service = await startOwnService('redis')
  ostoja = await startOstoja({ env: service.env })
  tenant = await ostoja.newTenant()
  browser = await launchBrowser()
  const context = await browser.newContext({ ignoreHTTPSErrors: true, baseURL: ostoja.url, locale: 'en-GB' })
  page = await context.newPage()
  const account = await ostoja.newAccount(tenant, ['staff'], { language: 'pl' })
  await signIn(page, account, ostoja.url)
})
afterAll(async () => {
  await browser.close()
  ostoja.features.endStreams()
  await ostoja.close()
  await service.close()
})

const countOf = (table: 'clients' | 'drafts') =>
  ostoja.features.db.asTenant({ tenantId: tenant }, async trx => (await trx(table)).length)

describe('while Redis is away', () => {
  it('what is typed waits on the page, and is saved once by itself when Redis is back', async () => {
    const family = unlikely('Zagubiona')
    await page.goto('/clients/new')
    await page.fill('[name="familyName"]', family)
    await service.takeAway('stopped')
    await page.click('form[action="/clients"] button[type="submit"]')
    await page.waitForSelector('[data-away="by-itself"]')
    expect(await page.textContent('h1')).toBe('Ostoja jest chwilowo niedostępna')
    expect(await page.inputValue('[data-away-form] [name="familyName"]')).toBe(family)
    expect(await axeFaults(page)).toEqual([])
    expect(await countOf('clients')).toBe(0)

    await service.bringBack()
    await page.waitForURL(/\/clients\/[0-9a-f-]{36}$/)
    expect(await page.textContent('main')).toContain(family)
    expect(await countOf('clients')).toBe(1)
    await until('no draft is left', async () => (await countOf('drafts')) === 0)
  })

  it('a page that was asked for opens by itself when it is frozen and goes on', async () => {
    await service.takeAway('frozen')
    await page.goto('/clients')
    expect(await page.textContent('h1')).toBe('Ostoja jest chwilowo niedostępna')
    await service.bringBack()
    await page.waitForSelector('.shell')
    expect(new URL(page.url()).pathname).toBe('/clients')
  })
})
