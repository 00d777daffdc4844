import { connect as connectTls } from 'node:tls'
import { connect } from 'node:net'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listen, type Listener } from '../../src/http/listener.ts'
import { ensureSelfSigned } from '../../src/platform/tls/self-signed.ts'

let folder: string
let listener: Listener

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ostoja-listener-'))
  const { certFile, keyFile } = await ensureSelfSigned(folder)
  const certificate = { cert: await readFile(certFile), key: await readFile(keyFile) }
  const slow = { headersTimeout: 300, handshakeTimeout: 300, connectionsCheckingInterval: 100 }
  listener = await listen((_req, res) => res.end('a page'), { host: '127.0.0.1', port: 0, certificate, patience: slow })
})
afterAll(async () => {
  await listener.close()
  await rm(folder, { recursive: true, force: true })
})

/** Everything a server says to `said` until it hangs up. */
const hearOut = (socket: ReturnType<typeof connect>, said: string) =>
  new Promise<string>(resolve => {
    let heard = ''
    socket.on('data', chunk => (heard += chunk.toString()))
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(heard))
    if (said) socket.write(said)
  })
const plain = () => connect(listener.port, '127.0.0.1')
const secure = () => connectTls({ port: listener.port, host: '127.0.0.1', rejectUnauthorized: false })

describe('the door', () => {
  it('serves pages by TLS only, and redirects whoever comes without', async () => {
    const request = 'GET /clients HTTP/1.1\r\nHost: localhost:8443\r\nConnection: close\r\n\r\n'
    expect(await hearOut(secure(), request)).toContain('a page')
    const answer = await hearOut(plain(), request)
    expect(answer).toContain('308 Permanent Redirect')
    expect(answer).toContain('Location: https://localhost:8443/clients')
    expect(answer).not.toContain('a page')
  })

  it.each([
    ['says nothing', plain, ''],
    ['begins a TLS handshake and stops', plain, '\x16\x03\x01'],
    ['begins a request in the clear and stops', plain, 'GET / HTTP/1.1\r\n'],
    ['begins a request by TLS and stops', secure, 'GET / HTTP/1.1\r\n'],
  ])('hangs up on whoever %s', async (_who, open, said) => {
    await hearOut(open(), said)
  })
})
