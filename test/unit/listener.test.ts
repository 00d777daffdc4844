import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { X509Certificate } from 'node:crypto'
import { copyFile, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import type { RequestListener } from 'node:http'
import { connect } from 'node:net'
import { connect as connectTls, getCiphers, type ConnectionOptions, type TLSSocket } from 'node:tls'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listen, type Listener } from '../../src/http/listener.ts'
import { followCertificate, type FollowedCertificate } from '../../src/platform/tls/certificate.ts'
import { ensureSelfSigned } from '../../src/platform/tls/self-signed.ts'
import { selfSigned } from '../support/certificates.ts'
import { until } from '../support/until.ts'

let folder: string
/** One that waits for the headers of a request not nearly as long as for all else. */
let hasty: Listener
/** One that waits for a handshake not nearly as long as for all else. */
let hastyInHandshakes: Listener
/** One of usual patience. */
let calm: Listener
let certificate: FollowedCertificate
let files: { certFile: string; keyFile: string }
let now = () => new Date()
const lines: string[] = []
const log = pino({ level: 'info' }, { write: line => void lines.push(line) })

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ostoja-listener-'))
  files = await ensureSelfSigned(folder)
  certificate = await followCertificate(files, { log, now: () => now() })
  const patience = {
    headersTimeout: 120_000,
    handshakeTimeout: 120_000,
    keepAliveTimeout: 120_000,
    connectionsCheckingInterval: 100,
  }
  const app: RequestListener = (req, res) => (req.url === '/begun' ? res.write('begun') : res.end('a page'))
  const place = { host: '127.0.0.1', port: 0, certificate }
  hasty = await listen(app, { ...place, patience: { ...patience, headersTimeout: 1000 } })
  hastyInHandshakes = await listen(app, { ...place, patience: { ...patience, handshakeTimeout: 300 } })
  calm = await listen(app, place)
})
afterAll(async () => {
  certificate.close()
  for (const listener of [hasty, hastyInHandshakes, calm]) await listener.close()
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
const plain = ({ port } = calm) => connect(port, '127.0.0.1')
const secure = ({ port } = calm) => connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false })

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
    ['127.0.0.1:8443', 308],
    ['[::1]:8443', 308],
    ['evil.test', 400],
    ['evil.test:8443', 400],
    ['localhost.evil.test', 400],
    ['localhost@evil.test', 400],
    ['192.0.2.1', 400],
    ['[2001:db8::1]', 400],
  ])('redirects to no host that its certificate is not for, such as %s', async (host, status) => {
    const answer = await hearOut(plain(), `GET /clients HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
    expect(answer).toContain(`HTTP/1.1 ${status}`)
    expect(answer.includes(host)).toBe(status === 308)
  })

  it.each([
    ['is none at all', 'GIBBERISH\r\n\r\n', '400 Bad Request'],
    ['names no host', 'GET / HTTP/1.1\r\n\r\n', '400 Bad Request'],
    [
      'expects what there is not',
      'GET / HTTP/1.1\r\nHost: localhost\r\nExpect: wonders\r\nConnection: close\r\n\r\n',
      '417',
    ],
    ['has more headers than fit', `GET / HTTP/1.1\r\nX: ${'x'.repeat(16_400)}`, '431'],
    ['is too slow', 'GET / HTTP/1.1\r\n', '408'],
  ])('says also to a request that %s that it is to be asked by TLS only', async (_how, said, status) => {
    const answer = await hearOut(secure(status === '408' ? hasty : calm), said)
    expect(answer).toContain(`HTTP/1.1 ${status}`)
    expect(answer.match(/^Strict-Transport-Security: max-age=63072000\r$/gm)).toHaveLength(1)
  })

  it('answers once where a page was begun before its request turned out to be broken', async () => {
    const socket = secure()
    socket.once('data', () => socket.write('no length\r\n'))
    const request = 'POST /begun HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n'
    const answer = await hearOut(socket, request)
    expect(answer).toContain('begun')
    expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1)
  })

  it.concurrent.each([
    ['says nothing', () => plain(hasty), ''],
    ['begins a TLS handshake and stops', () => plain(hastyInHandshakes), '\x16\x03\x01'],
    ['begins a request in the clear and stops', () => plain(hasty), 'GET / HTTP/1.1\r\n'],
    ['begins a request by TLS and stops', () => secure(hasty), 'GET / HTTP/1.1\r\n'],
  ])('hangs up on whoever %s', async (_who, open, said) => {
    await hearOut(open(), said)
  })
})

describe('a connection on which nothing is asked for a while', () => {
  /** Asks for a page on a connection that stays open afterwards. */
  const answerTo = async (socket: ReturnType<typeof connect>) => {
    let heard = ''
    const hear = (part: Buffer) => (heard += part.toString())
    socket.on('data', hear)
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
    while (!heard.includes('a page')) await Promise.race([once(socket, 'data'), goneTooEarly(socket)])
    socket.off('data', hear)
    return heard
  }
  const goneTooEarly = async (socket: ReturnType<typeof connect>) => {
    await once(socket, 'close')
    throw new Error('hung up on')
  }

  it('outlives the idle time of common proxies, so that none sends a request as the server hangs up', async () => {
    const socket = secure()
    const [, seconds] = /^Keep-Alive: timeout=(\d+)/m.exec(await answerTo(socket)) ?? []
    expect(Number(seconds)).toBeGreaterThan(120)
    socket.destroy()
  })

  it('is not ended by the time within which a request must be begun', async () => {
    const socket = secure(hasty)
    await answerTo(socket)
    // Whoever begins a request after that is waited for, and hung up on, before this one speaks again.
    await hearOut(secure(hasty), 'GET / HTTP/1.1\r\n')
    expect(await answerTo(socket)).toContain('a page')
    socket.destroy()
  })
})

const spoken = async (options: ConnectionOptions, { port } = calm) => {
  const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false, ...options })
  try {
    await once(socket, 'secureConnect')
    return [socket.getProtocol(), socket.getCipher().standardName]
  } finally {
    socket.destroy()
  }
}

describe('of all suites that there are, the door', () => {
  /** Those of a list that it takes, each offered by itself and with nothing else forbidden. */
  const taken = async (names: readonly string[], door: Listener) => {
    const answers = names.map(async name => {
      const [version, ciphers] = name.startsWith('TLS_') ? ['TLSv1.3', name] : ['TLSv1.2', `${name}:@SECLEVEL=0`]
      const offer = { minVersion: version, maxVersion: version, ciphers } as ConnectionOptions
      return (await spoken(offer, door).catch(() => null)) ? [name] : []
    })
    return (await Promise.all(answers)).flat().toSorted()
  }
  const everySuite = () => [
    ...getCiphers().map(name => name.toUpperCase()),
    'TLS_AES_128_CCM_SHA256',
    'TLS_AES_128_CCM_8_SHA256',
  ]
  const ofTls13 = ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256']
  const forwardSecret = (kind: string) =>
    ['AES128-GCM-SHA256', 'AES256-GCM-SHA384', 'CHACHA20-POLY1305'].map(suite => `ECDHE-${kind}-${suite}`)

  it('takes those only that are forward-secret and authenticated, with a key of an elliptic curve', async () => {
    expect(everySuite().length).toBeGreaterThan(50)
    expect(await taken(everySuite(), calm)).toEqual([...forwardSecret('ECDSA'), ...ofTls13])
  })

  it('and with one of RSA', async () => {
    const followed = await followCertificate(await selfSigned(folder, 'localhost', 'rsa:2048'), { log, now })
    const door = await listen((_req, res) => res.end(), { host: '127.0.0.1', port: 0, certificate: followed })
    try {
      expect(await taken(everySuite(), door)).toEqual([...forwardSecret('RSA'), ...ofTls13])
    } finally {
      followed.close()
      await door.close()
    }
  })
})

describe('the languages of the door', () => {
  it.each([
    ['TLSv1.3', 'TLS_AES_256_GCM_SHA384'],
    ['TLSv1.3', 'TLS_CHACHA20_POLY1305_SHA256'],
    ['TLSv1.2', 'ECDHE-ECDSA-AES128-GCM-SHA256'],
    ['TLSv1.2', 'ECDHE-ECDSA-AES256-GCM-SHA384'],
    ['TLSv1.2', 'ECDHE-ECDSA-CHACHA20-POLY1305'],
  ] as const)('are %s with %s', async (version, ciphers) => {
    const [protocol, suite] = await spoken({ minVersion: version, maxVersion: version, ciphers })
    expect(protocol).toBe(version)
    expect(suite).toMatch(/^TLS_(ECDHE_ECDSA_WITH_)?(AES_(128|256)_GCM|CHACHA20_POLY1305)_SHA(256|384)$/)
  })

  it.each([
    ['TLS 1.0', { minVersion: 'TLSv1', maxVersion: 'TLSv1', ciphers: 'ALL:@SECLEVEL=0' }],
    ['TLS 1.1', { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' }],
    [
      'CBC',
      { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES256-SHA384:ECDHE-ECDSA-AES128-SHA256:ECDHE-ECDSA-AES256-SHA' },
    ],
    ['keys that are not thrown away', { maxVersion: 'TLSv1.2', ciphers: 'AES256-GCM-SHA384:AES128-GCM-SHA256' }],
    ['CCM with short tags', { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-CCM8:@SECLEVEL=0' }],
  ] as [string, ConnectionOptions][])('are not %s', async (_what, options) => {
    await expect(spoken(options)).rejects.toThrow(/alert|protocol|handshake/i)
  })

  it('are the same to another program', async () => {
    const ask = (...more: string[]) =>
      new Promise<string>(resolve => {
        const args = ['s_client', '-connect', `127.0.0.1:${calm.port}`, '-brief', '-no_ign_eof', ...more]
        const client = execFile('openssl', args, (_fault, stdout, stderr) => resolve(stdout + stderr))
        client.stdin?.end() // which ends the connection
      })
    expect(await ask('-tls1_2', '-cipher', 'ECDHE-ECDSA-AES256-GCM-SHA384')).toContain('CONNECTION ESTABLISHED')
    expect(await ask('-tls1_2', '-cipher', 'ECDHE-ECDSA-AES256-SHA384')).not.toContain('ESTABLISHED')
    expect(await ask('-tls1_1', '-cipher', 'ALL:@SECLEVEL=0')).not.toContain('ESTABLISHED')
  })
})

describe('the certificate of the door', () => {
  const shown = async () => {
    const socket = secure()
    await once(socket, 'secureConnect')
    const { fingerprint256 } = socket.getPeerCertificate()
    socket.destroy()
    return fingerprint256
  }
  const replace = async (by: { certFile?: string; keyFile?: string }) => {
    if (by.certFile) await copyFile(by.certFile, files.certFile)
    if (by.keyFile) await copyFile(by.keyFile, files.keyFile)
    await certificate.look()
  }
  const another = async () => ensureSelfSigned(await mkdtemp(join(folder, 'another-')))
  const complaints = () => lines.filter(line => line.includes('cannot be used')).length

  it('is another one as soon as its files are, and whoever is connected stays so', async () => {
    const open: TLSSocket = secure()
    await once(open, 'secureConnect')
    const before = await shown()
    await replace(await another())
    expect(await shown()).not.toBe(before)
    expect(await hearOut(open, 'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')).toContain('a page')
    expect(certificate.standing().refused).toBeNull()
  })

  it('stays where the new files are of no use, which is told once, until they are mended', async () => {
    const before = await shown()
    const [one, other] = [await another(), await another()]
    const told = complaints()
    await replace({ certFile: one.certFile, keyFile: other.keyFile })
    expect(certificate.standing().refused).toBe('no-pair')
    await certificate.look()
    expect(complaints()).toBe(told + 1)

    await writeFile(files.certFile, 'half a certifi')
    await certificate.look()
    expect(certificate.standing().refused).toBe('no-certificate')
    await copyFile(one.certFile, files.certFile)
    await writeFile(files.keyFile, '')
    await certificate.look()
    expect(certificate.standing().refused).toBe('no-key')
    await rm(files.keyFile)
    await certificate.look()
    expect(certificate.standing().refused).toBe('unreadable')
    expect(await shown()).toBe(before)

    await replace({ keyFile: one.keyFile })
    expect(certificate.standing().refused).toBeNull()
    expect(await shown()).not.toBe(before)
  })

  it('is not exchanged for one that has expired', async () => {
    const before = await shown()
    now = () => new Date(Date.now() + 3 * 365 * 86_400_000)
    await replace(await another())
    expect(certificate.standing().refused).toBe('expired')
    expect(await shown()).toBe(before)
    now = () => new Date()
    await certificate.look()
    expect(await shown()).not.toBe(before)
  })

  it('is followed by itself where links are switched to the next one, as certbot does, and where files are renamed', async () => {
    const live = join(folder, 'live')
    await mkdir(live)
    const links = { certFile: join(live, 'fullchain.pem'), keyFile: join(live, 'privkey.pem') }
    const [first, second, third] = [await another(), await another(), await another()]
    const take = async (how: typeof symlink, next: typeof links) => {
      for (const name of ['certFile', 'keyFile'] as const) {
        await how(next[name], `${links[name]}.new`)
        await rename(`${links[name]}.new`, links[name])
      }
    }
    await take(symlink, first)
    const followed = await followCertificate(links, { log, now, pollMs: 20 })
    const door = await listen((_req, res) => res.end(), { host: '127.0.0.1', port: 0, certificate: followed })
    const served = async () => {
      const socket = connectTls({ port: door.port, host: '127.0.0.1', rejectUnauthorized: false })
      await once(socket, 'secureConnect')
      const { raw } = socket.getPeerCertificate()
      socket.destroy()
      return new X509Certificate(raw).fingerprint256
    }
    const printOf = async ({ certFile }: typeof links) => new X509Certificate(await readFile(certFile)).fingerprint256
    const untilServed = (next: typeof links) =>
      until('the next certificate is served', async () => (await served()) === (await printOf(next)))
    try {
      expect(await served()).toBe(await printOf(first))
      await take(symlink, second)
      await untilServed(second)
      await take(rename, third)
      await untilServed(links)
      expect(await served()).not.toBe(await printOf(second))
    } finally {
      followed.close()
      await door.close()
    }
  })

  it('must be of use at the start', async () => {
    const start = (of: object) => followCertificate({ ...files, ...of }, { log, now })
    await expect(start({ certFile: '/nowhere' })).rejects.toThrow(/TLS_CERT_FILE.*cannot be read/)
    await expect(start({ keyFile: (await another()).keyFile })).rejects.toThrow(/is not the key of/)
  })
})
