import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { until } from './until.ts'

const run = promisify(execFile)

/**
 * A screen of the tests' own (Xvfb), for browsers with windows, and its keys.
 * @throws where the machine has no Xvfb
 */
export const openScreen = async () => {
  const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1280x900x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  })
  const ended = once(server, 'exit')
  const [number] = (await Promise.race([once(server.stdio[3] as Readable, 'data'), ended])) as [Buffer | number | null]
  if (!(number instanceof Buffer)) throw new Error('Xvfb ended before it had a screen')
  const display = `:${number.toString().trim()}`
  const xdotool = async (...args: string[]) =>
    (await run('xdotool', args, { env: { ...process.env, DISPLAY: display } })).stdout
      .trim()
      .split('\n')
      .filter(Boolean)

  return {
    display,
    /** Presses keys in the one window that there is of this kind, such as `chromium`. */
    press: async (windowClass: string, keys: string) => {
      const window = await until(`a window of ${windowClass} was there`, () =>
        xdotool('search', '--onlyvisible', '--class', windowClass).then(
          found => found.at(-1),
          () => undefined,
        ),
      )
      await xdotool('windowfocus', '--sync', window, 'key', '--clearmodifiers', keys)
    },
    close: async () => {
      server.kill()
      await ended
    },
  }
}
export type Screen = Awaited<ReturnType<typeof openScreen>>
