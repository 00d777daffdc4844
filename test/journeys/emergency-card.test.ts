import { randomUUID } from 'node:crypto'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Actor } from '../../src/platform/actor.ts'
import type { Language } from '../../src/platform/i18n/translations.ts'
import { launchBrowser } from '../support/browser.ts'
import { newClient } from '../support/clients.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'
import { expectSound } from '../support/sound-page.ts'
import { contactProfile } from '../support/world.ts'

let ostoja: Ostoja
let browser: Browser
let tenant: string
let actor: Actor
let clientId: string
let groupId: string

beforeAll(async () => {
  ;[ostoja, browser] = await Promise.all([startOstoja(), launchBrowser()])
  tenant = await ostoja.newTenant('Schronisko Test')
  actor = { tenantId: tenant, accountId: null, roles: ['staff'] }
  clientId = await family()
  groupId = randomUUID()
  await ostoja.features.groups.create(actor, { id: groupId, name: 'Nocny dyżur' })
  await ostoja.features.db.asTenant(actor, trx => ostoja.features.groups.keep(trx, actor, clientId, [groupId]))
})
afterAll(async () => {
  await browser.close()
  await ostoja.close()
})

/** Three people to call: one who must not be called at all, and two who answer at any time. */
const family = async (suffix = '') => {
  const phone = (end: number) => ({ type: 'mobile', number: `+4850000013${end}`, typed: `500 000 13${end}` }) as const
  const id = await newClient(ostoja, actor, {
    givenNames: 'Łucja',
    familyName: 'Święcicka-Żak',
    alerts: ['Uczulenie na penicylinę'],
    languages: ['uk'],
    interpreterNeeded: true,
    phones: [{ ...phone(0), voicemail: 'not_allowed', knownBy: 'były mąż' }],
    addresses: [
      { use: 'home', line: 'ul. Długa 1', postalCode: null, city: null, region: null, country: null, hidden: true },
    ],
  })
  const contact = (name: string, end: number, rules: object = {}) =>
    ostoja.features.emergencyContacts.add(actor, id, randomUUID(), {
      ...contactProfile,
      name: `${name}${suffix}`,
      phones: [{ ...phone(end), hours: null, ...rules }],
    })
  await contact('Cicha Teresa', 1, { doNotCallBetween: [{ from: '00:00', to: '00:00' }] })
  await contact('Zofia Bliska', 2, { voicemail: 'allowed' })
  await contact('Adam Sąsiad', 3)
  return id
}

const signIn = async (
  context: BrowserContext,
  language: Language,
  role: 'staff' | 'security_officer' = 'staff',
): Promise<Page> => {
  const { login, password } = await ostoja.newAccount(tenant, [role], { language })
  const page = await context.newPage()
  await page.goto(`${ostoja.url}/sign-in`)
  await page.fill('#login', login)
  await page.fill('#password', password)
  await page.click('.door-card button[type="submit"]')
  await page.waitForURL(`${ostoja.url}/`)
  return page
}

const focused = (page: Page, what: 'href' | 'name' | 'id') =>
  page.evaluate(name => document.activeElement?.getAttribute(name) ?? '', what)
/** Presses Tab until the focus is where it should be. */
const tabTo = async (page: Page, there: () => Promise<boolean>) => {
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press('Tab')
    if (await there()) return
  }
  throw new Error('the focus never came there')
}

describe('the emergency card, by keys alone', () => {
  it('opens by one key, calls, logs the call and goes on to the next in line', async () => {
    const context = await browser.newContext({ ignoreHTTPSErrors: true, locale: 'en-GB' })
    const page = await signIn(context, 'en')
    await page.goto(`${ostoja.url}/clients/${clientId}`)
    expect(await page.locator('[data-card] kbd').textContent()).toBe('E')
    await page.keyboard.press('/')
    await page.keyboard.type('e')
    expect(page.url()).toBe(`${ostoja.url}/clients/${clientId}`)
    await page.locator('h1').click()
    await page.keyboard.press('e')
    await page.waitForURL(/\/card$/)

    expect(await page.locator('.call-next h3').textContent()).toBe('Zofia Bliska')
    await page.evaluate(() =>
      document.addEventListener('click', event => {
        if ((event.target as HTMLElement).closest('[href^="tel:"]')) event.preventDefault()
      }),
    )
    await tabTo(page, async () => (await focused(page, 'href')) === 'tel:+48500000132')
    await page.keyboard.press('Enter')
    await tabTo(page, async () => (await focused(page, 'name')) === 'note')
    await page.keyboard.type('Rang ten times')
    await tabTo(page, async () => (await focused(page, 'name')) === 'outcome')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/card#next$/)

    expect(await page.locator('.call-next h3').textContent()).toBe('Adam Sąsiad')
    expect(await page.locator('main').textContent()).toContain('Rang ten times')
    await tabTo(page, async () => (await focused(page, 'href')).startsWith('tel:'))
    expect(await focused(page, 'href')).toBe('tel:+48500000133')
    await context.close()
  })

  it('opens from a row that has the focus, and never guesses between several', async () => {
    await newClient(ostoja, actor, { familyName: 'Inna' })
    const context = await browser.newContext({ ignoreHTTPSErrors: true, locale: 'en-GB' })
    const page = await signIn(context, 'en')
    await page.goto(`${ostoja.url}/clients`)
    await page.keyboard.press('e')
    expect(page.url()).toBe(`${ostoja.url}/clients`)
    expect(await focused(page, 'href')).toMatch(/\/card$/)
    await page.locator(`a.open[href="/clients/${clientId}"]`).focus()
    await page.keyboard.press('e')
    await page.waitForURL(`${ostoja.url}/clients/${clientId}/card`)
    await context.close()
  })
})

describe('the emergency card, by one thumb', () => {
  it('has numbers as tall as a thumb, and no number that must not be called', async () => {
    const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 390, height: 844 } })
    const page = await signIn(context, 'pl')
    await page.goto(`${ostoja.url}/`)
    await page.goto(`${ostoja.url}/clients/${clientId}`)
    await page.goto(`${ostoja.url}/`)
    await page.locator(`.row-card[href="/clients/${clientId}/card"]`).click()
    await page.waitForURL(/\/card$/)
    const links = page.locator('main a[href^="tel:"]')
    expect(await links.count()).toBe(3)
    for (const box of await Promise.all((await links.all()).map(link => link.boundingBox()))) {
      expect(box!.height).toBeGreaterThanOrEqual(44)
      expect(box!.width).toBeGreaterThanOrEqual(200)
    }
    expect(await page.locator('a[href="tel:+48500000131"]').count()).toBe(0)
    await context.close()
  })
})

/** The part of an element that can be seen without scrolling, with nothing over its middle. */
const inView = (page: Page, selector: string) =>
  page
    .locator(selector)
    .first()
    .evaluate(element => {
      const { top, bottom, left, right } = element.getBoundingClientRect()
      const over = document.elementFromPoint((left + right) / 2, (top + bottom) / 2)
      return top >= 0 && bottom <= innerHeight && element.contains(over)
    })

describe.each([
  { width: 1280, height: 800 },
  { width: 390, height: 844 },
])('without scrolling, on $width by $height', viewport => {
  const open = async (role: 'staff' | 'security_officer') => {
    const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport })
    const page = await signIn(context, 'en', role)
    return { page, close: () => context.close() }
  }

  it('one reads that a contact is saved, and adds the next', async () => {
    const { page, close } = await open('staff')
    const id = await family(` ${viewport.width}`)
    await page.goto(`${ostoja.url}/clients/${id}/contacts/new`)
    for (const name of ['Czwarta Osoba', 'Piąta Osoba']) {
      await page.fill('[name=name]', name)
      await page.selectOption('[name=relationship]', 'FRND')
      await page.fill('[name="phones[0][number]"]', '500 000 139')
      await page.check('[name=mayBeTold][value=yes]')
      await page.locator('main form [type=submit]').last().click()
      await page.waitForURL(/#contact-/)
      expect(await inView(page, '[data-flash] .alert')).toBe(true)
      expect(await page.locator(':target h3').textContent()).toBe(name)
      expect(await inView(page, ':target h3')).toBe(true)
      await page.click('[data-flash] a')
      await page.waitForURL(/\/contacts\/new$/)
    }
    await page.goto(`${ostoja.url}/clients/${id}`)
    await page.locator('form[action$="/confirm"] button').last().click()
    await page.waitForURL(/#contact-/)
    expect(await inView(page, '[data-flash] .alert')).toBe(true)
    await page.goto(`${ostoja.url}/clients/${id}/card`)
    await page.locator('.call-next [value=no-answer]').click()
    await page.waitForURL(/\/card#next$/)
    expect(await inView(page, '[data-flash] .alert')).toBe(true)
    expect(await inView(page, '.call-next h3')).toBe(true)
    await close()
  })

  it('the log begins, and says what it was searched for', async () => {
    const { page, close } = await open('security_officer')
    await page.goto(`${ostoja.url}/log`)
    expect(await inView(page, '.table tbody tr th')).toBe(true)
    await page.locator('summary', { hasText: 'Search' }).click()
    await page.selectOption('[name=group]', 'reading')
    await page.locator('form[action="/log/searches"] [type=submit]').click()
    await page.waitForURL(/\/log\/searches\//)
    expect(await page.locator('summary .badge:visible').allInnerTexts()).toEqual(['What: Client data viewed'])
    expect(await inView(page, '.table tbody tr th')).toBe(true)
    await close()
  })

  it('the card has what to know beside whom to call where there is room, and the list a client a line', async () => {
    const { page, close } = await open('staff')
    const wide = viewport.width === 1280
    await page.goto(`${ostoja.url}/clients/${clientId}/card`)
    const [whom, own] = await Promise.all(['#whom', '#own'].map(part => page.locator(part).boundingBox()))
    expect(own!.x > whom!.x + 300).toBe(wide)
    await page.goto(`${ostoja.url}/clients`)
    const rows = await page.locator('.table-clients tbody tr:not(.rules-row)').all()
    const heights = await Promise.all(rows.map(async row => (await row.boundingBox())!.height))
    if (wide) expect(Math.max(...heights)).toBeLessThanOrEqual(46)
    expect(await page.locator('.row-card span:visible').count()).toBe(rows.length)
    await close()
  })
})

describe('the pages around the card', () => {
  const looks = [
    { language: 'pl', colorScheme: 'light', width: 1280 },
    { language: 'en', colorScheme: 'dark', width: 390 },
    { language: 'en', colorScheme: 'light', width: 390, forcedColors: 'active', contrast: 'more' },
  ] as const
  it.concurrent.each(looks)('are clean: $language, $colorScheme, $width px', async look => {
    const { language, width, ...media } = look
    const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width, height: 844 }, ...media })
    const page = await signIn(context, language)
    for (const path of [
      `/clients/${clientId}/card`,
      `/clients/${clientId}/calls`,
      `/clients/${clientId}/sheet`,
      `/clients/${clientId}/edit`,
      `/clients/${clientId}`,
      '/clients',
      '/contacts-to-confirm',
      '/groups',
      `/groups/${groupId}`,
      `/groups/${groupId}/sheet`,
    ]) {
      await page.goto(ostoja.url + path)
      await expectSound(page)
    }
    await context.close()
  })

  it('are black on white on paper, without buttons or forms', async () => {
    const context = await browser.newContext({ ignoreHTTPSErrors: true, colorScheme: 'dark' })
    const page = await signIn(context, 'en')
    await page.emulateMedia({ media: 'print' })
    for (const what of ['card', 'sheet']) {
      await page.goto(`${ostoja.url}/clients/${clientId}/${what}`)
      expect(await page.locator('.call-outcome:visible, .btn:visible, .rail:visible').count()).toBe(0)
      const colours = await page
        .locator('.call-item')
        .first()
        .evaluate(item => {
          const { backgroundColor, color } = getComputedStyle(item)
          return [backgroundColor, color]
        })
      expect(colours).toEqual(['rgb(255, 255, 255)', 'rgb(0, 0, 0)'])
    }
    await context.close()
  })
})
