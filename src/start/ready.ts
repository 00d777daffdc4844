import { readFile } from 'node:fs/promises'
import { request } from 'node:https'
import { setTimeout as pause } from 'node:timers/promises'

/**
 * Waits until the web process answers that it is ready.
 * @param patience milliseconds to wait at most
 * @returns what it last answered when it never became ready, else null
 */
export const untilReady = async (port: number, certFile: string, patience: number): Promise<string | null> => {
  const ca = await readFile(certFile)
  const end = Date.now() + patience
  let last = 'no answer'
  while (Date.now() < end) {
    last = await ask(port, ca)
    if (last === '200') return null
    await pause(100)
  }
  return last
}

/** It is our own child on the loopback address: its certificate is trusted as it is, whatever name it bears. */
const ask = (port: number, ca: Buffer) =>
  new Promise<string>(resolve => {
    const asked = request(
      {
        host: '127.0.0.1',
        servername: 'localhost',
        port,
        path: '/health/ready',
        ca,
        allowPartialTrustChain: true,
        checkServerIdentity: () => undefined,
        timeout: 5_000,
        agent: false,
      },
      answer => {
        answer.resume()
        resolve(String(answer.statusCode))
      },
    )
    asked.on('timeout', () => asked.destroy(new Error('no answer within 5 s')))
    asked.on('error', fault => resolve(fault.message))
    asked.end()
  })
