import { chromium, type BrowserServer } from 'playwright-core'
import { quietArguments } from './browser.ts'

/** A Chromium whose process can be killed, as a crash would. */
export const launchBrowserProcess = (): Promise<BrowserServer> =>
  chromium.launchServer({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: quietArguments })

export const connectTo = (server: BrowserServer) => chromium.connect(server.wsEndpoint())
