import { createServer } from 'node:net'
import { OperatorFault } from '../platform/errors.ts'

const first = 8443

/**
 * The port to serve on: the one asked for, or the first free one from 8443.
 * @throws OperatorFault when the one asked for is no port or taken
 */
export const choosePort = async (asked: string | undefined, host: string): Promise<number> => {
  if (asked) {
    const port = Number(asked)
    if (!Number.isInteger(port) || port < 0 || port > 65535) {
      throw new OperatorFault(
        `PORT is "${asked}", which is no port: set it to a number from 1 to 65535, or leave it out.`,
      )
    }
    if (port === 0) return anyFree(host)
    if (await isFree(port, host)) return port
    throw new OperatorFault(
      `Port ${port} is taken or not allowed: stop what uses it, or set PORT to another, or leave it out.`,
    )
  }
  for (let port = first; port < first + 500; port++) if (await isFree(port, host)) return port
  throw new OperatorFault(`Every port from ${first} to ${first + 499} is taken: set PORT to a free one.`)
}

/** "localhost" may mean 127.0.0.1 or ::1, so a port is free only when nobody holds it on either. */
const isFree = async (port: number, host: string) => {
  for (const address of new Set([host, '127.0.0.1', '::1'])) {
    const fault = await tryListening(port, address)
    if (fault && fault !== 'EADDRNOTAVAIL' && fault !== 'EAFNOSUPPORT') return false
  }
  return true
}

const tryListening = (port: number, host: string) =>
  new Promise<string | null>(resolve => {
    const server = createServer()
    server.once('error', (fault: NodeJS.ErrnoException) => resolve(fault.code ?? 'unknown'))
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(null)))
  })

const anyFree = (host: string) =>
  new Promise<number>((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen({ port: 0, host }, () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
