import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, request as plainRequest, type IncomingMessage } from 'node:http'
import { Agent, request, type RequestOptions } from 'node:https'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createStreams } from '../../src/features/sessions/stream/streams.ts'
import { openEventStream } from '../../src/platform/web/event-stream.ts'
import { anotherWeb } from '../support/another-web.ts'
import { startOstoja, type Ostoja, type TestAccount } from '../support/ostoja.ts'
import { until } from '../support/until.ts'
import { createVisitor, type Visitor } from '../support/visitor.ts'
import { startWebProcess } from '../support/web-process.ts'

let ostoja: Ostoja
let tenantId: string
beforeAll(async () => {
  ostoja = await startOstoja()
  tenantId = await ostoja.newTenant()
})
afterAll(async () => {
  ostoja.features.endStreams()
  await ostoja.close()
})

const cookieOf = (visitor: Visitor) =>
  visitor.agent.jar.getCookies({ domain: 'localhost', path: '/', secure: true, script: false } as never).toValueString()

/** What has been heard of a stream, and how it ended: `whole` where the server said that this was all. */
const hear = (answer: IncomingMessage) => {
  const heard = { text: '', ended: '' as '' | 'whole' | 'broken', headers: answer.headers, status: answer.statusCode }
  answer.setEncoding('utf8')
  answer.on('data', (part: string) => (heard.text += part))
  answer.on('error', () => undefined)
  answer.on('close', () => (heard.ended = answer.complete ? 'whole' : 'broken'))
  return heard
}
const stream = async (url: string, cookie: string) => {
  const options: RequestOptions = { rejectUnauthorized: false, agent: new Agent(), headers: { Cookie: cookie } }
  const asked = request(`${url}/sessions/stream`, options).end()
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  return hear(answer)
}
const begun = async (heard: Awaited<ReturnType<typeof stream>>) => {
  await until('the stream is ready', () => heard.text.includes('event: ready'))
  return heard
}
const told = (heard: { text: string }, thread: string) =>
  until('the stream tells of the thread', () => heard.text.includes(thread))
const someone = async (url = ostoja.url): Promise<{ account: TestAccount; cookie: string }> => {
  const account = await ostoja.newAccount(tenantId, ['staff'])
  const visitor = createVisitor(url)
  await visitor.signIn(account)
  return { account, cookie: cookieOf(visitor) }
}
const writeTo = async (account: TestAccount) => {
  const { id } = await ostoja.newAccount(tenantId, ['staff'])
  const ids = { thread: randomUUID(), message: randomUUID(), client: null }
  const to = { accounts: [account.id], roles: [] }
  const actor = { tenantId, accountId: id, roles: ['staff' as const] }
  await ostoja.features.messages.start(actor, ids, { to, subject: 'Temat', text: 'Treść', urgent: true })
  return ids.thread
}

describe('streams of events', () => {
  it('are three of an account at most: another ends the oldest, and the others go on', async () => {
    const { account, cookie } = await someone()
    const open: Awaited<ReturnType<typeof stream>>[] = []
    for (let n = 0; n < 4; n++) open.push(await begun(await stream(ostoja.url, cookie)))
    await until('the oldest stream has ended', () => open[0]!.ended)
    expect(open[0]!.ended).toBe('whole')
    const thread = await writeTo(account)
    for (const heard of open.slice(1)) await told(heard, thread)
    expect(open.map(({ ended }) => ended)).toEqual(['whole', '', '', ''])
    expect(open[0]!.text).not.toContain(thread)
  })

  it('carry ids and nothing else, and say to proxies that they are neither kept nor held back', async () => {
    const { account, cookie } = await someone()
    const heard = await begun(await stream(ostoja.url, cookie))
    const thread = await writeTo(account)
    await told(heard, thread)
    expect(heard.text).toBe(`retry: 1000\n\nevent: ready\ndata: {}\n\nevent: messages\ndata: {"id":"${thread}"}\n\n`)
    expect(heard.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    })
  })

  it('are so many of a process and no more; there is room again when one ends', async () => {
    const streams = createStreams(2)
    const app = express().get('/', (_req, res) => {
      if (!streams.hasRoom()) return void res.sendStatus(503)
      const opened = openEventStream(res)
      streams.hold(randomUUID(), opened, () => Promise.resolve(true))
    })
    const server = createServer(app).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const ask = async () => {
      const asked = plainRequest({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' }).end()
      const [answer] = (await once(asked, 'response')) as [IncomingMessage]
      return { asked, heard: hear(answer) }
    }
    const [first, second, third] = [await ask(), await ask(), await ask()]
    expect([first, second, third].map(({ heard }) => heard.status)).toEqual([200, 200, 503])
    first.asked.destroy()
    await until('there is room again', async () => (await ask()).heard.status === 200)
    streams.close()
    await until('the second stream has ended', () => second.heard.ended)
    expect(second.heard.ended).toBe('whole')
    server.close()
  })

  it('are refused in plain words where there is no room, and the pages can still ask what waits', async () => {
    const full = await anotherWeb(ostoja)
    try {
      full.features.endStreams()
      const { account, cookie } = await someone(full.url)
      const refused = await stream(full.url, cookie)
      expect([refused.status, refused.headers['retry-after']]).toEqual([503, '60'])
      await writeTo(account)
      const asked = request(`${full.url}/messages/waiting`, { rejectUnauthorized: false, headers: { Cookie: cookie } })
      const [answer] = (await once(asked.end(), 'response')) as [IncomingMessage]
      const heard = hear(answer)
      await until('the answer has ended', () => heard.ended)
      expect(JSON.parse(heard.text)).toMatchObject({ unread: 1 })
    } finally {
      await full.close()
    }
  })
})

describe('a web process that is told to stop', () => {
  it('ends its streams and then itself, and another process takes them on', async () => {
    const [web, other] = await Promise.all([startWebProcess(ostoja.config), startWebProcess(ostoja.config)])
    try {
      const { account, cookie } = await someone(web.url)
      const heard = [await begun(await stream(web.url, cookie)), await begun(await stream(web.url, cookie))]
      const { code } = await web.close()
      expect(code).toBe(0)
      await until('both streams have ended', () => heard.every(({ ended }) => ended))
      expect(heard.map(({ ended }) => ended)).toEqual(['whole', 'whole'])
      const again = await begun(await stream(other.url, cookie))
      const thread = await writeTo(account)
      await told(again, thread)
    } finally {
      await other.close()
    }
  })
})

describe('behind a proxy', () => {
  /** As nginx is by default: it holds answers back until they are whole, unless it is told not to. */
  const startProxy = async (heeds: boolean) => {
    const server = createServer((req, res) => {
      const onward = request(`${ostoja.url}${req.url ?? '/'}`, {
        rejectUnauthorized: false,
        headers: { ...req.headers, host: new URL(ostoja.url).host },
      })
      onward.on('response', answer => {
        const { connection: _, 'x-accel-buffering': buffering, ...headers } = answer.headers
        if (heeds && buffering === 'no') {
          res.writeHead(answer.statusCode ?? 502, headers).flushHeaders()
          return void answer.pipe(res)
        }
        const parts: Buffer[] = []
        answer.on('data', (part: Buffer) => parts.push(part))
        answer.on('end', () => res.writeHead(answer.statusCode ?? 502, headers).end(Buffer.concat(parts)))
      })
      onward.on('error', () => res.destroy())
      res.on('close', () => onward.destroy())
      req.pipe(onward)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return {
      port: (server.address() as AddressInfo).port,
      close: () => {
        server.closeAllConnections()
        server.close()
      },
    }
  }
  const through = async (port: number, cookie: string) => {
    const asked = plainRequest({ port, host: '127.0.0.1', path: '/sessions/stream', headers: { Cookie: cookie } }).end()
    asked.on('error', () => undefined)
    const heard = { text: '' }
    asked.on('response', (answer: IncomingMessage) => {
      answer.setEncoding('utf8')
      answer.on('data', (part: string) => (heard.text += part))
      answer.on('error', () => undefined)
    })
    return heard
  }

  it('that holds answers back events come at once, because they say that they must not be held', async () => {
    const proxies = [await startProxy(true), await startProxy(false)]
    const { account, cookie } = await someone()
    const [heard, held] = [await through(proxies[0]!.port, cookie), await through(proxies[1]!.port, cookie)]
    await until('the stream is ready', () => heard.text.includes('event: ready'))
    const thread = await writeTo(account)
    await told(heard, thread)
    expect(held.text).toBe('') // what it would be without
    for (const proxy of proxies) proxy.close()
  })
})
