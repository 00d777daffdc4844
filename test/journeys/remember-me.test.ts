import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrowserContext } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { launchProfile } from '../support/browser.ts'
import { startOstoja, type Ostoja, type TestAccount } from '../support/ostoja.ts'
import { signIn, watchSessions } from '../support/session-watch.ts'
import { until } from '../support/until.ts'

let ostoja: Ostoja
let watch: ReturnType<typeof watchSessions>
let account: TestAccount
let profile: string
let context: BrowserContext

beforeAll(async () => {
  ostoja = await startOstoja()
  const tenant = await ostoja.newTenant('Remembers')
  const administrator = await ostoja.signedIn(tenant, ['administrator'])
  const form = { autoLogoutMinutes: 10, secondSignIn: 'block', rememberMe: 'on', passwordMinimum: 8 }
  expect((await administrator.post('/settings', form, '/settings')).status).toBe(303)
  watch = watchSessions(ostoja, tenant)
})
afterAll(() => ostoja.close())
beforeEach(async () => {
  account = await ostoja.newAccount(watch.tenantId, ['staff'])
  profile = await mkdtemp(join(tmpdir(), 'ostoja-profile-'))
})
afterEach(async () => {
  await context.close()
  await rm(profile, { recursive: true, force: true })
})

/** The whole browser, as a process of its own, with the profile as the one before has left it. */
const startBrowser = async () => {
  context = await launchProfile(profile)
  return context.pages()[0] ?? (await context.newPage())
}
const sessionCookie = async () => (await context.cookies()).find(({ name }) => name === '__Host-ostoja')
const minutes = (count: number) => count * 60_000
/** The last window, then the browser. */
const closeWindow = async () => {
  await Promise.all(context.pages().map(page => page.close()))
  await until('the server heard of the closing', async () => (await watch.held(account)).closing)
  await context.close()
}

const quit = async () => {
  await watch.streaming(account)
  await context.close()
  await until('the server saw it', async () => (await watch.held(account)).closing)
}

describe('a browser that is closed and started again', () => {
  it('is still signed in where the box was ticked, until the idle limit and never longer', async () => {
    let page = await startBrowser()
    await page.goto(`${ostoja.url}/sign-in`)
    expect(await page.isChecked('#rememberMe')).toBe(false)
    const from = Date.now()
    await signIn(page, account, ostoja.url, { remember: true })
    await watch.settled(account)
    const left = (await sessionCookie())!.expires * 1000 - Date.now()
    // Chromium reads the expiry by the answer's own date, so that it is later by as long as the answer took to arrive.
    expect([left > minutes(8), left <= minutes(10) + (Date.now() - from)]).toEqual([true, true])

    await context.close()
    ostoja.skip(minutes(5))
    expect(await watch.isLive(account)).toBe(true)
    page = await startBrowser()
    await page.goto(`${ostoja.url}/clients`)
    expect(await page.locator('.shell').count()).toBe(1)

    await context.close()
    ostoja.skip(minutes(10))
    expect(await watch.isLive(account)).toBe(false)
    page = await startBrowser()
    await page.goto(`${ostoja.url}/clients`)
    expect(new URL(page.url()).pathname).toBe('/sign-in')
    expect(await page.textContent('main')).toContain('nothing happened for a while')
  })

  it('is signed out where it was not ticked, and the account is free', async () => {
    let page = await startBrowser()
    await signIn(page, account, ostoja.url)
    await watch.settled(account)
    expect((await sessionCookie())!.expires).toBe(-1)

    await closeWindow()
    ostoja.skip(4000)
    expect(await watch.isLive(account)).toBe(false)
    page = await startBrowser()
    expect(await sessionCookie()).toBeUndefined()
    await page.goto(`${ostoja.url}/clients`)
    expect(new URL(page.url()).pathname).toBe('/sign-in')
  })

  for (const [how, end, afterMs, words] of [
    ['its window is closed', closeWindow, 4000, 'the window was closed'],
    // Chromium ends before it has sent the page's last word: the server sees only that its stream breaks.
    ['it is quit as a whole', quit, 10_000, 'your browser lost the connection'],
  ] as const)
    it(`is signed out as well where it brings its session cookie back ("continue where you left off"): ${how}`, async () => {
      await mkdir(join(profile, 'Default'))
      await writeFile(join(profile, 'Default', 'Preferences'), JSON.stringify({ session: { restore_on_startup: 1 } }))
      let page = await startBrowser()
      await signIn(page, account, ostoja.url)
      await watch.settled(account)
      const before = (await sessionCookie())!.value

      await end()
      ostoja.skip(afterMs)
      expect(await watch.isLive(account)).toBe(false)
      page = await startBrowser()
      expect((await sessionCookie())?.value).toBe(before)
      await page.goto(`${ostoja.url}/clients`)
      expect(new URL(page.url()).pathname).toBe('/sign-in')
      expect(await page.textContent('main')).toContain(words)
    })
})
