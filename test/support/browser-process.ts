import { chromium, type BrowserServer } from 'playwright-core'
import { launchOptions, patient } from './browser.ts'

/**
 * A Chromium whose process can be killed, as a crash would.
 * @param display a screen, for one with windows
 */
export const launchBrowserProcess = (display?: string): Promise<BrowserServer> =>
  chromium.launchServer({
    ...launchOptions(),
    ...(display && { headless: false, env: { ...process.env, DISPLAY: display } }),
  })

export const connectTo = async (server: BrowserServer) => patient(await chromium.connect(server.wsEndpoint()))
