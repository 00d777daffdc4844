import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import puppeteer, { type Browser } from 'puppeteer-core'
import { patienceMs } from './until.ts'

export type Firefox = {
  browser: Browser
  /** First lines of what anything in this Firefox asked of a network; none of it was answered. */
  heard: readonly string[]
  close: () => Promise<void>
}

/**
 * The machine's own Firefox over WebDriver BiDi, with a home and a profile of its own, in Polish. Its only way to a network is a
 * proxy that writes down what is asked and gives nothing.
 * @param display a screen, for a Firefox with a window
 * @param reaches the one host that it may reach
 * @throws where the machine has none
 */
export const launchFirefox = async ({
  display,
  reaches = '',
}: { display?: string; reaches?: string } = {}): Promise<Firefox> => {
  const executablePath = process.env.FIREFOX
  if (!executablePath)
    throw new Error('No Firefox was found; install one that is no snap, or set FIREFOX to one, and run bin/test again.')
  const home = await mkdtemp(join(tmpdir(), 'ostoja-firefox-'))
  const deafEar = await listenForRequests()
  const leave = async () => {
    await deafEar.close()
    await rm(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 })
  }
  try {
    const browser = await puppeteer.launch({
      browser: 'firefox',
      executablePath,
      userDataDir: join(home, 'profile'),
      // As root Firefox refuses the home of somebody else.
      headless: display === undefined,
      acceptInsecureCerts: reaches !== '',
      env: {
        ...process.env,
        ...(display && { DISPLAY: display }),
        HOME: home,
        XDG_CACHE_HOME: home,
        XDG_CONFIG_HOME: home,
        XDG_RUNTIME_DIR: home,
      },
      extraPrefsFirefox: { ...deafEar.preferences(reaches), 'intl.accept_languages': 'pl-PL, pl' },
      timeout: patienceMs,
      protocolTimeout: patienceMs,
    })
    return { browser, heard: deafEar.heard, close: () => end(browser).finally(leave) }
  } catch (error) {
    await leave()
    throw error
  }
}

/** Asks Firefox to end, and ends whatever of its process group is left. */
const end = async (browser: Browser) => {
  const child = browser.process()
  const gone =
    child && child.exitCode === null && child.signalCode === null
      ? new Promise(resolve => child.once('exit', resolve))
      : Promise.resolve()
  await browser.close().catch(() => {})
  if (child?.pid) killGroup(child.pid)
  await gone
}

const killGroup = (leader: number) => {
  try {
    process.kill(-leader, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** A proxy that hears every request and refuses it, and the preferences that send Firefox there with everything. */
const listenForRequests = async () => {
  const heard: string[] = []
  const server = createServer(socket => {
    socket.on('error', () => {})
    socket.once('data', bytes => {
      heard.push(bytes.toString('latin1').split('\r\n')[0]!)
      socket.end('HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const preferences = (reaches: string) => ({
    'network.proxy.type': 1,
    'network.proxy.http': '127.0.0.1',
    'network.proxy.http_port': port,
    'network.proxy.ssl': '127.0.0.1',
    'network.proxy.ssl_port': port,
    'network.proxy.no_proxies_on': reaches,
    'network.proxy.allow_hijacking_localhost': reaches === '',
  })
  return { heard, preferences, close: () => new Promise<unknown>(resolve => server.close(resolve)) }
}
