import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { Agent, request } from 'node:https'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'
import { watchSessions } from '../support/session-watch.ts'
import { until } from '../support/until.ts'
import { createVisitor, type Visitor } from '../support/visitor.ts'
import { startWebProcess } from '../support/web-process.ts'

let ostoja: Ostoja
let watch: ReturnType<typeof watchSessions>
beforeAll(async () => {
  ostoja = await startOstoja()
  watch = watchSessions(ostoja, await ostoja.newTenant())
})
afterAll(async () => {
  ostoja.features.endStreams()
  await ostoja.close()
})

const key = (account: { id: number }) => ({ tenantId: watch.tenantId, accountId: account.id })
const claimant = { device: 'this', idleMs: 600_000, policy: 'block', remembered: false } as const

/** A signed-in browser as its session knows it: its page `one` is open and visible, and it has its stream, `first`. */
const browse = async (remembered = false) => {
  const own = key(await ostoja.newAccount(watch.tenantId, ['staff']))
  const { sessions } = ostoja.features
  const does = {
    asks: (page: string) => sessions.touch(own, 's', { active: true, page }),
    beats: (page: string) => sessions.beat(own, 's', page, false),
    hides: (page: string) => sessions.beat(own, 's', page, false, false),
    'is-about-to-leave': (page: string) => sessions.leaving(own, 's', page),
    leaves: (page: string) => sessions.close(own, 's', page),
    opens: (stream: string) => sessions.watch(own, 's', stream),
    breaks: (stream: string) => sessions.unwatch(own, 's', stream),
  }
  /** Each step is what happens to which page or stream, or the milliseconds that go by. */
  const live = async (...steps: (string | number)[]) => {
    for (const step of steps) {
      if (typeof step === 'number') ostoja.skip(step)
      else {
        const [what = '', which = ''] = step.split(' ')
        await does[what as keyof typeof does](which)
      }
    }
  }
  await sessions.claim(own, { ...claimant, remembered, session: 's' })
  await live('asks one', 'beats one', 'opens first')
  return {
    live,
    claimElsewhere: async () =>
      (await sessions.claim(own, { ...claimant, device: 'other', session: 'other' })).claimed
        ? 'let in'
        : 'turned away',
    look: async () => ((await sessions.look(own)) ? 'signed in' : 'signed out'),
    end: async () => {
      const touched = await sessions.touch(own, 's', { active: false })
      return touched.live ? 'goes on' : touched.because
    },
  }
}

describe('a browser whose stream', () => {
  it.each<[string, (string | number)[], 'goes on' | 'closed' | 'lost']>([
    ['breaks, and that says nothing more', ['breaks first', 9000], 'lost'],
    ['breaks, and whose page is heard of after 8 s', ['breaks first', 8000, 'beats one', 60_000], 'goes on'],
    ['breaks, and comes back after 8 s', ['breaks first', 8000, 'opens next', 60_000], 'goes on'],
    ['breaks, and that asks for a page after 8 s', ['breaks first', 8000, 'asks two', 60_000], 'goes on'],
    ['breaks when another tab has opened its own', ['opens next', 'breaks first', 60_000], 'goes on'],
    ['breaks as its page is about to be left', ['is-about-to-leave one', 'breaks first', 3000], 'closed'],
    ['breaks before its page says that it leaves', ['breaks first', 'is-about-to-leave one', 3000], 'closed'],
    ['breaks as one of two tabs leaves', ['beats two', 'breaks first', 'is-about-to-leave one', 8000], 'goes on'],
    ['breaks before its page says that it was left', ['breaks first', 'leaves one', 3000], 'closed'],
    ['breaks after its page said that it was left', ['leaves one', 'breaks first', 3000], 'closed'],
    ['opens late, asked for by a page that was left', ['leaves one', 'opens next', 'breaks next', 3000], 'closed'],
    ['breaks after a download', ['is-about-to-leave one', 'beats one', 'breaks first', 8000], 'goes on'],
    ['breaks while a page is on its way', ['asks two', 'breaks first', 14_000, 'beats two', 60_000], 'goes on'],
    ['breaks while a page is on its way that never comes', ['asks two', 'breaks first', 15_000], 'closed'],
    ['breaks in the background', ['hides one', 'breaks first', 100_000], 'goes on'],
    ['breaks in the background, for longer than the lease', ['hides one', 'breaks first', 110_000], 'lost'],
    ['breaks with one tab in sight and one behind it', ['hides two', 'breaks first', 9000], 'lost'],
    ['breaks as the tab in sight is closed', ['hides two', 'leaves one', 'breaks first', 60_000], 'goes on'],
  ])('%s: %j: %s', async (_what, steps, expected) => {
    const browser = await browse()
    await browser.live(...steps)
    expect(await browser.end()).toBe(expected)
  })

  it('breaks leaves its account free for others after 5 s, and is told that it was out of reach', async () => {
    const browser = await browse()
    await browser.live('breaks first', 4900)
    expect([await browser.look(), await browser.claimElsewhere()]).toEqual(['signed in', 'turned away'])
    await browser.live(100)
    expect([await browser.look(), await browser.claimElsewhere()]).toEqual(['signed out', 'let in'])
    expect(await browser.end()).toBe('lost')
  })

  it('breaks stays signed in where it is to be remembered', async () => {
    const browser = await browse(true)
    await browser.live('breaks first', 500_000)
    expect(await browser.end()).toBe('goes on')
  })
})

/** A page as its script keeps it: it has been heard of, and its browser has opened the stream. */
const openPage = async (url: string) => {
  const account = await ostoja.newAccount(watch.tenantId, ['staff'])
  const visitor = createVisitor(url)
  await visitor.signIn(account)
  const html = (await visitor.get('/').set('Sec-Fetch-Mode', 'navigate')).text
  const fields = { _csrf: partOf(html, '_csrf'), _page: partOf(html, '_page'), _shown: '0' }
  const beat = () => visitor.agent.post('/sessions/heartbeat').type('form').send(fields)
  expect((await beat()).status).toBe(200)
  const asked = request(`${url}/sessions/stream`, {
    rejectUnauthorized: false,
    agent: new Agent(),
    headers: { Cookie: cookieOf(visitor) },
  }).end()
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  asked.on('error', () => undefined)
  const heard = { text: '', ended: false }
  answer.setEncoding('utf8')
  answer.on('data', (part: string) => (heard.text += part))
  answer.on('error', () => undefined)
  answer.on('close', () => (heard.ended = true))
  await until('the stream was ready', () => heard.text.includes('event: ready'))
  return { account, heard, leave: () => asked.destroy() }
}
const partOf = (html: string, name: string) => new RegExp(`name="${name}"\\s+value="([^"]+)"`).exec(html)?.[1] ?? ''
const cookieOf = (visitor: Visitor) =>
  visitor.agent.jar.getCookies({ domain: 'localhost', path: '/', secure: true, script: false } as never).toValueString()

describe('the server', () => {
  it('sees at once that the browser’s end of a stream is gone', async () => {
    const { account, leave } = await openPage(ostoja.url)
    leave()
    await until('the closing was heard of', async () => (await watch.held(account)).closing)
    ostoja.skip(9000)
    expect(await watch.isLive(account)).toBe(false)
  })

  it.each(['SIGTERM', 'SIGKILL'] as const)('that ends by %s signs nobody out', async signal => {
    const web = await startWebProcess(ostoja.config)
    const { account, heard } = await openPage(web.url)
    await web.end(signal)
    await until('the stream had ended', () => heard.ended)
    // The clock of that process is another one than this test's: what it left in Redis says whether anything will end.
    const { stream, closing, ended } = await watch.held(account)
    expect([typeof stream, closing, ended]).toEqual(['string', undefined, undefined])
  })

  it('tells the pages of a session that was ended, and of one that was taken over, at once', async () => {
    const { sessions } = ostoja.features
    for (const end of [
      (account: { id: number }) => sessions.end(key(account), 'administrator'),
      (account: { id: number }) =>
        sessions.claim(key(account), { ...claimant, device: 'other', session: 'x', policy: 'take-over' }),
    ]) {
      const { account, heard } = await openPage(ostoja.url)
      await end(account)
      await until('the stream had ended', () => heard.ended)
      expect(heard.text).toContain('event: over')
    }
  })
})
