import { chromium, type BrowserServer } from 'playwright-core'
import { launchOptions, patient } from './browser.ts'

/** A Chromium whose process can be killed, as a crash would. */
export const launchBrowserProcess = (): Promise<BrowserServer> => chromium.launchServer(launchOptions())

export const connectTo = async (server: BrowserServer) => patient(await chromium.connect(server.wsEndpoint()))
