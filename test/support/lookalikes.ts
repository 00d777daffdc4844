import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import type { Translate } from '../../src/platform/i18n/translations.ts'
import { expectSoundInEachLook } from './sound-page.ts'

const person = { givenNames: 'Halina', familyName: 'Lisowska', birthDate: '14.11.1953' }
/** Two rows to decide, so that the page also offers to decide for all. */
const sheet = [
  'File number,First Name,Last Name,Birthday,Phone 1 - Label,Phone 1 - Value,Address 1 - Street,Address 2 - Street',
  ',Halina,Lisowska,1953-11-14,Mobile ::: Neighbour,601 202 303 ::: 22 621 12 34,Polna 3,Leśna 5',
  '000001,Hubert,Zagajnik,1988-09-09,Work,601 303 404,Lipowa 4,',
  ',Iga,Wrona,someday,Work,601 404 505,Lipowa 5,',
].join('\n')

/** Meets each question whether somebody is recorded already: in both forms, and in an import with its columns. */
export const meetLookalikes = async (page: Page, url: string, t: Translate): Promise<void> => {
  await addClient(page, url)
  await page.waitForURL(/\/clients\/[\w-]{36}/)
  await addClient(page, url)
  await page.getByText(t('clients:twins.add.title', { count: 1 })).waitFor()
  await expectSoundInEachLook(page)
  await page.getByRole('button', { name: t('clients:twins.add.submit') }).click()
  await page.waitForURL(/\/clients\/[\w-]{36}/)

  await page.goto(`${url}/imports`)
  await page.setInputFiles('[name=file]', { name: 'contacts.csv', mimeType: 'text/csv', buffer: Buffer.from(sheet) })
  await page.getByRole('button', { name: t('imports:list.button') }).click()
  await expectSoundInEachLook(page)
  await page.getByRole('button', { name: t('imports:columns.submit') }).click()
  await page.locator('a[href*="show=undecided"]').first().click()
  expect(await page.locator('main').innerText()).toContain('Leśna 5')
  await expectSoundInEachLook(page)
  await page.locator('a.back').click()
  await fixByKeyboard(page, t)
}

/** The row with a date that is none, from the keyboard alone: wrong once more, then right. */
const fixByKeyboard = async (page: Page, t: Translate) => {
  const cell = page.getByRole('textbox', { name: t('imports:fixes.cell', { name: 'Birthday', number: '4' }) })
  const type = async (text: string) => {
    await cell.focus()
    await page.keyboard.press('ControlOrMeta+A')
    await page.keyboard.type(text)
    await page.keyboard.press('Enter')
  }
  await type('1.13.1990')
  await page.locator('.error-summary:focus').waitFor()
  expect(await cell.inputValue()).toBe('1.13.1990')
  await expectSoundInEachLook(page)
  await page.locator('.error-summary a').first().press('Enter')
  await page.locator('.fixes input[aria-invalid]:focus').waitFor()
  await type('1.12.1990')
  await page.getByText(t('imports:fixes.checked', { taken: 1, leftOut: 0, wrong: 0 })).waitFor()
}

const addClient = async (page: Page, url: string) => {
  await page.goto(`${url}/clients/new`)
  for (const [name, value] of Object.entries(person)) await page.fill(`[name=${name}]`, value)
  await page.locator('form[action="/clients"] [type=submit]').first().click()
}
