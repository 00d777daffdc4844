import { Router } from 'express'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { signedIn } from '../../src/platform/web/guard.ts'
import { anotherWeb } from '../support/another-web.ts'
import { startOstoja, type Ostoja, type TestAccount } from '../support/ostoja.ts'
import { rounds } from '../support/rounds.ts'
import { signIn, watchSessions } from '../support/session-watch.ts'
import { launchWindow, newPageBy, type Window } from '../support/tab-commands.ts'
import { until } from '../support/until.ts'

let ostoja: Ostoja
let web: Awaited<ReturnType<typeof anotherWeb>>
let keepable: typeof web
let window: Window
let account: TestAccount
let watch: ReturnType<typeof watchSessions>
let page: Page

/** Of each way. Some ways differ every other time. */
const times = rounds({ soak: 50, usual: 2 })
const slowMs = 20_000

const moreRoutes = () => {
  const router = Router()
  router.get(
    '/download',
    signedIn({ download: 'no-client-data' }),
    (_req, res) => void res.attachment('list.csv').send('a;b'),
  )
  // It takes longer, by the clock, than a page may be on its way.
  router.get('/slow', signedIn(), (_req, res) => {
    ostoja.skip(slowMs)
    res.render('errors/forbidden')
  })
  return router
}

beforeAll(async () => {
  ostoja = await startOstoja()
  const tenant = await ostoja.newTenant()
  watch = watchSessions(ostoja, tenant)
  account = await ostoja.newAccount(tenant, ['staff', 'administrator'])
  web = await anotherWeb(ostoja, [moreRoutes()])
  keepable = await anotherWeb(ostoja, [], { keepable: true })
  window = await launchWindow()
  page = window.context.pages()[0]!
  await signIn(page, account, web.url)
  await page.goto(`${web.url}/clients`)
  await page.goto(`${web.url}/imports`)
})
afterAll(async () => {
  await window.close()
  await Promise.all([web.close(), keepable.close()])
  await ostoja.close()
})

const linkOf = (round: number) => `.rail a[href="${round % 2 ? '/imports' : '/clients'}"]`
const opened = (act: () => Promise<unknown>) => newPageBy(window.context, act)
/** Of two tabs one is closed: the new one, and every other time the old one. */
const closeOneOf = async (newer: Page, round: number) => {
  await watch.settled(account)
  if (round % 2) [page] = [newer, await page.close()]
  else await newer.close()
}

/** What people do with a window; each comes back to one open tab. */
const ways: Record<string, (round: number) => Promise<unknown>> = {
  reload: () => page.reload(),
  'a link': round => page.click(linkOf(round)),
  'a form': async () => {
    await page.locator('.menu-account summary').click()
    await Promise.all([page.waitForEvent('load'), page.locator('.menu-account .language button[value="en"]').click()])
  },
  'a download': async () => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.evaluate(() => {
        location.href = '/download'
      }),
    ])
    await download.path()
  },
  'Back and Forward': round => (round % 2 ? page.goForward() : page.goBack()),
  'a second tab': async round => {
    const second = await window.context.newPage()
    await second.goto(page.url())
    await closeOneOf(second, round)
  },
  'a link opened in a new tab with Ctrl': async round =>
    closeOneOf(await opened(() => page.click(linkOf(round), { modifiers: ['Control'] })), round),
  'a link opened in a new tab with the middle button': async round =>
    closeOneOf(await opened(() => page.click(linkOf(round), { button: 'middle' })), round),
  'a link that opens a tab by itself': async round => {
    const link = page.locator(linkOf(round))
    await link.evaluate(element => {
      element.setAttribute('target', '_blank')
    })
    await closeOneOf(await opened(() => link.click()), round)
  },
  'a duplicated tab': async round => closeOneOf(await window.duplicate(page), round),
  'a closed tab that is opened again': async round => {
    await (await window.duplicate(page)).close()
    await closeOneOf(await window.reopenClosed(), round)
  },
  'the print dialog': async () => {
    await page.reload() // a page that asks to print over and over is made to wait
    const events = await page.evaluate(async () => {
      const seen: string[] = []
      for (const kind of ['beforeprint', 'afterprint']) addEventListener(kind, () => seen.push(kind), { once: true })
      const closed = new Promise(resolve => {
        addEventListener('afterprint', resolve, { once: true })
      })
      print()
      await closed
      return seen
    })
    expect(events).toEqual(['beforeprint', 'afterprint'])
  },
  'a slow page on a slow line': async round => {
    // Never taken back: a request that is on its way then may never leave. The next way has a tab of its own.
    if (round === 0)
      await page.route('**/assets/app*.js', async route => {
        ostoja.skip(5000)
        await route.continue()
      })
    await page.goto(`${web.url}/slow`)
  },
}

describe('what never signs anybody out, however often:', () => {
  const go = async (way: string, act: (round: number) => Promise<unknown>) => {
    for (let round = 0; round < times; round++) {
      await act(round)
      await watch.settled(account).catch(async (cause: unknown) => {
        throw new Error(`${way} ${round}: ${page.url()} ${JSON.stringify(await watch.held(account))}`, { cause })
      })
      // The page that is shown now is heard of, before this test's clock jumps: one that was left may have been the last so far.
      const asked = page.waitForRequest('**/sessions/heartbeat')
      await watch.nudge(page)
      await (await asked).response()
      await watch.streaming(account)
      // Past each grace: whatever had started one would end the session now.
      ostoja.skip(11_000)
      if (!(await watch.isLive(account)))
        throw new Error(`${way} ${round} signed out: ${JSON.stringify(await watch.held(account))}`)
    }
    await page.reload()
    expect(await page.locator('.shell').count()).toBe(1)
  }

  for (const [way, act] of Object.entries(ways)) it(way, () => go(way, act))

  /**
   * Chromium keeps no page that says "no-store" and has asked the server for anything (it answers notRestoredReasons
   * MainResourceHasCacheControlNoStore, JsNetworkRequestReceivedCacheControlNoStoreResource, whatever flags it is given):
   * there Back loads anew, as above. Other browsers do keep such pages. So here it gets pages that it may keep.
   */
  it('the back/forward cache', async () => {
    // A tab of its own: pages that have opened others are not kept.
    const alone = await window.context.newPage()
    await alone.goto(`${keepable.url}/clients`)
    await closeOneOf(alone, 1)
    const backOutOfCache = async (round: number) => {
      await page.evaluate(() => {
        Object.assign(globalThis, { whichDocument: 'the same' })
      })
      await page.click(linkOf(1))
      await page.waitForURL('**/imports')
      if (round % 2) await watch.settled(account) // and otherwise back at once
      await page.goBack({ waitUntil: 'commit' })
      return page.evaluate(() => (globalThis as { whichDocument?: string }).whichDocument === 'the same')
    }
    // Now and then Chromium drops a page all the same (IgnoreEventAndEvict): that round is done once more.
    await go('the back/forward cache', round => until('a page came back', () => backOutOfCache(round)))
  })
})
