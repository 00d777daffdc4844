import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import { launchProfile } from './browser.ts'

type Tab = { id: number; url: string }
type Chrome = {
  tabs: { query: (which: object) => Promise<Tab[]>; duplicate: (id: number) => Promise<unknown> }
  sessions: { restore: () => Promise<unknown> }
}

const manifest = {
  manifest_version: 3,
  name: 'Tab commands',
  version: '1',
  permissions: ['tabs', 'sessions'],
  background: { service_worker: 'worker.js' },
}

/**
 * A Chromium with a window as people have it: its back/forward cache is on, `print()` goes the way of the system's dialog
 * (which closes at once where there is no screen), and an extension gives the commands of its tab menu to the test.
 */
export const launchWindow = async () => {
  const place = await mkdtemp(join(tmpdir(), 'ostoja-window-'))
  await writeFile(join(place, 'manifest.json'), JSON.stringify(manifest))
  await writeFile(join(place, 'worker.js'), `addEventListener('install', () => {})`)
  const context = await launchProfile(join(place, 'profile'), {
    ignoreDefaultArgs: ['--disable-back-forward-cache', '--disable-extensions'],
    args: [
      '--disable-print-preview',
      '--disable-features=DisableLoadExtensionCommandLineSwitch',
      `--load-extension=${place}`,
      `--disable-extensions-except=${place}`,
    ],
  })
  const worker = context.serviceWorkers()[0] ?? (await context.waitForEvent('serviceworker'))

  return {
    context,
    /** "Duplicate" of the tab menu, on the tab that shows this address. */
    duplicate: (page: Page): Promise<Page> =>
      newPageBy(context, () =>
        worker.evaluate(async url => {
          const { chrome } = globalThis as unknown as { chrome: Chrome }
          const tab = (await chrome.tabs.query({})).find(one => one.url === url)
          await chrome.tabs.duplicate(tab!.id)
        }, page.url()),
      ),
    /** "Reopen closed tab". */
    reopenClosed: (): Promise<Page> =>
      newPageBy(context, () =>
        worker.evaluate(async () => {
          await (globalThis as unknown as { chrome: Chrome }).chrome.sessions.restore()
        }),
      ),
    close: async () => {
      await context.close()
      await rm(place, { recursive: true, force: true })
    },
  }
}
export type Window = Awaited<ReturnType<typeof launchWindow>>

/** The tab that comes of doing something. */
export const newPageBy = async (context: BrowserContext, act: () => Promise<unknown>): Promise<Page> => {
  const [page] = await Promise.all([context.waitForEvent('page'), act()])
  await page.waitForLoadState()
  return page
}
