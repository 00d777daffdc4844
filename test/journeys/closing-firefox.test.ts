import type { Page } from 'puppeteer-core'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { watchClosings } from '../support/closings.ts'
import { launchFirefox, type Firefox } from '../support/firefox.ts'
import { startOstoja, type Ostoja, type TestAccount } from '../support/ostoja.ts'
import { rounds } from '../support/rounds.ts'
import { openScreen, type Screen } from '../support/screen.ts'
import { watchSessions } from '../support/session-watch.ts'

let ostoja: Ostoja
let screen: Screen
let watch: ReturnType<typeof watchSessions>
let closings: ReturnType<typeof watchClosings>
const launched = new Set<Firefox>()

beforeAll(async () => {
  ;[ostoja, screen] = await Promise.all([startOstoja(), openScreen()])
  watch = watchSessions(ostoja, await ostoja.newTenant())
  closings = watchClosings(ostoja, watch)
})
afterAll(async () => {
  closings.report()
  await Promise.all([...launched].map(firefox => firefox.close()))
  await screen.close()
  await ostoja.close()
})

const signIn = async (page: Page, { login, password }: TestAccount) => {
  await page.goto(`${ostoja.url}/sign-in`)
  await page.type('#login', login)
  await page.type('#password', password)
  await Promise.all([page.waitForNavigation(), page.click('.door-card button[type="submit"]')])
  await page.waitForSelector('.shell')
}

const ways: Record<string, (firefox: Firefox) => Promise<unknown>> = {
  'its window is closed (Ctrl+Shift+W)': () => screen.press('firefox', 'ctrl+shift+w'),
  'it is quit (Ctrl+Q)': () => screen.press('firefox', 'ctrl+q'),
  'it is killed': ({ browser }) => Promise.resolve(browser.process()?.kill('SIGKILL')),
}

describe('a Firefox with a window signs out when', () => {
  for (const [way, close] of Object.entries(ways))
    it(way, async () => {
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
