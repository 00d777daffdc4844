import type { Page } from 'puppeteer-core'
import { describe, it } from 'vitest'
import { setUpClosings } from '../support/closings.ts'
import { launchFirefox, type Firefox } from '../support/firefox.ts'
import type { TestAccount } from '../support/ostoja.ts'
import { rounds } from '../support/rounds.ts'

const launched = new Set<Firefox>()
const set = setUpClosings(() => Promise.all([...launched].map(firefox => firefox.close())))

const signIn = async (page: Page, { login, password }: TestAccount) => {
  await page.goto(`${set.ostoja.url}/sign-in`)
  await page.type('#login', login)
  await page.type('#password', password)
  await Promise.all([page.waitForNavigation(), page.click('.door-card button[type="submit"]')])
  await page.waitForSelector('.shell')
}

const ways: Record<string, (firefox: Firefox) => Promise<unknown>> = {
  'its window is closed (Ctrl+Shift+W)': () => set.screen.press('firefox', 'ctrl+shift+w'),
  'it is quit (Ctrl+Q)': () => set.screen.press('firefox', 'ctrl+q'),
  'it is killed': ({ browser }) => Promise.resolve(browser.process()?.kill('SIGKILL')),
}

describe('a Firefox with a window signs out when', () => {
  for (const [way, close] of Object.entries(ways))
    it(way, async () => {
      const { ostoja, screen, watch, closings } = set
      for (let round = 0; round < rounds({ soak: 10, usual: 1 }); round++) {
        const account = await ostoja.newAccount(watch.tenantId, ['staff'])
        const firefox = await launchFirefox({ display: screen.display, reaches: 'localhost' })
        launched.add(firefox)
        const [page] = await firefox.browser.pages()
        const from = performance.now()
        await signIn(page!, account)
        await watch.streaming(account)
        const slowMs = performance.now() - from
        await closings.expectClosed(way, account, slowMs, () => close(firefox))
        firefox.browser.process()?.kill('SIGKILL') // where it still takes its time to end
        await firefox.close()
        launched.delete(firefox)
      }
    })
})
