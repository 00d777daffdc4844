import { request as plainRequest } from 'node:http'
import { request as secureRequest } from 'node:https'
import type { IncomingHttpHeaders } from 'node:http'
import { Router } from 'express'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { anyone } from '../../src/platform/web/guard.ts'
import { anotherWeb } from '../support/another-web.ts'
import { startOstoja, unlikely, type Ostoja } from '../support/ostoja.ts'

const closings: (() => Promise<unknown>)[] = []
afterAll(async () => {
  for (const close of closings.toReversed()) await close()
})

/** Says what the application takes a request for. */
const mirror = () => {
  const router = Router()
  router.get('/mirror', anyone({ background: true }), ({ ip, secure, hostname, protocol }, res) => {
    res.json({ ip, secure, hostname, protocol })
  })
  return router
}

type Door = { ostoja: Ostoja; port: number; domain: string; name: string }
const open = async (env: NodeJS.ProcessEnv): Promise<Door> => {
  const ostoja = await startOstoja({ env, worker: false })
  closings.push(ostoja.close)
  const web = await anotherWeb(ostoja, [mirror()])
  closings.push(web.close)
  const [domain, name] = [`${unlikely()}.example.org`, unlikely('House ')]
  const tenantId = await ostoja.newTenant(name)
  await ostoja.features.db.asTenant({ tenantId }, trx => trx('tenants').where({ id: tenantId }).update({ domain }))
  return { ostoja, port: Number(new URL(web.url).port), domain, name }
}

type Answer = { status: number; headers: IncomingHttpHeaders; text: string }
const asker =
  (request: typeof plainRequest, { port }: Door) =>
  (path: string, headers: Record<string, string> = {}) =>
    new Promise<Answer>((resolve, reject) => {
      const options = { host: '127.0.0.1', port, path, headers, rejectUnauthorized: false }
      request(options, answer => {
        let text = ''
        answer.on('data', (chunk: Buffer) => (text += chunk.toString()))
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }))
      })
        .on('error', reject)
        .end()
    })
const seenBy = async (ask: ReturnType<typeof asker>, headers: Record<string, string>) =>
  JSON.parse((await ask('/mirror', headers)).text) as object

const noTls = { TLS_CERT_FILE: '', TLS_KEY_FILE: '' }
const claimed = (domain: string) => ({
  'X-Forwarded-For': '203.0.113.9',
  'X-Forwarded-Proto': 'https',
  'X-Forwarded-Host': domain,
})

describe('whoever comes straight to the door', () => {
  let door: Door
  beforeAll(async () => {
    door = await open({})
  })

  it('is not believed about address, protocol and host', async () => {
    const ask = asker(secureRequest as typeof plainRequest, door)
    const headers = {
      Host: 'localhost',
      ...claimed(door.domain),
      'X-Forwarded-Proto': 'http',
      Forwarded: 'for=1.2.3.4',
    }
    expect(await seenBy(ask, headers)).toEqual({
      ip: '127.0.0.1',
      secure: true,
      hostname: 'localhost',
      protocol: 'https',
    })
    expect((await ask('/sign-in', headers)).text).not.toContain(door.name)
    expect((await ask('/sign-in', { Host: door.domain })).text).toContain(door.name)
  })

  it('is told with every answer, faults among them, to come by TLS only', async () => {
    const ask = asker(secureRequest as typeof plainRequest, door)
    const answers = await Promise.all(
      ['/sign-in', '/', '/no-such-page', '/%E0%A4%A', '/assets/none.css', '/health/live'].map(path => ask(path)),
    )
    expect(answers.map(({ status }) => status)).toEqual([200, 303, 404, 404, 404, 200])
    for (const { headers } of answers) expect(headers['strict-transport-security']).toBe('max-age=63072000')
  })
})

describe('behind a proxy', () => {
  it('the headers of one that is named are believed, and of a chain only what it has added', async () => {
    const door = await open({ ...noTls, TRUSTED_PROXIES: '127.0.0.1' })
    const ask = asker(plainRequest, door)
    const chain = { ...claimed(door.domain), 'X-Forwarded-For': '192.0.2.1, 203.0.113.9' }
    expect(await seenBy(ask, chain)).toEqual({
      ip: '203.0.113.9',
      secure: true,
      hostname: door.domain,
      protocol: 'https',
    })
    const page = await ask('/sign-in', chain)
    expect(page.text).toContain(door.name)
    expect(page.headers['set-cookie']?.join()).toMatch(/__Host-ostoja=.*Secure/)
    expect(page.headers['strict-transport-security']).toBe('max-age=63072000')
  })

  it('those of anybody else are not, so that without TLS nobody gets a session', async () => {
    const door = await open({ ...noTls, TRUSTED_PROXIES: '10.0.0.5, 192.168.0.0/16' })
    const ask = asker(plainRequest, door)
    const headers = { Host: 'localhost', ...claimed(door.domain) }
    expect(await seenBy(ask, headers)).toEqual({
      ip: '127.0.0.1',
      secure: false,
      hostname: 'localhost',
      protocol: 'http',
    })
    const page = await ask('/sign-in', headers)
    expect(page.text).not.toContain(door.name)
    expect(page.headers['set-cookie']).toBeUndefined()
  })
})
