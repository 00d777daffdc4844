import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { installationId } from '../../src/platform/actor.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'
import { until } from '../support/until.ts'

type Line = { msg: string; requestId?: string; jobId?: string; task?: string; req?: { id: string }; route?: string }

let ostoja: Ostoja
const lines: Line[] = []

beforeAll(async () => {
  ostoja = await startOstoja({
    env: { LOG_LEVEL: 'info' },
    logTo: { write: text => void lines.push(JSON.parse(text) as Line) },
  })
})
afterAll(() => ostoja.close())

describe('the request id', () => {
  it('stands in every line of a request and on its error page', async () => {
    const staff = await ostoja.signedIn(await ostoja.newTenant(), ['staff'])
    lines.length = 0
    const page = (await staff.get('/nothing-here')).text
    const [, shown] = /Reference: ([0-9a-f-]{36})/.exec(page)!
    await until('the request stands in the log', () => lines.some(line => line.requestId === shown))
    for (const line of lines) expect([line.msg, line.requestId]).toEqual([line.msg, expect.any(String)])
  })

  for (const [role, searches] of [
    ['staff', true],
    ['security_officer', true],
    ['administrator', false],
    ['operator', false],
  ] as const)
    it(`stands on a page that sends ${role} to the search box only if there is one`, async () => {
      const tenant = role === 'operator' ? installationId : await ostoja.newTenant()
      const page = (await (await ostoja.signedIn(tenant, [role])).get('/nothing-here')).text
      expect([page.includes('action="/searches"'), page.includes('start from the search')]).toEqual([
        searches,
        searches,
      ])
    })

  it('stands in lines that a feature writes after reading a form, and after many waits', async () => {
    const administrator = await ostoja.signedIn(await ostoja.newTenant(), ['administrator'])
    const { settings } = ostoja.features
    const { change } = settings
    settings.change = async (...parts) => {
      await change(...parts)
      await ostoja.platform.redis.ping()
      throw new Error('as if the database had gone')
    }
    lines.length = 0
    const fields = { autoLogoutMinutes: 11, secondSignIn: 'block', passwordMinimum: 8 }
    const answer = await administrator.post('/settings', fields, '/settings')
    settings.change = change
    const [, shown] = /Reference: ([0-9a-f-]{36})/.exec(answer.text)!
    const failed = lines.find(line => line.msg === 'a request failed')
    expect(failed?.requestId).toBe(shown)
    expect(JSON.stringify(failed)).not.toContain('as if the database')
  })

  it('goes with the jobs that the request asks for, into each of their lines', async () => {
    const operator = await ostoja.signedIn(installationId, ['operator'])
    await operator.get('/keys')
    lines.length = 0
    await operator.post('/keys/data/rotate', {}, '/keys')
    const asked = () => lines.find(line => line.route === '/keys/:keyKind/rotate')
    const done = () => lines.filter(line => line.jobId && line.task?.startsWith('keys.'))
    await until('a job of it is done', () => done().length > 0)
    await until('the request stands in the log', asked)
    expect(new Set(done().map(line => line.requestId))).toEqual(new Set([asked()!.requestId]))
  })
})
