import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { once } from 'node:events'
import type { Browser, BrowserContext, BrowserServer, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectTo, launchBrowserProcess } from '../support/browser-process.ts'
import { startOstoja, type Ostoja, type TestAccount } from '../support/ostoja.ts'
import { signIn, watchSessions } from '../support/session-watch.ts'
import { until } from '../support/until.ts'

let ostoja: Ostoja
let network: Awaited<ReturnType<typeof layNetwork>>
let server: BrowserServer
let browser: Browser
let watch: ReturnType<typeof watchSessions>

beforeAll(async () => {
  ;[ostoja, server] = await Promise.all([startOstoja(), launchBrowserProcess()])
  browser = await connectTo(server)
  network = await layNetwork(Number(new URL(ostoja.url).port))
  watch = watchSessions(ostoja, await ostoja.newTenant())
})
afterAll(async () => {
  await server.kill()
  network.close()
  await ostoja.close()
})

/** Between the browser and the server; it can be cut, and then nothing gets through, and what was open is broken at both ends. */
const layNetwork = async (port: number) => {
  const sockets = new Set<Socket>()
  let isCut = false
  const between = createServer(near => {
    if (isCut) return void near.destroy()
    const far = connect(port, '127.0.0.1')
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one)
      one.on('error', () => other.destroy())
      one.on('close', () => {
        other.destroy()
        sockets.delete(one)
      })
      one.pipe(other)
    }
  })
  await once(between.listen(0, '127.0.0.1'), 'listening')
  const cut = () => {
    isCut = true
    for (const socket of sockets) socket.destroy()
  }
  return {
    url: `https://localhost:${(between.address() as AddressInfo).port}`,
    cut,
    mend: () => {
      isCut = false
    },
    close: () => {
      cut()
      between.close()
    },
  }
}

type There = { account: TestAccount; context: BrowserContext; page: Page }
/** The whole browser, all its processes. */
const signalAll = (signal: NodeJS.Signals) => process.kill(-server.process().pid!, signal)
const hearAgain = (page: Page) => watch.nudge(page)

const ways: Record<string, (there: There) => Promise<unknown>> = {
  'a network that was cut, and told both ends': async ({ account }) => {
    network.cut()
    await until('the server saw it', async () => (await watch.held(account)).closing)
    network.mend()
  },
  'a network that was gone for 8 s': async ({ context, page }) => {
    await context.setOffline(true)
    ostoja.skip(8000)
    await context.setOffline(false)
    await hearAgain(page)
  },
  'a computer that slept for 5 s': async ({ page }) => {
    signalAll('SIGSTOP')
    ostoja.skip(5000)
    signalAll('SIGCONT')
    await hearAgain(page)
  },
  'the tab with the stream being closed while another one is open': async ({ account, context, page }) => {
    const { stream } = await watch.held(account)
    const second = await context.newPage()
    await second.goto(page.url())
    await watch.settled(account)
    await page.close()
    await until('the other tab had the stream', async () => {
      const now = (await watch.held(account)).stream
      return now && now !== stream
    })
  },
}

describe('a browser stays signed in after', () => {
  it.each(Object.entries(ways))('%s', async (_way, happen) => {
    const account = await ostoja.newAccount(watch.tenantId, ['staff'])
    const context = await browser.newContext({ ignoreHTTPSErrors: true, locale: 'en-GB' })
    const page = await context.newPage()
    await signIn(page, account, network.url)
    await watch.streaming(account)
    await happen({ account, context, page })
    await watch.streaming(account)
    ostoja.skip(20_000)
    expect(await watch.isLive(account)).toBe(true)
    await context.close()
  })
})

describe('a page in the background', () => {
  it('says so, and its browser may fall silent for as long as before', async () => {
    const account = await ostoja.newAccount(watch.tenantId, ['staff'])
    const context = await browser.newContext({ ignoreHTTPSErrors: true, locale: 'en-GB' })
    const page = await context.newPage()
    await signIn(page, account, network.url)
    await watch.streaming(account)
    await page.evaluate(() => {
      Object.defineProperty(document, 'visibilityState', { value: 'hidden' })
      document.dispatchEvent(new Event('visibilitychange'))
    })
    const pages = async () => Object.entries(await watch.held(account)).filter(([name]) => name.startsWith('page:'))
    await until('the server knew', async () => (await pages()).some(([, value]) => value.startsWith('b')))
    network.cut()
    await until('the stream was gone', async () => !(await watch.held(account)).stream)
    ostoja.skip(60_000)
    expect(await watch.isLive(account)).toBe(true)
    network.mend()
    await context.close()
  })
})

describe('a session that an administrator ends', () => {
  it('is gone from every screen of its browser at once', async () => {
    const account = await ostoja.newAccount(watch.tenantId, ['staff'])
    const context = await browser.newContext({ ignoreHTTPSErrors: true, locale: 'en-GB' })
    await context.clock.install()
    const tabs = [await context.newPage(), await context.newPage()]
    await signIn(tabs[0]!, account, network.url)
    await tabs[1]!.goto(`${network.url}/clients`)
    await watch.streaming(account)
    // No timer runs in the pages any more, so none of them asks by itself.
    await context.clock.pauseAt(Date.now() + 1000)
    await ostoja.features.sessions.end({ tenantId: watch.tenantId, accountId: account.id }, 'administrator')
    for (const tab of tabs) await tab.waitForURL('**/signed-out', { waitUntil: 'commit' })
    await context.close()
  })
})
