import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { loadViewer, type ExportedClient } from '../../src/features/exports/index.ts'
import { sampleManifest, samplePassphrase, writeSample } from './export-samples.ts'

const DAY = 24 * 60 * 60_000

type Sample = Omit<Parameters<typeof writeSample>[2] & object, 'viewer' | 'manifest' | 'format'>

/** Writes an export that is three days old, with the viewer that was built. */
export const writeViewer = async (
  folder: string,
  name: string,
  records: AsyncIterable<readonly ExportedClient[]>,
  sample: Sample = {},
) => {
  const file = join(folder, name)
  const manifest = sampleManifest({ createdAt: new Date(Date.now() - 3 * DAY).toISOString() })
  await writeSample(file, records, { viewer: await loadViewer('build/viewer'), manifest, ...sample })
  return file
}

/** A page without a network, and every address it asks for all the same. */
export const offlinePage = async (browser: Browser, options: BrowserContextOptions = {}) => {
  const context = await browser.newContext({ locale: 'pl-PL', offline: true, ...options })
  const page = await context.newPage()
  const asked: string[] = []
  page.on('request', request => asked.push(request.url()))
  page.on('pageerror', fault => asked.push(`fault: ${fault.message}`))
  page.on('console', message => asked.push(`console: ${message.text()}`))
  return { page, asked, close: () => context.close() }
}

export const goTo = (page: Page, file: string) => page.goto(pathToFileURL(file).href)

export const unlock = async (page: Page, passphrase = samplePassphrase) => {
  await page.fill('#passphrase', passphrase)
  await page.keyboard.press('Enter')
}
