import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Page } from 'puppeteer-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { samplePhone, sampleClient, sampleClients, samplePassphrase, sampleRules } from '../support/export-samples.ts'
import { launchFirefox, type Firefox } from '../support/firefox.ts'
import { until } from '../support/until.ts'
import { writeViewer } from '../support/viewer-pages.ts'

let firefox: Firefox
let folder: string
let whole: string
const atTheEnd: (() => Promise<void>)[] = []

const [first, ...others] = sampleClient(0).contacts
const ruled = {
  ...first!,
  phones: [{ ...samplePhone('mobile', '501000000'), hours: '', ...structuredClone(sampleRules) }],
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
  // A tab in the background draws nothing, and is typed into by nobody.
  await page.bringToFront()
  const asked: string[] = []
  page.on('request', request => asked.push(request.url()))
  page.on('pageerror', fault => asked.push(`fault: ${String(fault)}`))
  page.on('console', message => asked.push(`console: ${message.text()}`))
  await page.evaluateOnNewDocument(before)
  return { page, asked, close: () => context.close() }
}

/** The page gives a worker up that is silent for 3 s. On a busy machine that may be one which only starts slowly. */
const watchWorkers = () => {
  const watched = globalThis as Watched
  const { setTimeout: later } = globalThis
  Object.assign(globalThis, { setTimeout: (work: () => void, ms: number) => later(work, 40 * ms) })
  globalThis.Worker = class extends Worker {
    constructor(address: string | URL) {
      super(address)
      watched.workers = 'started'
      this.addEventListener('message', () => (watched.workers = 'answered'), { once: true })
    }
  }
}

const goTo = (page: Page, file: string) => page.goto(pathToFileURL(file).href)

// Puppeteer's locators did not end in Firefox 140 (`fill`, on a field that was there): what is waited for is asked for again.
const textOf = (page: Page, selector: string) =>
  page.evaluate(where => document.querySelector<HTMLElement>(where)?.innerText ?? '', selector)
const untilThereIs = (page: Page, selector: string) =>
  until(`there is ${selector}`, () => page.evaluate(where => document.querySelector(where) !== null, selector))
const untilTextHas = (page: Page, selector: string, words: string) =>
  until(`${selector} says ${words}`, async () => (await textOf(page, selector)).includes(words))

const type = async (page: Page, selector: string, words: string) => {
  await untilThereIs(page, selector)
  await page.evaluate(where => {
    const field = document.querySelector<HTMLInputElement>(where)
    field?.focus()
    field?.select()
  }, selector)
  await page.keyboard.type(words)
}
const unlock = async (page: Page, passphrase = samplePassphrase) => {
  await type(page, '#passphrase', passphrase)
  await page.keyboard.press('Enter')
}
/** Clicks in the middle of the first button of those that says `words`. */
const press = async (page: Page, selector: string, words = '') => {
  const middle = await page.evaluate(
    (where, said) => {
      const button = [...document.querySelectorAll<HTMLElement>(where)].find(each => each.innerText.includes(said))
      button?.scrollIntoView({ block: 'center' })
      const box = button?.getBoundingClientRect()
      return box && { x: box.x + box.width / 2, y: box.y + box.height / 2 }
    },
    selector,
    words,
  )
  if (!middle) throw new Error(`There is no ${selector} that says ${words}`)
  await page.mouse.click(middle.x, middle.y)
}

describe('an export opened from a file in Firefox', () => {
  it('asks for the passphrase, finds a person, shows whom to call with the rules, in two languages, and asks no network', async () => {
    const { page, asked, close } = await openTab()
    await goTo(page, whole)
    await unlock(page, 'not this one')
    await untilThereIs(page, '[data-problem=wrong]')
    expect(await textOf(page, '#problem')).toContain('Złe hasło')
    await unlock(page)

    await untilThereIs(page, '.results')
    expect(await textOf(page, '.bar')).toContain('Dom Pod Lipą')
    expect(await textOf(page, '#count')).toBe('120 klientów')
    await type(page, '#search', 'lukasz zolc')
    await untilTextHas(page, '#count', 'Znaleziono')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await untilThereIs(page, '.person h1')
    expect(await textOf(page, '.person h1')).toBe('Łukasz Żółć')
    expect(await page.evaluate(() => document.querySelector('.contact a.call')?.getAttribute('href'))).toBe(
      'tel:+48501000000',
    )
    expect(await textOf(page, '.contact a.call')).toContain('+48 501 000 000')
    const toldRules = await page.evaluate(() =>
      [...document.querySelectorAll('.contact [data-rule]')].map(each => each.getAttribute('data-rule')),
    )
    expect(toldRules).toEqual(['do-not-call', 'voicemail-not-allowed', 'known-by', 'text-allowed', 'reachable'])
    expect(await textOf(page, '.contact .rules')).toContain('mąż')

    await press(page, '.languages [lang=en]')
    await untilTextHas(page, '.person', 'Whom to call, in this order')
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('en')
    await press(page, '.languages [lang=pl]')
    await untilTextHas(page, '.person', 'mąż')
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('pl')

    // Firefox tells of the font, too, which lies in the file itself.
    expect(asked.filter(address => !/^(file:\/\/\/|blob:|data:font\/)/.test(address))).toEqual([])
    expect(networkOf(firefox)).toEqual([])
    await close()
  })

  it('forgets everybody when it is locked', async () => {
    const { page, close } = await openTab()
    await goTo(page, whole)
    await unlock(page)
    await untilThereIs(page, '.results button')
    await press(page, '.results button')
    await untilThereIs(page, '.person h1')
    await press(page, 'button', 'Zablokuj')
    await untilThereIs(page, '#passphrase')
    const left = await page.evaluate(() => document.documentElement.innerText)
    for (const personal of ['Dom Pod Lipą', '501', sampleClient(0).familyName, samplePassphrase])
      expect(left).not.toContain(personal)
    expect(await page.evaluate(() => document.querySelector<HTMLInputElement>('#passphrase')?.value)).toBe('')
    await unlock(page)
    await untilThereIs(page, '.results')
    await close()
  })

  it('decrypts in a worker', async () => {
    const { page, close } = await openTab()
    await goTo(page, whole)
    await unlock(page)
    await untilThereIs(page, '.results')
    expect(await page.evaluate(() => (globalThis as Watched).workers)).toBe('answered')
    await close()
  })

  it.each([
    ['there is none', () => Reflect.deleteProperty(globalThis, 'Worker')],
    [
      'it never answers',
      () => {
        const { setTimeout: later } = globalThis
        Object.assign(globalThis, { setTimeout: (work: () => void, ms: number) => later(work, ms / 40) })
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
    await untilThereIs(page, '[data-problem=wrong]')
    await unlock(page)
    await untilThereIs(page, '.results')
    expect(await textOf(page, '#count')).toBe('120 klientów')
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
    await until('it is heard', () => firefox.heard.includes('GET http://nobody.invalid/asked HTTP/1.1'))
    await close()
  })
})

/** What a person is told about the file: by the viewer, or, where it never ran, by the file's own notices. */
const verdict = async (page: Page, file: string) => {
  await goTo(page, file)
  return until('it tells something', () =>
    page.evaluate(() => {
      const problem = document.querySelector('[data-problem]')?.getAttribute('data-problem')
      if (problem || document.querySelector('.waiting')) return problem ?? ''
      if (document.querySelector('#passphrase')) return 'asks'
      const notices = [...document.querySelectorAll<HTMLElement>('.notice')].filter(each => each.checkVisibility())
      return notices.map(each => each.className.replace('notice notice-', '')).join(' and ')
    }),
  )
}

/** What was asked of a network, but for what Firefox asks its makers for by itself. */
const networkOf = ({ heard }: Firefox) =>
  heard.filter(line => !/^[A-Z]+ (https?:\/\/)?[\w.-]+\.(mozilla|firefox)\.(com|net|org)[:/]/.test(line))
