import { readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parse } from 'csv-parse/sync'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadTranslations, type Language, type Translate } from '../../src/platform/i18n/translations.ts'
import { extractWithTools, openWithAge } from '../support/age-cli.ts'
import { launchBrowser } from '../support/browser.ts'
import { dumpDatabase, dumpRedis, findLeaks } from '../support/leaks.ts'
import { startProduct, type DemoAccount, type Product } from '../support/product.ts'
import { rounds } from '../support/rounds.ts'
import { until } from '../support/until.ts'

/** The first of the people of a spreadsheet of 1,171. */
const patients = rounds({ soak: 1171, usual: 240 })
const spreadsheet = readFileSync('test/data/synthea-patients.csv', 'utf8')
  .split('\n')
  .slice(0, 1 + patients)
  .join('\n')
const translations = loadTranslations()
const secrets: string[] = []

type Patient = { FIRST: string; LAST: string; BIRTHDATE: string; ADDRESS: string; SSN: string }

/** Of about a hundred people of the spreadsheet, what says who they are. */
const sampled = parse<Patient>(spreadsheet, { columns: true })
  .filter((_, index) => index % Math.floor(patients / 100) === 0)
  .flatMap(({ FIRST, LAST, BIRTHDATE, ADDRESS, SSN }) => [
    FIRST.replace(/\d+$/, ''),
    LAST.replace(/\d+$/, ''),
    BIRTHDATE,
    ADDRESS,
    SSN,
  ])
  .filter(text => text.length >= 6)
let wordsOfPostgres: string[]

let product: Product
let browser: Browser
let scratch: string
let synthea: string

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'ostoja-journey-'))
  synthea = join(scratch, 'synthea-patients.csv')
  await writeFile(synthea, spreadsheet)
  ;[product, browser] = await Promise.all([startProduct(), launchBrowser()])
  // Its catalogues speak of places and people of their own, such as the Keeling Islands.
  wordsOfPostgres = (await findLeaks(sampled, [product.dataDir], scratch)).map(line => line.split(':').at(-1)!)
})
afterAll(async () => {
  await browser.close()
  await product.stop()
  await product.remove()
  await rm(scratch, { recursive: true, force: true })
})

const organisations: Record<Language, string> = { pl: 'Schronisko Przystań', en: 'Harbour Home Care' }
const accountOf = (language: Language, role: string): DemoAccount =>
  product.accounts.find(account => account.tenant === organisations[language] && account.role === role)!

/** A browser of somebody who works in this language, signed in through the form. */
const signedIn = async (language: Language, role: string) => {
  const { login, password } = accountOf(language, role)
  const context = await browser.newContext({ ignoreHTTPSErrors: true, locale: language === 'pl' ? 'pl-PL' : 'en-GB' })
  const page = await context.newPage()
  await page.goto(product.url)
  await page.fill('[name=login]', login)
  await page.fill('[name=password]', password)
  await page.click('form[action="/sign-in"] [type=submit]')
  await page.waitForURL(`${product.url}/`)
  return { page, close: () => signOut(page, translations.to(language)).then(() => context.close()) }
}

const signOut = async (page: Page, t: Translate) => {
  await page.locator('.menu-account > summary').click()
  await page.getByRole('button', { name: t('layout:account.signOut') }).click()
  await page.waitForURL('**/signed-out*')
}

/** Finds somebody as people do: `/`, a few letters, Enter. */
const find = async (page: Page, query: string) => {
  await page.keyboard.press('/')
  await page.keyboard.type(query)
  await page.keyboard.press('Enter')
  await page.waitForURL('**/searches/*')
}

const addContact = async (page: Page, t: Translate, contact: { name: string; phone: string; relationship: string }) => {
  await page.locator('a[href$="/contacts/new"]').first().click()
  await page.fill('[name=name]', contact.name)
  await page.selectOption('[name=relationship]', contact.relationship)
  await page.fill('[name="phones[0][number]"]', contact.phone)
  await page.check('[name=mayBeTold][value=yes]')
  await page.getByRole('button', { name: t('emergency-contacts:form.save'), exact: true }).click()
  await page.waitForURL(/\/clients\/[\w-]+#/)
}

/** The whole main job of one organisation: import, find, contacts, export, and the file opened with no network. */
const mainJob = async (language: Language) => {
  const t = translations.to(language)
  const staff = await signedIn(language, 'staff')
  const { page } = staff
  await page.goto(`${product.url}/imports`)
  await page.setInputFiles('[name=file]', synthea)
  await page.getByRole('button', { name: t('imports:list.button') }).click()
  await page.getByRole('button', { name: t('imports:columns.submit') }).click()
  await page.getByRole('button', { name: t('imports:preview.start', { count: patients }) }).click()
  await page.getByRole('heading', { name: t('imports:result.done') }).waitFor()
  expect((await page.locator('.tally').innerText()).replace(/[\s,]/g, '')).toContain(String(patients))

  await find(page, 'jose eduardo gomez')
  await page.getByRole('link', { name: /Gómez/ }).first().click()
  await page.waitForURL(/\/clients\/[\w-]{36}$/)
  const contacts = [
    {
      name: language === 'pl' ? 'Świętosława Brzęczyszczykiewicz' : 'Persephone Featherstonehaugh',
      phone: '+48 601 222 333',
      relationship: 'SIS',
    },
    {
      name: language === 'pl' ? 'Grzegorz Żdżarski' : 'Bartholomew Cholmondeley',
      phone: '+48 602 444 555',
      relationship: 'FRND',
    },
  ]
  for (const contact of contacts) await addContact(page, t, contact)
  expect((await page.locator('#contacts').innerText()).indexOf(contacts[0]!.name)).toBeLessThan(
    (await page.locator('#contacts').innerText()).indexOf(contacts[1]!.name),
  )
  const saved = page.waitForResponse(
    response => response.url().endsWith('/contacts/order') && response.status() === 204,
  )
  await page.getByRole('button', { name: t('layout:move.up', { name: contacts[1]!.name }) }).click()
  await saved
  await until('the second contact is the first', async () => {
    const text = await page.locator('#contacts').innerText()
    return text.indexOf(contacts[1]!.name) < text.indexOf(contacts[0]!.name)
  })
  secrets.push(...contacts.map(contact => contact.name), '601222333', '602444555')
  await staff.close()

  const { file, passphrase } = await makeExport(language, t)
  secrets.push(passphrase)
  await openOffline(language, file, passphrase, contacts)
  await compareWithAge(file, passphrase, contacts[0]!.name)
}

const makeExport = async (language: Language, t: Translate) => {
  const officer = await signedIn(language, 'security_officer')
  const { page } = officer
  await page.goto(`${product.url}/exports/new`)
  const passphrase = (await page.locator('#suggested').innerText()).trim()
  expect(passphrase.split(/[\s-]+/)).toHaveLength(6)
  await page.fill('[name=passphrase]', passphrase)
  await page.fill('[name=repeated]', passphrase)
  await page.getByRole('button', { name: t('exports:new.submit') }).click()
  const link = page.getByRole('link', { name: t('exports:ready.download') })
  await link.waitFor()
  const [download] = await Promise.all([page.waitForEvent('download'), link.click()])
  expect(await download.failure()).toBeNull()
  expect(download.suggestedFilename()).toMatch(/^ostoja-export-\d{4}-\d{2}-\d{2}\.html$/)
  const file = join(scratch, `${language}-${download.suggestedFilename()}`)
  await download.saveAs(file)
  await officer.close()
  return { file, passphrase }
}

/** Opens the file as on any computer: from the disk, with no network, and looks for whom to call. */
const openOffline = async (
  language: Language,
  file: string,
  passphrase: string,
  contacts: { name: string; phone: string }[],
) => {
  const context = await browser.newContext({ offline: true, locale: language === 'pl' ? 'pl-PL' : 'en-GB' })
  const page = await context.newPage()
  const asked: string[] = []
  page.on('request', request => asked.push(request.url()))
  await page.goto(pathToFileURL(file).href)
  await page.fill('#passphrase', passphrase)
  await page.keyboard.press('Enter')
  await page.waitForSelector('.results')
  await page.keyboard.type('jose eduardo gomez')
  await until('one person is found', async () => (await page.locator('.results button').count()) === 1)
  await page.locator('.results button').click()
  await page.locator('.contact').nth(1).waitFor()
  expect(await page.locator('.contact h3').allInnerTexts()).toEqual([contacts[1]!.name, contacts[0]!.name])
  expect(await page.locator('.contact a.call').first().getAttribute('href')).toBe('tel:+48602444555')
  expect(asked.filter(address => !/^(file:|blob:null)/.test(address))).toEqual([])
  await context.close()
}

/** Debian's age opens the payload as well, by the tools that the file itself names. */
const compareWithAge = async (file: string, passphrase: string, name: string) => {
  expect(await readFile(file, 'utf8')).not.toContain(name)
  const [sealed, plain] = [join(scratch, 'export.age'), join(scratch, 'export.ndjson')]
  await extractWithTools(file, sealed)
  expect((await openWithAge(sealed, passphrase, plain)).code).toBe(0)
  expect(await readFile(plain, 'utf8')).toContain(name)
  await rm(plain)
}

describe('the main job', () => {
  it('is done in Polish, from the spreadsheet to a number found in the exported file with no network', () =>
    mainJob('pl'))

  it('is done in English as well', () => mainJob('en'))

  it('leaves nothing readable in the database, Redis, the logs or the data folder', async () => {
    const passwords = product.accounts.map(account => account.password)
    const needles = [...new Set([...sampled, ...secrets, ...passwords])].filter(text => !wordsOfPostgres.includes(text))
    expect(needles.length).toBeGreaterThan(300)

    await dumpDatabase(product.services, scratch)
    await dumpRedis(product.services, scratch)
    await product.stop()
    const looked = [join(scratch, 'database.sql'), join(scratch, 'redis.bin'), product.dataDir]
    // The compiled program holds dictionaries of names that passwords are measured by; nothing of anybody's ever goes there.
    expect(await findLeaks(needles, looked, scratch, ['demo-accounts.json', 'compile-cache'])).toEqual([])
  })

  it('would be found by that search, however it were written', async () => {
    const folder = await mkdtemp(join(scratch, 'planted-'))
    const text = 'Świętosława'
    const written = [
      text,
      Buffer.from(text).toString('hex'),
      ...['', 'a', 'ab'].map(before => Buffer.from(`${before}${text}, ul. Długa`).toString('base64')),
    ]
    for (const [index, content] of written.entries()) {
      await writeFile(join(folder, 'file'), `\0\x01before ${content} after`)
      expect(`${index}: ${(await findLeaks([text], [folder], scratch)).length}`).toBe(`${index}: 1`)
    }
  })
})
