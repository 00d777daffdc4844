import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { armor, Encrypter, generateX25519Identity } from 'age-encryption'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeKeyPair } from '../../src/features/officer-keys/index.ts'
import { launchBrowser } from '../support/browser.ts'
import { axeFaults } from '../support/axe.ts'
import { sampleClient, samplePhone, sampleClients, samplePassphrase, sampleRules } from '../support/export-samples.ts'
import { goTo, offlinePage, unlock, writeViewer } from '../support/viewer-pages.ts'

let browser: Browser
let folder: string
let both: string
let identity: string
let keyFile: string

beforeAll(async () => {
  browser = await launchBrowser()
  folder = await mkdtemp(join(tmpdir(), 'ostoja-viewer-keys-'))
  const { publicKey, identityFile } = await makeKeyPair(new Date(), null)
  identity = /AGE-SECRET-KEY-\S+/.exec(identityFile)![0]
  keyFile = join(folder, 'key.txt')
  await writeFile(keyFile, identityFile)
  both = await writeViewer(folder, 'both.html', sampleClients(40), { publicKeys: [publicKey] })
})
afterAll(async () => {
  await browser.close()
  await rm(folder, { recursive: true, force: true })
})

const byKey = async (page: Page, file = both) => {
  await goTo(page, file)
  await page.getByRole('button', { name: 'Kluczem' }).click()
  await page.waitForSelector('#key-file')
}
/** As makeKeyPair does it, but quick to open: only the cost of a guess differs. */
const protectCheaply = async (text: string, passphrase: string) => {
  const encrypter = new Encrypter()
  encrypter.setScryptWorkFactor(10)
  encrypter.setPassphrase(passphrase)
  return armor.encode(await encrypter.encrypt(text))
}
const press = (page: Page) => page.getByRole('button', { name: 'Otwórz' }).click()

describe('an export for a passphrase and for keys', () => {
  it('opens with either: the passphrase, the key file, the pasted key', async () => {
    const { page, asked, close } = await offlinePage(browser)
    await goTo(page, both)
    await page.waitForSelector('#passphrase')
    await unlock(page)
    await page.waitForSelector('.results')

    await byKey(page)
    await page.setInputFiles('#key-file', keyFile)
    await press(page)
    await page.waitForSelector('.results')
    expect(await page.innerText('#count')).toBe('40 klientów')

    await page.getByRole('button', { name: 'Zablokuj' }).click()
    await page.waitForSelector('#key-file')
    await page.fill('#pasted', ` ${identity.toLowerCase()} `)
    await press(page)
    await page.waitForSelector('.results')
    expect(asked.filter(address => !/^(file:\/\/\/|blob:null\/)/.test(address))).toEqual([])
    await close()
  })

  it('tells another key, no key and a missing key apart', async () => {
    const { page, close } = await offlinePage(browser)
    await byKey(page)
    await press(page)
    await page.waitForSelector('[data-problem=missing]')
    await page.fill('#pasted', await generateX25519Identity())
    await press(page)
    await page.waitForSelector('[data-problem=wrongKey]')
    expect(await axeFaults(page)).toEqual([])
    await page.fill('#pasted', 'age1 something else')
    await press(page)
    await page.waitForSelector('[data-problem=noKey]')
    await close()
  })

  it('opens with a key file that its own passphrase protects', async () => {
    const pair = await makeKeyPair(new Date(), 'kot w butach')
    const [protectedFile, cheapFile] = [join(folder, 'protected.txt'), join(folder, 'cheap.txt')]
    await writeFile(protectedFile, pair.identityFile)
    await writeFile(cheapFile, await protectCheaply(identity, 'kot w butach'))
    const file = await writeViewer(folder, 'keys.html', sampleClients(5), {
      publicKeys: [pair.publicKey],
      passphrase: null,
    })
    const { page, close } = await offlinePage(browser)
    await goTo(page, file)
    await page.waitForSelector('#key-file')
    expect(await page.locator('.ways').count()).toBe(0)
    await page.setInputFiles('#key-file', cheapFile)
    await page.waitForSelector('#keyPassphrase')
    await page.fill('#keyPassphrase', 'pies w butach')
    await press(page)
    await page.waitForSelector('[data-problem=wrongKeyPassphrase]')
    await page.setInputFiles('#key-file', protectedFile)
    await page.fill('#keyPassphrase', 'kot w butach')
    await press(page)
    await page.waitForSelector('.results')
    await close()
  })
})

describe('an opened export', () => {
  it('shows the code that proves it was opened', async () => {
    const { page, close } = await offlinePage(browser)
    await goTo(page, both)
    await unlock(page)
    await page.waitForSelector('.results')
    await page.getByRole('button', { name: 'Kod otwarcia' }).click()
    expect(await page.innerText('.opening-code')).toBe('K7QX 2M9T')
    expect(await axeFaults(page)).toEqual([])
    await page.getByRole('button', { name: 'Zamknij' }).click()
    await close()
  })

  it('locks when nobody touches it for ten minutes, and leaves nothing behind', async () => {
    const { page, close } = await offlinePage(browser)
    await page.clock.install()
    await goTo(page, both)
    await page.waitForSelector('#passphrase')
    await unlock(page)
    await page.waitForSelector('.results')
    await page.click('.results button >> nth=0')
    await page.waitForSelector('.person h1')
    await page.clock.fastForward(9 * 60_000)
    await page.keyboard.press('Shift')
    await page.clock.fastForward(9 * 60_000)
    expect(await page.locator('.person h1').isVisible()).toBe(true)
    await page.clock.fastForward(2 * 60_000)
    await page.waitForSelector('[data-idle]')
    const left = await page.evaluate(() => document.documentElement.innerText)
    for (const personal of ['Dom Pod Lipą', sampleClient(0).familyName, samplePassphrase])
      expect(left).not.toContain(personal)
    expect(await page.locator('#passphrase').inputValue()).toBe('')
    const stored = await page.evaluate(async () => [document.cookie, localStorage.length, sessionStorage.length])
    expect(stored).toEqual(['', 0, 0])
    await close()
  })

  it('shows every rule of a number, and who is reachable now', async () => {
    const phone = { ...samplePhone('mobile', '501000001'), hours: '' }
    const contact = sampleClient(1).contacts[0]!
    const ruled = {
      ...contact,
      phones: [
        { ...phone, ...(structuredClone(sampleRules) as object) },
        { ...phone, wrongSince: '2026-10-01' },
        phone,
      ],
    }
    const file = await writeViewer(
      folder,
      'rules.html',
      sampleClients(1, () => ({ contacts: [ruled] })),
    )
    const { page, close } = await offlinePage(browser, { locale: 'en-GB', timezoneId: 'America/New_York' })
    // Eleven in Warsaw, wherever the reader's clock is.
    await page.clock.setFixedTime(new Date('2026-11-23T10:00:00Z'))
    await goTo(page, file)
    await unlock(page)
    await page.click('.results button >> nth=0')
    const numbers = page.locator('.contact .number')
    expect(
      await numbers
        .nth(0)
        .locator('[data-rule]')
        .evaluateAll(all => all.map(each => each.getAttribute('data-rule'))),
    ).toEqual(['do-not-call', 'voicemail-not-allowed', 'known-by', 'text-allowed', 'reachable'])
    expect(await numbers.nth(0).locator('.now').innerText()).toBe('Reachable now')
    expect(await numbers.nth(1).locator('.now').innerText()).toBe('Wrong number')
    expect(await numbers.nth(2).locator('.now').innerText()).toBe('Hours not stated')
    expect(await numbers.nth(2).locator('.now-now').count()).toBe(0)
    expect(await page.locator('.next-in-line').count()).toBe(1)
    for (const scheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: scheme })
      expect(await axeFaults(page)).toEqual([])
    }
    await close()
  })
})
