import { chromium, type Browser, type BrowserContext, type LaunchOptions } from 'playwright-core'
import { patienceMs } from './until.ts'

export const quietArguments = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Playwright's `ignoreHTTPSErrors` is of pages: a download, or a tab that a click opened, may meet the certificate before it.
  '--ignore-certificate-errors',
]

/** The machine's own Chromium, which phones nobody. */
export const launchOptions = (args: readonly string[] = []): LaunchOptions => ({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [...quietArguments, ...args],
  timeout: patienceMs,
})

export const launchBrowser = async (args: readonly string[] = []): Promise<Browser> =>
  patient(await chromium.launch(launchOptions(args)))

/** A Chromium with a profile folder of its own, as people have it: the profile is its only context. */
export const launchProfile = async (
  profile: string,
  { args, ignoreDefaultArgs = [] }: { args?: readonly string[]; ignoreDefaultArgs?: string[] } = {},
): Promise<BrowserContext> => {
  const context = await chromium.launchPersistentContext(profile, {
    ...launchOptions(args),
    ignoreDefaultArgs,
    ignoreHTTPSErrors: true,
    locale: 'en-GB',
  })
  context.setDefaultTimeout(patienceMs)
  return context
}

/** Everything in the pages of this browser may take as long as `until` waits. */
export const patient = (browser: Browser): Browser => {
  browser.on('context', context => context.setDefaultTimeout(patienceMs))
  return browser
}
