import { randomUUID } from 'node:crypto'
import PDFDocument from 'pdfkit'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser } from '../support/browser.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'
import { until } from '../support/until.ts'

let ostoja: Ostoja
let browser: Browser
let context: BrowserContext
let page: Page
/** What a file that runs would ask for. */
const asked: string[] = []

beforeAll(async () => {
  ;[ostoja, browser] = await Promise.all([startOstoja(), launchBrowser()])
  context = await browser.newContext({ ignoreHTTPSErrors: true, baseURL: ostoja.url, locale: 'en-GB' })
  context.on('request', request => {
    if (request.url().includes('/ran')) asked.push(request.url())
  })
  page = await context.newPage()
  const account = await ostoja.newAccount(await ostoja.newTenant(), ['staff'])
  await page.goto('/sign-in')
  await page.fill('[name="login"]', account.login)
  await page.fill('[name="password"]', account.password)
  await page.click('main button[type="submit"]')
  await page.waitForURL('/')
  // Files leave only for the password; a tab that asks for one then gets it.
  await page.goto(`/attachments/${await added('first.bin', Buffer.from('first'))}/download`)
  await page.fill('[name="password"]', account.password)
  await Promise.all([page.waitForEvent('download'), page.click('main button[type="submit"]')])
})
afterAll(async () => {
  await browser.close()
  await ostoja.close()
})

/** Sends a file from the page, as its script does. @returns its id */
const added = (name: string, content: Buffer): Promise<string> =>
  page.evaluate(
    async ({ name, base64, tray }) => {
      const form = new FormData()
      form.append('_csrf', document.querySelector<HTMLInputElement>('[name="_csrf"]')!.value)
      form.append('tray', tray)
      const bytes = Uint8Array.from(atob(base64), sign => sign.charCodeAt(0))
      form.append('files', new File([bytes], name, { type: 'text/html' }))
      const answer = await fetch('/attachments', { method: 'POST', body: form })
      return /data-take-out="([^"]+)"/.exec(await answer.text())![1]!
    },
    { name, base64: content.toString('base64'), tray: randomUUID() },
  )

/** Opens an address in a tab of its own. @returns how it ended: shown with a type, or downloaded under a name */
const opened = async (path: string): Promise<string> => {
  const tab = await context.newPage()
  try {
    const download = tab.waitForEvent('download').then(
      file => `download ${file.suggestedFilename()}`,
      () => 'closed',
    )
    const shown = tab.goto(path).then(
      answer => `shown ${String(answer?.headers()['content-type'])}`,
      () => download,
    )
    const outcome = await Promise.race([shown, download])
    if (outcome.startsWith('shown')) await tab.waitForLoadState()
    const marks = await tab.evaluate(() => document.title).catch(() => '')
    expect(marks).not.toBe('ran')
    return outcome
  } finally {
    await tab.close()
  }
}

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)
const evil = `document.title='ran';new Image().src='/ran?'+document.cookie;fetch('/ran');navigator.sendBeacon('/ran')`
const html = Buffer.from(
  `<!doctype html><html><body><script>${evil}</script><img src=x onerror="${evil}"></body></html>`,
)
const svg = Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" onload="${evil}"><script>${evil}</script></svg>`)
const script = Buffer.from(evil)
const pdf = async (): Promise<Buffer> => {
  const document = new PDFDocument({ info: { Title: 'Plan' } })
  const parts: Buffer[] = []
  document.on('data', (part: Buffer) => parts.push(part))
  const ended = new Promise(resolve => document.on('end', resolve))
  document.text('Plan opieki').end()
  await ended
  return Buffer.concat(parts)
}

describe('a file that would run if it could', () => {
  const files: [name: string, content: Buffer, inline: string][] = [
    ['page.html', html, 'download page.html'],
    ['photo.png', html, 'download photo.png'],
    ['photo.svg', svg, 'download photo.svg'],
    ['photo.jpg', svg, 'download photo.jpg'],
    ['plan.pdf', html, 'download plan.pdf'],
    ['code.js', script, 'download code.js'],
    ['picture-and-page.png', Buffer.concat([png, html]), 'shown image/png'],
    ['page-and-picture.png', Buffer.concat([html, png]), 'download page-and-picture.png'],
    ['gif-and-script.gif', Buffer.from(`GIF89a/*\0\0*/=1;${evil}`), 'shown image/gif'],
    ['jpeg-and-page.jpg', Buffer.concat([Buffer.from('ffd8ffe0', 'hex'), html]), 'shown image/jpeg'],
    ['pdf-and-page.pdf', Buffer.concat([Buffer.from('%PDF-1.4\n'), html]), 'shown application/pdf'],
    ['late.pdf', Buffer.concat([html, Buffer.from('\n%PDF-1.4\n')]), 'download late.pdf'],
  ]
  for (const [name, content, inline] of files)
    it(`${name} never does: opened, downloaded, or taken for a script, a style or a frame`, async () => {
      const id = await added(name, content)
      expect(await opened(`/attachments/${id}`)).toBe(inline)
      expect(await opened(`/attachments/${id}/download`)).toBe(`download ${name}`)

      const answer = await page.request.get(`/attachments/${id}`)
      expect(answer.headers()).toMatchObject({
        'content-security-policy': expect.stringMatching(/^default-src 'none';.* sandbox$/) as string,
        'x-content-type-options': 'nosniff',
        'cross-origin-resource-policy': 'same-origin',
        'cache-control': 'no-store',
      })
      // Even a page of our own that somebody got a tag into cannot make it run.
      const loaded = await page.evaluate(async address => {
        const tried = ['script', 'iframe', 'object', 'embed'].map(
          kind =>
            new Promise<string>(resolve => {
              const tag = document.createElement(kind)
              tag.addEventListener('load', () => resolve(`${kind} loaded`))
              tag.addEventListener('error', () => resolve('no'))
              document.addEventListener('securitypolicyviolation', () => resolve('no'))
              tag.setAttribute(kind === 'object' ? 'data' : 'src', address)
              document.body.append(tag)
            }),
        )
        return Promise.all(tried)
      }, `/attachments/${id}`)
      expect(loaded).toEqual(['no', 'no', 'no', 'no'])
      expect(await page.title()).not.toBe('ran')
      expect(asked).toEqual([])
    })
})

describe('what may be shown', () => {
  it('is shown: a picture as a picture, and a PDF in the browser’s own viewer', async () => {
    const picture = await context.newPage()
    await picture.goto(`/attachments/${await added('a.png', png)}`)
    expect(await picture.evaluate(() => document.images[0]?.naturalWidth)).toBe(1)
    await picture.close()

    const paper = await context.newPage()
    await paper.goto(`/attachments/${await added('plan.pdf', await pdf())}`)
    await until('the viewer showed it', () =>
      paper.frames().some(frame => frame.url().startsWith('chrome-extension://')),
    )
    await paper.close()
  })
})
