import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Page } from 'puppeteer-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sampleClient, sampleClients, samplePassphrase } from '../support/export-samples.ts'
import { launchFirefox, type Firefox } from '../support/firefox.ts'
import { writeViewer } from '../support/viewer-pages.ts'

let firefox: Firefox
let folder: string
let whole: string
const atTheEnd: (() => Promise<void>)[] = []

const rules = {
  voicemail: 'not_allowed',
  text: 'allowed',
  knownBy: 'mąż',
  doNotCallBetween: [{ from: '22:00', to: '06:00' }],
  reachable: [{ daysOfWeek: [], from: '08:00', to: '16:00' }],
} as const
const [first, ...others] = sampleClient(0).contacts
const ruled = {
  ...first!,
  phones: [{ type: 'mobile', number: '+48501000000', typed: '501000000', hours: '', ...structuredClone(rules) }],
} as typeof first & object

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ostoja-viewer-firefox-'))
  whole = await writeViewer(
    folder,
    'ostoja-export.html',
    sampleClients(120, n => (n === 0 ? { contacts: [ruled, ...others] } : {})),
  )
  firefox = await launchFirefox()
  atTheEnd.push(firefox.close)
})
afterAll(async () => {
  for (const close of atTheEnd) await close()
  await rm(folder, { recursive: true, force: true })
})

/** How the page's worker fares: none was started, it was started, it answered. */
type Watched = { workers?: 'started' | 'answered' }

/** A tab of its own, every address that it asks for, and every fault in it. */
const openTab = async (before: () => void = watchWorkers) => {
  const context = await firefox.browser.createBrowserContext()
  const page = await context.newPage()
  page.setDefaultTimeout(120_000)
  const asked: string[] = []
  page.on('request', request => asked.push(request.url()))
  page.on('pageerror', fault => asked.push(`fault: ${String(fault)}`))
  page.on('console', message => asked.push(`console: ${message.text()}`))
  await page.evaluateOnNewDocument(before)
  return { page, asked, close: () => context.close() }
}

const watchWorkers = () => {
  const watched = globalThis as Watched
  globalThis.Worker = class extends Worker {
    constructor(address: string | URL) {
      super(address)
      watched.workers = 'started'
      this.addEventListener('message', () => (watched.workers = 'answered'), { once: true })
    }
  }
}

const goTo = (page: Page, file: string) => page.goto(pathToFileURL(file).href)
const unlock = async (page: Page, passphrase = samplePassphrase) => {
  await page.waitForSelector('#passphrase')
  await page.locator('#passphrase').fill(passphrase)
  await page.keyboard.press('Enter')
}
const textOf = (page: Page, selector: string) => page.$eval(selector, each => (each as HTMLElement).innerText)
const untilTextHas = (page: Page, selector: string, words: string) =>
  page.waitForFunction(
    (where, what) => document.querySelector<HTMLElement>(where)?.innerText.includes(what),
    {},
    selector,
    words,
  )
const press = async (page: Page, words: string) => {
  await page.locator(`::-p-xpath(//button[normalize-space()="${words}"])`).click()
}

describe('an export opened from a file in Firefox', () => {
  it('asks for the passphrase, finds a person, shows whom to call with the rules, in two languages, and asks no network', async () => {
    const { page, asked, close } = await openTab()
    await goTo(page, whole)
    await unlock(page, 'not this one')
    await page.waitForSelector('[data-problem=wrong]')
    expect(await textOf(page, '#problem')).toContain('Złe hasło')
    await unlock(page)

    await page.waitForSelector('.results')
    expect(await textOf(page, '.bar')).toContain('Dom Pod Lipą')
    expect(await textOf(page, '#count')).toBe('120 osób')
    await page.locator('#search').fill('lukasz zolc')
    await untilTextHas(page, '#count', 'Znaleziono')
    await page.focus('#search')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.waitForSelector('.person h1')
    expect(await textOf(page, '.person h1')).toBe('Łukasz Żółć')
    expect(await page.$eval('.contact a.call', link => link.getAttribute('href'))).toBe('tel:+48501000000')
    expect(await textOf(page, '.contact a.call')).toContain('+48 501 000 000')
    const toldRules = await page.$$eval('.contact [data-rule]', all => all.map(each => each.getAttribute('data-rule')))
    expect(toldRules).toEqual(['do-not-call', 'voicemail-not-allowed', 'known-by', 'text-allowed', 'reachable'])
    expect(await textOf(page, '.contact .rules')).toContain('mąż')

    await page.locator('.languages [lang=en]').click()
    await untilTextHas(page, '.person', 'Whom to call, in this order')
    expect(await page.$eval('html', root => root.lang)).toBe('en')
    await page.locator('.languages [lang=pl]').click()
    await untilTextHas(page, '.person', 'mąż')
    expect(await page.$eval('html', root => root.lang)).toBe('pl')

    expect(asked.filter(address => !/^(file:\/\/\/|blob:)/.test(address))).toEqual([])
    expect(networkOf(firefox)).toEqual([])
    await close()
  })

  it('forgets everybody when it is locked', async () => {
    const { page, close } = await openTab()
    await goTo(page, whole)
    await unlock(page)
    await page.waitForSelector('.results button')
    await page.locator('.results button').click()
    await page.waitForSelector('.person h1')
    await press(page, 'Zablokuj')
    await page.waitForSelector('#passphrase')
    const left = await page.evaluate(() => document.documentElement.innerText)
    for (const personal of ['Dom Pod Lipą', '501', sampleClient(0).familyName, samplePassphrase])
      expect(left).not.toContain(personal)
    expect(await page.$eval('#passphrase', field => (field as HTMLInputElement).value)).toBe('')
    await unlock(page)
    await page.waitForSelector('.results')
    await close()
  })

  it('decrypts in a worker', async () => {
    const { page, close } = await openTab()
    await goTo(page, whole)
    await unlock(page)
    await page.waitForSelector('.results')
    expect(await page.evaluate(() => (globalThis as Watched).workers)).toBe('answered')
    await close()
  })

  it.each([
    ['there is none', () => Reflect.deleteProperty(globalThis, 'Worker')],
    [
      'it never answers',
      () => {
        globalThis.Worker = class extends EventTarget {
          postMessage() {}
        } as unknown as typeof Worker
      },
    ],
    [
      'it is refused',
      () => {
        globalThis.Worker = function () {
          throw new DOMException('no', 'SecurityError')
        } as unknown as typeof Worker
      },
    ],
  ])('decrypts in the page itself where no worker helps: %s', async (_why, before: () => void) => {
    const { page, close } = await openTab(before)
    await goTo(page, whole)
    await unlock(page, 'not this one')
    await page.waitForSelector('[data-problem=wrong]')
    await unlock(page)
    await page.waitForSelector('.results')
    expect(await textOf(page, '#count')).toBe('120 osób')
    await close()
  })

  it('tells a file that was cut, or altered at some place, from a whole one, and opens neither', async () => {
    const bytes = await readFile(whole)
    const payload = bytes.indexOf('id="payload">\n')
    const marker = bytes.indexOf('<script type="application/json" id="end">')
    expect([payload, marker].every(place => place > 0)).toBe(true)
    const changed = (at: number) => {
      const altered = Buffer.from(bytes)
      altered[at] = altered[at] === 0x78 ? 0x79 : 0x78
      return altered
    }
    const files: [string, Buffer, string][] = [
      ['in the payload', changed(payload + 60_000), 'altered'],
      ['in the viewer', changed(bytes.indexOf('id="viewer">') + 20_000), 'altered'],
      ['in its sum', changed(bytes.indexOf('"sha256":"') + 12), 'altered'],
      ['whole', bytes, 'asks'],
      ['without its end', bytes.subarray(0, marker), 'cut'],
      ['without half of the payload', bytes.subarray(0, payload + 60_000), 'cut'],
    ]
    const { page, close } = await openTab(() => {})
    const file = join(folder, 'spoilt.html')
    for (const [where, content, expected] of files) {
      await writeFile(file, content)
      expect([where, await verdict(page, file)]).toEqual([where, expected])
    }
    await close()
  })

  it('would be heard if it asked for anything', async () => {
    const { page, close } = await openTab()
    await page.goto('http://nobody.invalid/asked').catch(() => {})
    await expect.poll(() => firefox.heard).toContain('GET http://nobody.invalid/asked HTTP/1.1')
    await close()
  })
})

/** What a person is told about the file: by the viewer, or, where it never ran, by the file's own notices. */
const verdict = async (page: Page, file: string) => {
  await goTo(page, file)
  const handle = await page.waitForFunction(() => {
    const told = document.querySelector('[data-problem]')?.getAttribute('data-problem')
    if (told || document.querySelector('.waiting')) return told
    if (document.querySelector('#passphrase')) return 'asks'
    const notices = [...document.querySelectorAll<HTMLElement>('.notice')].filter(each => each.checkVisibility())
    return notices.map(each => each.className.replace('notice notice-', '')).join(' and ')
  })
  return handle.jsonValue()
}

/** What was asked of a network, but for what Firefox asks its makers for by itself. */
const networkOf = ({ heard }: Firefox) =>
  heard.filter(line => !/^[A-Z]+ (https?:\/\/)?[\w.-]+\.(mozilla|firefox)\.(com|net|org)[:/]/.test(line))
