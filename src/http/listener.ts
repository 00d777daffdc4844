import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { createServer, type Server as NetServer, type Socket } from 'node:net'
import type { FollowedCertificate } from '../platform/tls/certificate.ts'
import { modernTls } from '../platform/tls/suites.ts'

export type Listener = { port: number; close: () => Promise<void> }
type Served = Pick<FollowedCertificate, 'current' | 'onChange'>
type Place = { host: string; port: number; certificate: Served | null; patience?: typeof usual }

/** The first byte of every TLS connection: the record type "handshake" (RFC 8446 5.1). */
const tlsHandshake = 0x16

/**
 * In milliseconds. Whoever sends slower than this is not waited for: open connections are what a slow attack uses up. A whole
 * request may take longer, since a spreadsheet of 50 MB comes over slow lines.
 */
const usual = { handshakeTimeout: 10_000, headersTimeout: 15_000, connectionsCheckingInterval: 5_000 }
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
  const plain = createHttpServer(limits, redirectToHttps)
  const door = certificate ? parted(pages, plain, patience.headersTimeout) : pages
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
  if (door !== pages) for (const server of [pages, plain]) server.emit('listening')
  return { port: (door.address() as { port: number }).port, close: () => close(door, [pages, plain], sockets) }
}

const secureServer = (certificate: Served, limits: object, app: RequestListener): Server => {
  const server = createHttpsServer({ ...certificate.current(), ...modernTls, honorCipherOrder: true, ...limits }, app)
  certificate.onChange(next => server.setSecureContext({ ...next, ...modernTls, honorCipherOrder: true }))
  return server
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

const redirectToHttps: RequestListener = (req, res) => {
  const host = /^[\w.-]+(:\d+)?$|^\[[\da-f:]+\](:\d+)?$/i.exec(req.headers.host ?? '')?.[0]
  if (!host) return res.writeHead(400).end()
  res.writeHead(308, { Location: `https://${host}${req.url ?? '/'}`, 'Cache-Control': 'no-store' }).end()
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
