import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { Writable } from 'node:stream'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { anotherWeb } from '../support/another-web.ts'
import { launchBrowser } from '../support/browser.ts'
import { newClient } from '../support/clients.ts'
import { encodings } from '../support/leaks.ts'
import { startMailServer, type MailServer } from '../support/mail-server.ts'
import { startOstoja, unlikely, type Ostoja, type TestAccount } from '../support/ostoja.ts'
import { until } from '../support/until.ts'

const words = {
  family: unlikely('Nazwisko'),
  client: unlikely('Klientka'),
  subject: unlikely('Temat'),
  text: unlikely('Tekst'),
  answer: unlikely('Odpowiedz'),
  picture: unlikely('Zdjecie'),
  paper: unlikely('Wypis'),
  disguised: unlikely('Przebrany'),
}
const logged: string[] = []
const urls: string[] = []
const pushed: string[] = []
let mail: MailServer
let ostoja: Ostoja
let second: Awaited<ReturnType<typeof anotherWeb>>
let browser: Browser
let ear: Ostoja['platform']['redis']

beforeAll(async () => {
  mail = await startMailServer()
  const logTo = new Writable({
    write: (part: Buffer, _encoding, done) => {
      logged.push(String(part))
      done()
    },
  })
  ostoja = await startOstoja({ env: { ...mail.settings, LOG_LEVEL: 'info' }, logTo })
  second = await anotherWeb(ostoja, [], { logTo })
  browser = await launchBrowser()
  ear = ostoja.platform.redis.duplicate()
  ear.on('pmessage', (_pattern: string, channel: string, text: string) => pushed.push(`${channel} ${text}`))
})
afterAll(async () => {
  await browser.close()
  ear.disconnect()
  second.features.endStreams()
  ostoja.features.endStreams()
  await second.close()
  await ostoja.close()
  await mail.close()
})

const signIn = async (account: TestAccount, url: string): Promise<Page> => {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, baseURL: url, locale: 'en-GB' })
  const page = await context.newPage()
  context.on('request', request => urls.push(request.url()))
  await page.goto('/sign-in')
  await page.fill('[name="login"]', account.login)
  await page.fill('[name="password"]', account.password)
  await page.click('main button[type="submit"]')
  await page.waitForURL('/')
  return page
}

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)
const pdf = Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n')
const evil = "document.title='ran';fetch('/ran')"
const files = [
  { name: `${words.picture}.png`, mimeType: 'image/png', buffer: png },
  { name: `${words.paper}.pdf`, mimeType: 'application/pdf', buffer: pdf },
  { name: `${words.disguised}.jpg`, mimeType: 'image/jpeg', buffer: Buffer.from(`<script>${evil}</script>`) },
  {
    name: `${words.disguised}.svg`,
    mimeType: 'image/svg+xml',
    buffer: Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" onload="${evil}"/>`),
  },
]

const nothingPersonalIn = (place: string, texts: readonly string[]) => {
  const needles = Object.values(words).flatMap(encodings)
  const all = texts.join('\n')
  expect([place, needles.filter(needle => all.includes(needle))]).toEqual([place, []])
}

describe('two people in two browsers, over two web processes', () => {
  it('write to each other, urgent and about a client, without a reload and with nothing personal anywhere on the way', async () => {
    const tenantId = await ostoja.newTenant()
    // Channels are those of the whole Redis, so that other test files are heard too where no tenant is named.
    await ear.psubscribe(`live:${tenantId}:*`)
    const anna = await ostoja.newAccount(tenantId, ['staff'], { familyName: words.family })
    const marek = await ostoja.newAccount(tenantId, ['staff'], { givenName: 'Marek', email: 'marek@shelter.test' })
    const actor = { tenantId, accountId: anna.id, roles: ['staff'] as const }
    const client = await newClient(ostoja, actor, { familyName: words.client })
    const first = await signIn(anna, ostoja.url)
    const other = await signIn(marek, second.url)
    const secondTab = await other.context().newPage()
    await other.goto('/clients')
    await secondTab.goto('/account')

    await first.goto(`/clients/${client}`)
    await first.click(`main a[href="/clients/${client}/messages"]`)
    await first.click(`main a[href="/clients/${client}/messages/new"]`)
    await first.check(`[name="to[]"][value="${marek.id}"]`)
    await first.fill('#subject', words.subject)
    await first.fill('#text', words.text)
    await first.check('[name="urgent"]')
    await first.setInputFiles('#files', files)
    for (const { name } of files) await first.locator('.attachment-tray li', { hasText: name }).waitFor()
    await first.click('.message-form button[type="submit"]')
    await first.waitForURL(/\/messages\/[\w-]{36}$/)

    for (const page of [other, secondTab]) {
      await page.locator('[data-urgent]', { hasText: words.subject }).waitFor()
      expect(await page.locator('.rail .nav-count').textContent()).toBe('1')
    }
    await other.click('[data-urgent] a')
    await other.locator('.message-text', { hasText: words.text }).waitFor()
    await other.locator('.attachment-picture img').scrollIntoViewIfNeeded()
    await other.waitForFunction(() => document.querySelector<HTMLImageElement>('.attachment-picture img')?.naturalWidth)
    const linkTo = (name: string) =>
      other.locator('.attachment-list li', { hasText: name }).locator('a[download], a[href$="/download"]')
    const reading = other.url()
    for (const [index, { name, buffer }] of files.entries()) {
      if (index === 0) {
        await linkTo(name).click()
        await other.fill('[name="password"]', marek.password)
      }
      const leaving = index === 0 ? other.locator('main form button[type="submit"]') : linkTo(name)
      const [saved] = await Promise.all([other.waitForEvent('download'), leaving.click()])
      if (index === 0) await other.goto(reading)
      expect([saved.suggestedFilename(), await readFile(await saved.path())]).toEqual([name, buffer])
    }
    const picture = await other.context().newPage()
    const shown = await picture.goto(
      String(
        await other.locator('.attachment-list a[target="_blank"]', { hasText: words.picture }).getAttribute('href'),
      ),
    )
    expect(shown!.headers()['content-security-policy']).toMatch(/^default-src 'none';.* sandbox$/)
    expect(await picture.evaluate(() => document.images[0]?.naturalWidth)).toBe(1)
    await picture.close()
    expect(await other.title()).not.toBe('ran')
    expect(urls.filter(url => url.includes('/ran'))).toEqual([])
    await other.locator('[data-urgent]', { hasText: words.subject }).waitFor()
    await other.click('#acknowledge button')
    await other.waitForLoadState()
    await secondTab.locator('[data-urgent]', { hasText: words.subject }).waitFor({ state: 'detached' })

    await other.fill('[data-reply]', words.answer)
    await other.press('[data-reply]', 'Control+Enter')
    await first.locator('.message-text', { hasText: words.answer }).waitFor()
    const thread = new URL(first.url()).pathname.split('/').at(-1)!
    expect(await ostoja.features.messages.waiting(actor)).toMatchObject({ unread: 1 })
    await first.mouse.move(200, 300)
    await first.mouse.move(260, 340)
    await until('the answer is read', async () => (await ostoja.features.messages.waiting(actor)).unread === 0)

    const letter = await mail.mailTo('marek@shelter.test')
    expect(letter.secure).toBe(true)
    nothingPersonalIn(
      'mails',
      mail.mails.flatMap(({ raw, subject, text }) => [raw, subject, text]),
    )
    nothingPersonalIn('addresses', urls)
    nothingPersonalIn('logs', logged)
    nothingPersonalIn('push events', pushed)
    expect(pushed.length).toBeGreaterThan(1)
    // A sign-in rings as well: an older session of that account may be over.
    const known = /^live:[\w-]{36}:\d+ \{"what":("messages","id":"[\w-]{36}"|"session","id":"")\}$/
    expect(pushed.filter(text => !known.test(text))).toEqual([])
    expect(pushed.some(text => text.includes(thread))).toBe(true)
    expect(logged.length).toBeGreaterThan(0)
  })
})

describe('an open stream', () => {
  it('is nothing that somebody did, and ends with the session', async () => {
    const account = await ostoja.newAccount(await ostoja.newTenant(), ['staff'])
    const key = { tenantId: account.tenantId, accountId: account.id }
    const page = await signIn(account, ostoja.url)
    await page.goto('/account')
    const before = await ostoja.features.sessions.look(key)
    await page.evaluate(async () => {
      const answer = await fetch('/sessions/stream')
      const reader = answer.body!.getReader()
      await reader.read()
      const until = async () => {
        while (!(await reader.read()).done);
        document.documentElement.dataset.streamEnded = 'yes'
      }
      void until()
    })
    expect((await ostoja.features.sessions.look(key))!.lastActive).toEqual(before!.lastActive)
    await ostoja.features.sessions.end(key, 'administrator')
    await page.waitForFunction(
      () => document.documentElement.dataset.streamEnded === 'yes' || location.pathname === '/signed-out',
    )
  })
})

describe('pages that are refused a stream', () => {
  it('ask now and then what has come, and show it', async () => {
    const tenantId = await ostoja.newTenant()
    const anna = await ostoja.newAccount(tenantId, ['staff'])
    const marek = await ostoja.newAccount(tenantId, ['staff'])
    const full = await anotherWeb(ostoja)
    full.features.endStreams()
    try {
      const page = await signIn(marek, full.url)
      await page.clock.install()
      await page.goto('/account')
      const refused = page.waitForResponse(answer => answer.url().endsWith('/sessions/stream'))
      await page.clock.runFor(2000)
      expect((await refused).status()).toBe(503)
      const ids = { thread: randomUUID(), message: randomUUID(), client: null }
      const actor = { tenantId, accountId: anna.id, roles: ['staff'] as const }
      const to = { accounts: [marek.id], roles: [] }
      await ostoja.features.messages.start(actor, ids, { to, subject: words.subject, text: words.text, urgent: true })
      const urgent = page.locator('[data-urgent]', { hasText: words.subject })
      const aMinuteLater = async () => {
        await page.clock.runFor(61_000)
        return urgent.count()
      }
      await until('the message is shown', async () => (await aMinuteLater()) === 1)
    } finally {
      await full.close()
    }
  })
})
