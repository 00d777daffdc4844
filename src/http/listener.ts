import { X509Certificate } from 'node:crypto'
import {
  createServer as createHttpServer,
  ServerResponse,
  STATUS_CODES,
  type RequestListener,
  type Server,
} from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { createServer, isIP, type Server as NetServer, type Socket } from 'node:net'
import type { FollowedCertificate } from '../platform/tls/certificate.ts'
import { modernTls } from '../platform/tls/suites.ts'
import { strictTransport } from './security-headers.ts'

export type Listener = { port: number; close: () => Promise<void> }
type Served = Pick<FollowedCertificate, 'current' | 'onChange'>
type Place = { host: string; port: number; certificate: Served | null; patience?: typeof usual }

/** The first byte of every TLS connection: the record type "handshake" (RFC 8446 5.1). */
const tlsHandshake = 0x16

/**
 * In milliseconds. Whoever sends slower than this is not waited for: open connections are what a slow attack uses up. A whole
 * request may take longer, since a spreadsheet of 50 MB comes over slow lines.
 *
 * A connection on which nothing is asked is kept longer than any usual proxy keeps its own (nginx and AWS 60 s, Traefik 90 s,
 * Caddy 120 s): where Ostoja hung up first, a request that was on its way at that moment would end as a 502. `headersTimeout`
 * counts from the first byte of a request, so it cuts no such connection short.
 */
const usual = {
  handshakeTimeout: 10_000,
  headersTimeout: 15_000,
  keepAliveTimeout: 125_000,
  connectionsCheckingInterval: 5_000,
}
const requestTimeout = 600_000

/**
 * Serves HTTPS; plain HTTP on the same port gets only a redirect to it. A new certificate is for new connections: those that are
 * open go on.
 * Without a certificate (behind a TLS proxy) serves plain HTTP.
 */
export const listen = async (
  app: RequestListener,
  { host, port, certificate, patience = usual }: Place,
): Promise<Listener> => {
  const limits = { ...patience, requestTimeout }
  const pages = certificate ? secureServer(certificate, limits, app) : createHttpServer(limits, app)
  const plain = certificate && createHttpServer(limits, redirectToHttps(certificate))
  const door = plain ? parted(pages, plain, patience.headersTimeout) : pages
  const sockets = new Set<Socket>()
  door.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })

  await new Promise<void>((resolve, reject) => {
    door.once('error', reject)
    door.listen(port, host, resolve)
  })
  // Only a server that listens looks after its slow connections, and these get theirs handed in.
  if (plain) for (const server of [pages, plain]) server.emit('listening')
  return {
    port: (door.address() as { port: number }).port,
    close: () => close(door, plain ? [pages, plain] : [pages], sockets),
  }
}

/** Every answer by TLS asks for TLS only (RFC 6797 7.1), those too that Node gives before any of our pages is asked. */
class StrictResponse extends ServerResponse {
  constructor(...given: ConstructorParameters<typeof ServerResponse>) {
    super(...given)
    this.setHeader('Strict-Transport-Security', `max-age=${strictTransport.maxAge}`)
  }
}

const secureServer = (certificate: Served, limits: object, app: RequestListener): Server => {
  const manners = { ...limits, ServerResponse: StrictResponse, honorCipherOrder: true }
  const server = createHttpsServer({ ...certificate.current(), ...modernTls, ...manners }, app)
  certificate.onChange(next => server.setSecureContext({ ...next, ...modernTls, honorCipherOrder: true }))
  refuseBroken(server)
  return server
}

/** What Node answers to what is no request, before any of our pages sees it; of the rest nothing can be answered. */
const refusals: [RegExp, number][] = [
  [/^HPE_HEADER_OVERFLOW$/, 431],
  [/^HPE_/, 400],
  [/^ERR_HTTP_REQUEST_TIMEOUT$/, 408],
]

/** As Node does by itself, with the header of {@link StrictResponse}, which there is none of where there is no request. */
const refuseBroken = (server: Server) => {
  const answers = new WeakMap<object, ServerResponse>()
  server.on('request', (req, res) => answers.set(req.socket, res))
  server.on('clientError', ({ code = '' }: NodeJS.ErrnoException, socket: Socket) => {
    const status = refusals.find(([faults]) => faults.test(code))?.[1]
    const answer = answers.get(socket)
    const begun = answer !== undefined && answer.headersSent && !answer.writableFinished
    if (!status || !socket.writable || begun) return socket.destroy()
    const headers = `Strict-Transport-Security: max-age=${strictTransport.maxAge}\r\nConnection: close\r\nContent-Length: 0`
    socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${headers}\r\n\r\n`)
    socket.destroySoon()
  })
}

/** Sends each connection to the server whose language its first byte speaks; one that says nothing is soon dropped. */
const parted = (secure: Server, plain: Server, silenceMs: number) =>
  createServer(socket => {
    socket.on('error', () => socket.destroy())
    const silent = setTimeout(() => socket.destroy(), silenceMs)
    socket.once('close', () => clearTimeout(silent))
    socket.once('data', first => {
      clearTimeout(silent)
      socket.pause()
      const server = first[0] === tlsHandshake ? secure : plain
      server.emit('connection', socket)
      socket.unshift(first)
      process.nextTick(() => socket.resume())
    })
  })

/** Leads only to a host that the certificate is for: whatever else the header Host says must not come back in an answer. */
const redirectToHttps =
  (certificate: Served): RequestListener =>
  (req, res) => {
    const asked = /^(?:([\w.-]+)|\[([\da-f:]+)\])(?::\d+)?$/i.exec(req.headers.host ?? '')
    const [host, name, address] = asked ?? []
    if (!host || !isFor(certificate.current().cert, name ?? address ?? ''))
      return res.writeHead(400).end('Write https:// in front of the address.')
    res.writeHead(308, { Location: `https://${host}${req.url ?? '/'}`, 'Cache-Control': 'no-store' }).end()
  }

const isFor = (certificate: Buffer, name: string) => {
  const ours = new X509Certificate(certificate)
  return Boolean(isIP(name) ? ours.checkIP(name) : ours.checkHost(name))
}

const graceMs = 2000

/** Takes no new connection, lets requests in hand finish for a moment, then ends what is left. */
const close = async (door: NetServer, servers: Server[], sockets: Set<Socket>) => {
  const closed = new Promise<void>(resolve => door.close(() => resolve()))
  for (const server of servers) {
    server.closeIdleConnections()
    if (server !== door) server.close(() => undefined)
  }
  const late = setTimeout(() => sockets.forEach(socket => socket.destroy()), graceMs)
  await closed
  clearTimeout(late)
}
