import type { BrowserServer, Page } from 'playwright-core'
import { describe, it } from 'vitest'
import { connectTo, launchBrowserProcess } from '../support/browser-process.ts'
import { setUpClosings } from '../support/closings.ts'
import { rounds } from '../support/rounds.ts'
import { signIn } from '../support/session-watch.ts'

const launched = new Set<BrowserServer>()
const set = setUpClosings(() => Promise.all([...launched].map(server => server.kill())))

type Opened = { server: BrowserServer; page: Page }
const ways: Record<string, (opened: Opened) => Promise<unknown>> = {
  'its last tab is closed (Ctrl+W)': () => set.screen.press('chromium', 'ctrl+w'),
  'its window is closed (Ctrl+Shift+W)': () => set.screen.press('chromium', 'ctrl+shift+w'),
  'it is quit': async ({ page }) => {
    const session = await page.context().browser()!.newBrowserCDPSession()
    await session.send('Browser.close')
  },
  'it is told to end, as when somebody logs out of the computer': ({ server }) =>
    Promise.resolve(server.process().kill('SIGTERM')),
  'it is killed': ({ server }) => Promise.resolve(server.process().kill('SIGKILL')),
}

describe('a Chromium with a window signs out when', () => {
  for (const [way, close] of Object.entries(ways))
    it(way, async () => {
      const { ostoja, screen, watch, closings } = set
      for (let round = 0; round < rounds({ soak: 10, usual: 1 }); round++) {
        const account = await ostoja.newAccount(watch.tenantId, ['staff'])
        const server = await launchBrowserProcess(screen.display)
        launched.add(server)
        const context = await (await connectTo(server)).newContext({ ignoreHTTPSErrors: true, locale: 'en-GB' })
        const page = await context.newPage()
        const from = performance.now()
        await signIn(page, account, ostoja.url)
        await watch.streaming(account)
        const slowMs = performance.now() - from
        await page.locator('main').click({ position: { x: 1, y: 1 } })
        await closings.expectClosed(way, account, slowMs, () => close({ server, page }))
        await server.kill()
        launched.delete(server)
      }
    })
})
