import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { createServer, type Server as NetServer, type Socket } from 'node:net'

export type Listener = { port: number; close: () => Promise<void> }
export type Certificate = { cert: Buffer; key: Buffer }

/** The first byte of every TLS connection: the record type "handshake" (RFC 8446 5.1). */
const tlsHandshake = 0x16

/**
 * Serves HTTPS; plain HTTP on the same port gets only a redirect to it.
 * Without a certificate (behind a TLS proxy) serves plain HTTP.
 */
export const listen = async (
  app: RequestListener,
  { host, port, certificate }: { host: string; port: number; certificate: Certificate | null },
): Promise<Listener> => {
  const pages = certificate ? createHttpsServer({ ...certificate, minVersion: 'TLSv1.2' }, app) : createHttpServer(app)
  const door = certificate ? parted(pages, createHttpServer(redirectToHttps)) : pages
  const sockets = new Set<Socket>()
  door.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })

  await new Promise<void>((resolve, reject) => {
    door.once('error', reject)
    door.listen(port, host, resolve)
  })
  return { port: (door.address() as { port: number }).port, close: () => close(door, pages, sockets) }
}

/** Sends each connection to the server whose language its first byte speaks. */
const parted = (secure: Server, plain: Server) =>
  createServer(socket => {
    socket.on('error', () => socket.destroy())
    socket.once('data', first => {
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
const close = async (door: NetServer, pages: Server, sockets: Set<Socket>) => {
  const closed = new Promise<void>(resolve => door.close(() => resolve()))
  pages.closeIdleConnections()
  const late = setTimeout(() => sockets.forEach(socket => socket.destroy()), graceMs)
  await closed
  clearTimeout(late)
}
