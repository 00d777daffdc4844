import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ExportedClient } from '../../src/features/exports/index.ts'
import { launchBrowser } from '../support/browser.ts'
import { sampleClient, sampleClients } from '../support/export-samples.ts'
import { rounds } from '../support/rounds.ts'
import { expectSoundInEachLook } from '../support/sound-page.ts'
import { until } from '../support/until.ts'
import { goTo, offlinePage, unlock, writeViewer } from '../support/viewer-pages.ts'

let browser: Browser
let folder: string
let whole: string

const write = (name: string, records: AsyncIterable<readonly ExportedClient[]>) => writeViewer(folder, name, records)
const offline = (options: BrowserContextOptions = {}) => offlinePage(browser, options)

beforeAll(async () => {
  browser = await launchBrowser()
  folder = await mkdtemp(join(tmpdir(), 'ostoja-viewer-'))
  whole = await write('ostoja-export-2026-11-23.html', sampleClients(120))
})
afterAll(async () => {
  await browser.close()
  await rm(folder, { recursive: true, force: true })
})

const opened = async (page: Page, file = whole) => {
  await goTo(page, file)
  await page.waitForSelector('#passphrase')
  await unlock(page)
  await page.waitForSelector('.results')
}

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

describe('an export opened from a file, with no network', () => {
  it('asks for the passphrase, finds a person without accents, and shows whom to call', async () => {
    const { page, asked, close } = await offline()
    await goTo(page, whole)
    await page.waitForSelector('#passphrase')
    expect(await page.title()).not.toContain('Dom Pod Lipą')
    await unlock(page, 'not this one')
    await page.waitForSelector('[data-problem=wrong]')
    expect(await page.innerText('#problem')).toContain('Złe hasło')
    expect(await page.innerText('#problem')).toContain('Plik jest pełny')
    await unlock(page)

    await page.waitForSelector('.results')
    expect(await page.innerText('.bar')).toContain('Dom Pod Lipą')
    expect(await page.innerText('.bar')).toContain('sprzed 3 dni')
    expect(await page.innerText('#count')).toBe('120 klientów')
    await page.keyboard.type('lukasz zolc')
    await page.locator('#count', { hasText: 'Znaleziono' }).waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    expect(await page.innerText('.person h1')).toBe('Łukasz Żółć')
    expect(await page.locator('.contact h3').allInnerTexts()).toEqual(sampleClient(0).contacts.map(each => each.name))
    const call = page.locator('.contact').first().locator('a.call').first()
    expect(await call.getAttribute('href')).toBe('tel:+48501000000')
    expect(await call.innerText()).toContain('+48 501 000 000')
    const undialable = page.locator('.contact').first().locator('.number', { hasText: '(22) 555 01' })
    expect(await undialable.locator('a').count()).toBe(0)
    expect(await undialable.innerText()).toContain('Nie da się wybrać tego numeru')
    expect(await page.locator('.contact').nth(1).innerText()).toMatch(/Nie wolno informować\s+nie wie o pobycie/)
    expect(await page.locator('.contact').nth(2).innerText()).toContain('sąsiadka z parteru')

    await page.click('.languages [lang=en]')
    expect(await page.innerText('.person')).toContain('Whom to call, in this order')
    expect(await page.locator('html').getAttribute('lang')).toBe('en')
    expect(page.url()).toBe(pathToFileURL(whole).href)
    expect(asked.filter(address => !/^(file:\/\/\/|blob:null\/)/.test(address))).toEqual([])
    await close()
  })

  it('is found through a contact’s number, walked by keyboard, left by the browser’s own back, and locked', async () => {
    const { page, close } = await offline({ locale: 'en-GB', viewport: { width: 390, height: 844 } })
    await opened(page)
    await page.keyboard.type('503000117')
    await page.locator('#count', { hasText: '1 client found' }).waitFor()
    await page.click('.results button')
    await page.waitForSelector('.person h1')
    expect(await page.locator('#search').isVisible()).toBe(false)
    await page.goBack()
    expect(await page.locator('#search').isVisible()).toBe(true)
    expect(await page.locator('#search').inputValue()).toBe('503000117')

    await page.getByRole('button', { name: 'Lock' }).click()
    await page.waitForSelector('#passphrase')
    expect(await page.locator('#passphrase').inputValue()).toBe('')
    const left = await page.evaluate(() => document.body.innerText)
    for (const personal of ['Dom Pod Lipą', '503', sampleClient(117).familyName]) expect(left).not.toContain(personal)
    await unlock(page)
    await page.waitForSelector('.results')
    await close()
  })

  it('opens in the page itself where the browser allows no worker', async () => {
    const { page, close } = await offline()
    await page.addInitScript(() => Reflect.deleteProperty(globalThis, 'Worker'))
    await goTo(page, whole)
    await page.waitForSelector('#passphrase')
    await unlock(page, 'not this one')
    await page.waitForSelector('[data-problem=wrong]')
    await unlock(page)
    await page.waitForSelector('.results')
    expect(page.workers()).toHaveLength(0)
    await close()
  })

  it('shows names as text, whatever they are', async () => {
    const odd = ['<script>alert(1)</script>', '<img src=x onerror=alert(1)>', '👩‍👩‍👧 Ö', 'א'.repeat(200), '</script><!--']
    const file = await write(
      'odd.html',
      sampleClients(5, n => ({ familyName: odd[n] ?? '', contacts: [], phones: [], birthDate: null })),
    )
    const { page, asked, close } = await offline()
    await opened(page, file)
    const names = await page.locator('.result-name').allInnerTexts()
    for (const name of odd) expect(names.some(shown => shown.startsWith(name))).toBe(true)
    expect(asked.filter(line => !/^(file|blob):/.test(line))).toEqual([])
    await close()
  })

  it('shows many clients in pages, searches all of them, and opens at the full cost of a passphrase', async () => {
    const count = rounds({ soak: 20_000, usual: 10_000 })
    const file = await writeViewer(folder, 'large.html', sampleClients(count), { logN: 18 })
    const { page, close } = await offline()
    const begun = performance.now()
    await goTo(page, file)
    await page.waitForSelector('#passphrase')
    const asked = performance.now()
    await unlock(page)
    await page.waitForSelector('.results')
    const opened = performance.now()
    await page.fill('#search', sampleClient(count - 1).fileNumber)
    await page.locator('#count', { hasText: 'Znaleziono 1 klienta' }).waitFor()
    await page.click('.results button >> nth=0')
    await page.waitForSelector('.call-number')
    const first = performance.now()
    const seconds = (from: number, to: number) => `${((to - from) / 1000).toFixed(1)} s`
    console.log(
      `${count} clients: asks after ${seconds(begun, asked)}, open ${seconds(asked, opened)} later, first number ${seconds(opened, first)} later; together ${seconds(begun, first)}`,
    )
    expect(await page.locator('.call-number').first().innerText()).toContain('+48')

    await page.fill('#search', '')
    await page.locator('#count', { hasText: new RegExp(`^${count / 1000}\\s000 klientów$`) }).waitFor()
    expect(await page.locator('.result').count()).toBe(50)
    await page.getByRole('button', { name: 'Pokaż więcej' }).click()
    await until('the second page is there', async () => (await page.locator('.result').count()) === 100)
    await close()
  })

  it('prints one person, or all who were found, on paper that is gone afterwards', async () => {
    const { page, close } = await offline()
    await page.addInitScript(() => {
      globalThis.print = () =>
        document.body.setAttribute('data-printed', document.getElementById('print')?.textContent ?? '')
    })
    await opened(page)
    await page.click('.results button >> nth=0')
    await page.getByRole('button', { name: 'Drukuj tego klienta' }).click()
    expect(await page.getAttribute('body', 'data-printed')).toContain(await page.innerText('.person h1'))
    await page.emulateMedia({ media: 'print' })
    expect(await page.locator('#app').isVisible()).toBe(false)
    expect(await page.locator('#print .contact').count()).toBe(3)
    await page.emulateMedia({ media: 'screen' })

    await page.fill('#search', 'nowak')
    await page.locator('#count', { hasText: 'Znaleziono' }).waitFor()
    await page.getByRole('button', { name: 'Drukuj znalezionych' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Drukuj' }).click()
    await page.waitForSelector('dialog', { state: 'detached' })
    const found = Number(/\d+/.exec(await page.innerText('#count'))?.[0])
    expect(await page.locator('#print .person').count()).toBe(found)
    await page.evaluate(() => dispatchEvent(new Event('afterprint')))
    expect(await page.locator('#print').count()).toBe(0)
    // By the browser's own command: the person in sight, and nothing around.
    await page.emulateMedia({ media: 'print' })
    expect(await page.locator('.person').isVisible()).toBe(true)
    expect(await page.locator('.finder').isVisible()).toBe(false)
    await close()
  })

  it('has no fault that axe finds, in light and dark, wide and on a phone', async () => {
    const { page, close } = await offline()
    await goTo(page, whole)
    await page.waitForSelector('#passphrase')
    await expectSoundInEachLook(page)
    await unlock(page, 'not this one')
    await page.waitForSelector('[data-problem=wrong]')
    await expectSoundInEachLook(page)
    await unlock(page)
    await page.waitForSelector('.results')
    await expectSoundInEachLook(page)
    await page.click('.results button >> nth=0')
    await page.waitForSelector('.person h1')
    await expectSoundInEachLook(page)
    await close()
  })
})

describe('an export that is not what was made', () => {
  const at = (bytes: Buffer, text: string, further = 0) => {
    const found = bytes.indexOf(text)
    if (found < 0) throw new Error(`There is no ${text}`)
    return found + further
  }
  const payload = 'id="payload">\n'
  const marker = '<script type="application/json" id="end">'

  it('says that it was cut, wherever it ends', async () => {
    const bytes = await readFile(whole)
    const { page, close } = await offline()
    const ends = {
      'in the look': at(bytes, 'id="viewer-style"', 4000),
      'in the viewer': at(bytes, 'id="viewer">', 20_000),
      'before the viewer’s end': at(bytes, payload) - 40,
      'in the header of age': at(bytes, 'id="for-passphrase">\n', 60),
      'in the opening of the payload': at(bytes, payload) - 3,
      'at the start of the payload': at(bytes, payload, payload.length + 5),
      'in the payload': at(bytes, payload, 100_001),
      'at the end of the payload': at(bytes, marker) - 12,
      'in the closing of the payload': at(bytes, marker) - 5,
      'before the end marker': at(bytes, marker),
      'in the opening of the end marker': at(bytes, marker, 20),
      'in the end marker': at(bytes, marker, marker.length + 30),
      'in the closing of the end marker': at(bytes, '<i hidden id="whole">') - 5,
      'before the last element': at(bytes, '<i hidden id="whole">'),
      'in the last element': bytes.length - 8,
      'at the last letter': bytes.length - 1,
    }
    for (const [where, end] of Object.entries(ends)) {
      const file = join(folder, 'cut.html')
      await writeFile(file, bytes.subarray(0, end))
      expect([where, await verdict(page, file)]).toEqual([where, 'cut'])
    }
    await close()
  })

  it('says that it was cut when a piece is missing in its middle', async () => {
    const bytes = await readFile(whole)
    const { page, close } = await offline()
    const hole = at(bytes, payload, 5000)
    const file = join(folder, 'hole.html')
    await writeFile(file, Buffer.concat([bytes.subarray(0, hole), bytes.subarray(hole + 4096)]))
    expect(await verdict(page, file)).toBe('cut')
    await close()
  })

  it('says that it was altered, whichever byte was', async () => {
    const bytes = await readFile(whole)
    const { page, close } = await offline()
    const places: Record<string, [number, number]> = {
      'the comment': [at(bytes, 'No browser'), 0x4d],
      'the policy of scripts': [at(bytes, `script-src 'sha256-`, 25), 0x41],
      'the policy of styles': [at(bytes, `style-src 'sha256-`, 25), 0x41],
      'the name of the policy': [at(bytes, 'http-equiv', 2), 0x71],
      'the title': [at(bytes, '<title>', 8), 0x78],
      'the look': [at(bytes, 'id="viewer-style"', 3000), 0x7e],
      'the viewer': [at(bytes, 'id="viewer">', 20_000), 0x7e],
      'the viewer’s end': [at(bytes, payload) - 30, 0x78],
      'the name of the payload': [at(bytes, payload, 5), 0x78],
      'the header of age': [at(bytes, 'id="for-passphrase">\n', 80), 0x78],
      'the name of the header': [at(bytes, 'id="for-passphrase">\n', 8), 0x78],
      'the nonce of the payload': [at(bytes, payload, payload.length + 8), 0x78],
      'the payload, by a letter': [at(bytes, payload, 60_000), 0x21],
      'the payload, by a space': [at(bytes, payload, 60_001), 0x20],
      'the payload, by a tag': [at(bytes, payload, 60_002), 0x3c],
      'the payload, by a byte that is no text': [at(bytes, payload, 60_003), 0xff],
      'the payload, by a zero': [at(bytes, payload, 60_004), 0],
      'the end of the payload': [at(bytes, marker) - 9, 0x78],
      'the length': [at(bytes, marker, marker.length + 11), 0x39],
      'the sum': [at(bytes, '"sha256":"', 12), 0x67],
      'the seal of the marker': [at(bytes, '"check":"', 12), 0x67],
      'the end of the marker': [at(bytes, '<i hidden id="whole">') - 4, 0x78],
      'the last element': [bytes.length - 5, 0x78],
    }
    const file = join(folder, 'altered.html')
    for (const [where, [place, value]] of Object.entries(places)) {
      const altered = Buffer.from(bytes)
      altered[place] = altered[place] === value ? value ^ 1 : value
      await writeFile(file, altered)
      expect([where, await verdict(page, file)]).toEqual([where, 'altered'])
    }
    await close()
  })

  it('opens at no byte altered by chance in what it holds', async () => {
    const bytes = await readFile(await write('small.html', sampleClients(20)))
    const { page, close } = await offline()
    const from = at(bytes, payload, payload.length)
    const length = at(bytes, marker) - 10 - from
    const file = join(folder, 'chance.html')
    let seed = 20261123
    const next = (below: number) => (seed = (seed * 48271) % 2147483647) % below
    for (let turn = 0; turn < rounds({ soak: 200, usual: 8 }); turn += 1) {
      const altered = Buffer.from(bytes)
      const place = from + next(length)
      altered[place] = altered[place]! ^ (1 + next(255))
      await writeFile(file, altered)
      expect([place, altered[place], await verdict(page, file)]).toEqual([place, altered[place], 'altered'])
    }
    await close()
  })

  it('whose sum was mended after the change is still refused, by age’s own seal', async () => {
    const { createHash } = await import('node:crypto')
    const text = (await readFile(whole)).toString('latin1')
    const [, head = '', base64 = '', tail = ''] =
      /^([\s\S]*id="payload">\n)([\s\S]*?)(<\/script>\n<script type="application\/json"[\s\S]*)$/.exec(text) ?? []
    const sealed = Buffer.from(base64, 'base64')
    sealed[sealed.length - 20] = sealed[sealed.length - 20]! ^ 1
    const sum = createHash('sha256').update(sealed).digest('hex')
    const mended = tail
      .replace(/"sha256":"[0-9a-f]+"/, `"sha256":"${sum}"`)
      .replace(
        /"length":(\d+)(.*?"shell":"([0-9a-f]+)","check":")[0-9a-f]+/,
        (_, length: string, between: string, shell: string) => {
          const check = createHash('sha256').update(`${length}:${sum}:${shell}`).digest('hex')
          return `"length":${length}${between}${check}`
        },
      )
    const file = join(folder, 'mended.html')
    await writeFile(file, Buffer.from(head + sealed.toString('base64').replace(/.{1,76}/g, '$&\n') + mended, 'latin1'))

    const { page, close } = await offline()
    expect(await verdict(page, file)).toBe('asks')
    await unlock(page)
    await page.waitForSelector('[data-problem=altered]')
    await close()
  })
})
