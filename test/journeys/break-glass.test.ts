import { randomUUID } from 'node:crypto'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadTranslations, type Language } from '../../src/platform/i18n/translations.ts'
import { inDatabase } from '../support/backups.ts'
import { launchBrowser } from '../support/browser.ts'
import { newClient } from '../support/clients.ts'
import { startOstoja, unlikely, type Ostoja, type TestAccount } from '../support/ostoja.ts'
import { contactProfile } from '../support/world.ts'
import { signIn } from '../support/session-watch.ts'
import { expectSound } from '../support/sound-page.ts'

const translations = loadTranslations()
/** The shortest time that an organisation can choose. */
const openFor = 5

let ostoja: Ostoja
let browser: Browser

beforeAll(async () => {
  ;[ostoja, browser] = await Promise.all([startOstoja(), launchBrowser()])
})
afterAll(async () => {
  await browser.close()
  await ostoja.close()
})

/** Each language in another light, one of them on a phone: what looks right on the desk must do so in the corridor. */
const shapes = {
  pl: { locale: 'pl-PL', colorScheme: 'light', viewport: { width: 390, height: 844 } },
  en: { locale: 'en-GB', colorScheme: 'dark', viewport: { width: 1280, height: 900 } },
} as const

const signedIn = async (account: TestAccount, language: Language): Promise<Page> => {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, baseURL: ostoja.url, ...shapes[language] })
  const page = await context.newPage()
  await signIn(page, account, ostoja.url)
  return page
}

/** Presses Tab until the focus is on what the selector finds. */
const tabTo = async (page: Page, selector: string) => {
  for (let presses = 0; presses < 80; presses++) {
    await page.keyboard.press('Tab')
    if (await page.evaluate(wanted => document.activeElement?.matches(wanted) ?? false, selector)) return
  }
  throw new Error(`the focus never came to ${selector}`)
}

/** Looks somebody up as people do, without touching the mouse. */
const findByKeys = async (page: Page, query: string) => {
  await page.keyboard.press('/')
  await page.keyboard.type(query)
  await page.keyboard.press('Enter')
  await page.waitForURL('**/searches/*')
}

/** Its time is over now: waiting for it would take minutes, and a clock that jumps would sign everybody's browser out. */
const endTime = (clientId: string) =>
  inDatabase(
    ostoja.database.adminUrl,
    `update break_glass_cases set ends_at = now() - interval '1 second' where client_id = '${clientId}'`,
  )

/** An organisation whose glass stays broken for as short as can be, with one who is named, a colleague and an officer. */
const shelter = async (language: Language) => {
  const { settings, emergencyContacts } = ostoja.features
  const tenantId = await ostoja.newTenant('Schronisko', language)
  await settings.change(
    { tenantId, accountId: null, roles: ['administrator'] },
    { ...(await settings.of(tenantId)), breakGlassMinutes: openFor },
  )
  const newAccount = (role: 'staff' | 'security_officer', familyName: string) =>
    ostoja.newAccount(tenantId, [role], { language, familyName })
  const named = await newAccount('staff', 'Wskazana')
  const colleague = await newAccount('staff', 'Dyżurna')
  const officer = await newAccount('security_officer', 'Inspektorka')
  const actor = { tenantId, accountId: named.id, roles: ['staff'] as const }
  const person = { givenNames: 'Bogumiła', familyName: unlikely('Ukryta') }
  const clientId = await newClient(ostoja, actor, person)
  const phones = [{ type: 'mobile' as const, number: '+48500777124', typed: '500 777 124', hours: null }]
  await emergencyContacts.add(actor, clientId, randomUUID(), { ...contactProfile, name: 'Pankracy Mżawka', phones })
  return { named, colleague, officer, clientId, name: `${person.givenNames} ${person.familyName}`, ...person }
}

describe.concurrent.each(['pl', 'en'] as const)('a restricted record, in %s', language => {
  const t = translations.to(language)

  it('is out of a colleague’s sight, opens to them in an emergency for a while, and the officer judges it', async () => {
    const { clientId, name, familyName, ...people } = await shelter(language)
    const named = await signedIn(people.named, language)
    const colleague = await signedIn(people.colleague, language)
    const officer = await signedIn(people.officer, language)
    const reason = unlikely('Powód')

    await named.goto(`/clients/${clientId}`)
    await named.click(`main a[href="/clients/${clientId}/restriction"]`)
    await named.waitForURL('**/restriction')
    await expectSound(named)
    await named.fill('[name="note"]', 'Kuzyn partnera pracuje u nas')
    await named.getByRole('button', { name: t('restricted-records:restriction.make') }).click()
    await named.locator('.restricted-mark').waitFor()
    await expectSound(named)

    await findByKeys(colleague, familyName)
    expect(await colleague.locator(`main a[href*="${clientId}"]`).count()).toBe(0)
    expect(await colleague.locator('main').innerText()).not.toContain(name)
    await expectSound(colleague)

    await tabTo(colleague, 'a[href="/break-glass"]')
    await colleague.keyboard.press('Enter')
    await colleague.waitForURL('/break-glass')
    await expectSound(colleague)
    await tabTo(colleague, '[name="sought"]')
    await colleague.keyboard.type(name)
    await tabTo(colleague, 'form[action="/break-glass"] button[type="submit"]')
    await colleague.keyboard.press('Enter')
    await colleague.locator('#reason-problem, .field-invalid').first().waitFor()
    expect(await colleague.inputValue('[name="sought"]')).toBe(name)
    await expectSound(colleague)
    await tabTo(colleague, '[name="reason"]')
    await colleague.keyboard.press('Space')
    await tabTo(colleague, '[name="details"]')
    await colleague.keyboard.type(reason)
    await tabTo(colleague, 'form[action="/break-glass"] button[type="submit"]')
    await colleague.keyboard.press('Enter')
    await colleague.waitForURL(`/clients/${clientId}/card`)
    const standing = colleague.locator('[data-broken-glass]')
    expect(await standing.innerText()).toContain(t('restricted-records:standing.broken', { count: openFor }))
    expect(await colleague.locator('main').innerText()).toContain('Pankracy Mżawka')
    await expectSound(colleague)

    // The page that the officer has had open all the while says so by itself.
    const rung = officer.locator('[data-urgent] .alert')
    await rung.waitFor()
    expect(await rung.innerText()).toContain(t('restricted-records:attention.unjudged', { count: 1 }))
    await expectSound(officer)
    await rung.getByRole('link').click()
    await officer.waitForURL('/break-glass/cases')
    expect(await officer.locator('main').innerText()).toContain(t('restricted-records:cases.underWay'))
    await expectSound(officer)
    await officer.locator('main a[href^="/break-glass/cases/"]').click()
    await officer.locator('#done-title').waitFor()
    const told = await officer.locator('main').innerText()
    for (const words of [name, reason, t('restricted-records:event.client-card-viewed')]) expect(told).toContain(words)
    await expectSound(officer)

    await endTime(clientId)
    await colleague.reload()
    expect(new URL(colleague.url()).pathname).toBe(`/restricted-records/${clientId}/break-glass`)
    expect(await colleague.locator('main').innerText()).not.toContain(name)
    await expectSound(colleague)
    await findByKeys(colleague, familyName)
    expect(await colleague.locator(`main a[href*="${clientId}"]`).count()).toBe(0)

    await officer.reload()
    expect(await officer.locator('main').innerText()).toContain(t('restricted-records:case.ended'))
    expect(await officer.locator('main').innerText()).not.toContain(t('restricted-records:cases.underWay'))
    await officer.check('[name="judgement"][value="justified"]')
    await officer.fill('[name="note"]', 'Rozmawiałam z lekarzem dyżurnym')
    await officer.getByRole('button', { name: t('restricted-records:case.close') }).click()
    await officer.waitForURL('/break-glass/cases')
    const closed = await officer.locator('main').innerText()
    expect(closed).toContain(t('restricted-records:judgement.justified'))
    expect(closed).not.toContain(t('restricted-records:cases.waiting'))
    expect(await rung.count()).toBe(0)
    await expectSound(officer)
    await Promise.all([named, colleague, officer].map(page => page.context().close()))
  })
})
