import { chromium, type Browser } from 'playwright-core'

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
export const launchBrowser = (args: string[] = []): Promise<Browser> =>
  chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: [...quietArguments, ...args] })
