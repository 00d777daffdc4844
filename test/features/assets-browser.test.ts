import { createServer, type IncomingMessage, type Server } from 'node:http'
import { readFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import ejs from 'ejs'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { loadTranslations } from '../../src/platform/i18n/translations.ts'
import { loadAssets } from '../../src/platform/web/assets.ts'
import { launchBrowser } from '../support/browser.ts'
import { until } from '../support/until.ts'

const root = path.resolve(import.meta.dirname, '../..')
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'"
const posts: { url: string; body: URLSearchParams }[] = []
let mayAnswer: Promise<unknown> = Promise.resolve()
let server: Server
let browser: Browser
let page: Page

const bodyOf = async (req: IncomingMessage) => {
  const chunks: Buffer[] = []
  for await (const chunk of req) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

const markup = `<%- include('/layout/top', { title: 'Trial' }) %>
<form id="form" method="post" action="/save"><%- include('/layout/csrf') %>
<%- include('/layout/repeat', { name: 'phones', legend: 'Phones', row: '/row', rows: [{ number: '600' }, { number: '700' }] }) %>
<%- include('/layout/password', { name: 'secret', label: 'Secret' }) %>
<button class="btn btn-primary" type="submit">Save</button></form>
<ol class="order-list" data-reorder data-reorder-url="/order">
<% ['Ala', 'Ola', 'Ela'].forEach((name, i) => { %>
<li class="order-item" data-reorder-id="<%= name %>" data-reorder-name="<%= name %>">
<span class="order-place" data-reorder-handle tabindex="0" role="button" aria-label="<%= name %>"></span>
<%- include('/layout/move', { action: '/move', itemName: name, first: i === 0, last: i === 2 }) %></li>
<% }) %></ol><%- include('/layout/reorder-status') %>
<%- include('/layout/confirm', { action: '/gone', label: 'Remove', question: 'Sure?', yes: 'Yes, remove' }) %>
<%- include('/layout/bottom') %>`
const row = "<%- include('/layout/field', { name: `${prefix}[number]`, label: 'Number', value: row.number }) %>"

const account = { login: 'ala', displayName: 'Ala Nowak', roles: ['staff'], tenantName: 'Harbour' }
const render = () =>
  ejs.render(
    markup,
    {
      account,
      t: loadTranslations().to('en'),
      language: 'en',
      path: '/',
      pageAddress: '/',
      flash: null,
      csrfToken: 'token',
      can: () => true,
      problem: () => null,
      asset: loadAssets(path.join(root, 'public')),
    },
    {
      root: path.join(root, 'views'),
      includer: (asked, found) => (asked === '/row' ? { template: row } : { filename: found }),
    },
  )

beforeAll(async () => {
  server = createServer((req, res) => {
    const url = req.url ?? '/'
    if (url.startsWith('/assets/')) {
      const type = { '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' }[path.extname(url)] ?? ''
      void readFile(path.join(root, 'public', url)).then(file => res.setHeader('Content-Type', type).end(file))
    } else if (/^\/(sessions|drafts)\b/.test(url)) {
      // What the page tells of itself is proven where sessions and drafts are.
      res.writeHead(204).end()
    } else if (req.method === 'POST') {
      void bodyOf(req).then(async body => {
        posts.push({ url, body: new URLSearchParams(body) })
        await mayAnswer
        res.writeHead(url === '/order' ? 204 : 303, { Location: '/' }).end()
      })
    } else res.setHeader('Content-Type', 'text/html').setHeader('Content-Security-Policy', policy).end(render())
  }).listen(0, '127.0.0.1')
  browser = await launchBrowser()
})
afterAll(async () => {
  await browser.close()
  server.close()
})
beforeEach(async () => {
  posts.length = 0
  mayAnswer = Promise.resolve()
  page = await browser.newPage({ reducedMotion: 'reduce' })
  await page.goto(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`)
  return () => page.close()
})

describe('a page with its script', () => {
  it('sends a form once, however often its button is pressed', async () => {
    const { promise, resolve: answer } = Promise.withResolvers<string>()
    mayAnswer = promise
    const loaded = page.waitForEvent('load')
    const { x, y } = (await page.getByRole('button', { name: 'Save' }).boundingBox())!
    // By the mouse itself: a locator waits until the page that was asked for is there.
    const press = () => page.mouse.click(x + 5, y + 5)
    await press()
    await until('the form has come', () => posts.length > 0)
    await press()
    answer('now')
    await loaded
    // What the second press sent would have come before this.
    await page.evaluate(() => fetch('/later', { method: 'POST' }).then(answer => answer.status))
    expect(posts.map(({ url }) => url)).toEqual(['/save', '/later'])
  })

  it('adds and removes rows, and never gives two rows the same number', async () => {
    const numbers = () =>
      page.locator('[name^="phones"]').evaluateAll(fields => fields.map(field => field.getAttribute('name')))
    expect(await numbers()).toEqual(['phones[0][number]', 'phones[1][number]'])
    await page.getByRole('button', { name: 'Remove this row' }).first().click()
    await page.getByRole('button', { name: 'Add another' }).click()
    expect(await numbers()).toEqual(['phones[1][number]', 'phones[2][number]'])
    expect(await page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('phones[2][number]')
  })

  it('reorders by button and by arrow key, says the new place, and posts the order with its token', async () => {
    await page.getByRole('button', { name: 'Move Ela up' }).click()
    await until('the order has come', () => posts.length === 1)
    expect(posts[0]?.body.getAll('order[]')).toEqual(['Ala', 'Ela', 'Ola'])
    expect(posts[0]?.body.get('_csrf')).toBe('token')
    expect(await page.locator('[data-reorder-status]').textContent()).toBe('Ela is now 2 of 3.')

    await page.getByRole('button', { name: 'Ala', exact: true }).press('ArrowDown')
    await until('the second order has come', () => posts.length === 2)
    expect(posts[1]?.body.getAll('order[]')).toEqual(['Ela', 'Ala', 'Ola'])
  })

  it('reorders by dragging', async () => {
    await page
      .getByRole('button', { name: 'Ola', exact: true })
      .dragTo(page.getByRole('button', { name: 'Ala', exact: true }))
    await until('the new order has come', () => posts.at(-1)?.body.getAll('order[]').join() === 'Ola,Ala,Ela')
  })

  it('goes to the search box by / and shows the shortcuts by ?, but not while somebody types', async () => {
    await page.locator('body').press('?')
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
    await page.locator('body').press('/')
    await page.keyboard.type('a/b?')
    expect(await page.getByRole('searchbox').inputValue()).toBe('a/b?')
    expect(await page.getByRole('dialog').isVisible()).toBe(false)
  })

  it('shows a password on demand and hides it before it is sent', async () => {
    const secret = page.locator('[name="secret"]')
    await secret.fill('hunter2')
    await page.getByRole('button', { name: 'Show' }).click()
    expect(await secret.getAttribute('type')).toBe('text')
    // To its end: a page that is closed on its way to the next one may never say that it is.
    await Promise.all([page.waitForEvent('load'), page.getByRole('button', { name: 'Save' }).click()])
    expect(posts[0]?.body.get('secret')).toBe('hunter2')
  })

  it('asks before a step that hurts, and Escape takes it back', async () => {
    await page.getByText('Remove', { exact: true }).click()
    await page.getByRole('button', { name: 'Yes, remove' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Yes, remove' }).waitFor({ state: 'hidden' })
    expect(posts).toEqual([])
  })
})
