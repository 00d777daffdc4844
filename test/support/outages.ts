import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Trx } from '../../src/platform/db/tenant.ts'
import { enqueue } from '../../src/platform/jobs/jobs.ts'
import { formsIn } from './forms.ts'
import { startOstoja, unlikely, type Ostoja } from './ostoja.ts'
import { startOwnService, waysToGo, type OwnService, type ServiceName } from './own-services.ts'
import { until } from './until.ts'
import type { Visitor } from './visitor.ts'

/** Short, so that tests of frozen servers are; long enough for a busy machine. */
const silence = { postgres: { silentMs: 500, answerMs: 2000 }, redisMs: 2000 }

const ready = (visitor: Visitor) =>
  until('everything answers again', async () => (await visitor.get('/health/ready')).status === 200)

/** What people and pages are told while a service is away, however it went, and that all goes on when it is back. */
export const describeOutages = (name: ServiceName) => {
  let service: OwnService
  let ostoja: Ostoja
  let tenant: string

  beforeAll(async () => {
    service = await startOwnService(name)
    ostoja = await startOstoja({ env: service.env, silence })
    tenant = await ostoja.newTenant()
  })
  afterAll(async () => {
    await ostoja.close()
    await service.close()
  })

  const readerOf = async (language: 'en' | 'pl') => {
    const account = await ostoja.newAccount(tenant, ['staff', 'administrator'], { language })
    const visitor = ostoja.visitor()
    await visitor.signIn(account)
    await visitor.get('/clients')
    return { visitor, account }
  }
  const clientForm = async (visitor: Visitor) => {
    const form = formsIn((await visitor.get('/clients/new')).text).find(({ action }) => action === '/clients')!
    const familyName = unlikely('Zagubiona')
    return { familyName, sent: { gender: 'unknown', ...form.hidden, givenNames: 'Lucyna', familyName } }
  }
  const send = (visitor: Visitor, action: string, fields: object) =>
    visitor.agent.post(action).type('form').set('Accept-Language', 'en').send(fields)
  const found = async (visitor: Visitor, text: string) => (await visitor.get('/clients')).text.split(text).length - 1

  describe.each(waysToGo)(`while ${name === 'redis' ? 'Redis' : 'PostgreSQL'} is %s`, way => {
    it('says so in the language of the reader, keeps what was typed, and saves it once when sent again', async () => {
      const [{ visitor }, { visitor: polish }] = [await readerOf('en'), await readerOf('pl')]
      const { familyName, sent } = await clientForm(visitor)
      const password = unlikely('Secret-1-')
      await service.takeAway(way)
      const answer = await send(visitor, '/clients', { ...sent, password })
      const page = await polish.get('/clients')
      const stranger = await ostoja.visitor().get('/sign-in')
      const readiness = await visitor.get('/health/ready')
      const beat = await send(visitor, '/sessions/heartbeat', sent)
      const live = await visitor.get('/health/live')
      const asset = /href="(\/assets\/app[^"]+)"/.exec(page.text)![1]!
      const style = await visitor.get(asset)
      await service.bringBack()
      await ready(visitor)

      for (const { status } of [answer, page, readiness]) expect(status, way).toBe(503)
      for (const { headers } of [answer, page]) expect(headers['retry-after']).toMatch(/^\d+$/)
      expect(page.text).toContain('Ostoja jest chwilowo niedostępna')
      expect(page.text).toContain('lang="pl"')
      expect(answer.text).toContain('Nothing was saved')
      expect(answer.text).not.toContain(password)
      expect([200, 503]).toContain(stranger.status) // Redis is not needed to ask who somebody is
      // Redis alone knows whether a session goes on: its page must not be told that it is over.
      expect([200, 422, 503]).toContain(beat.status)
      if (name === 'redis') expect(beat.body).toEqual({ unavailable: true })
      expect([live.status, style.status]).toEqual([200, 200])
      expect((readiness.body as { checks: object }).checks).toMatchObject(
        name === 'redis' ? { redis: false, database: true } : { redis: true, database: false },
      )

      const again = formsIn(answer.text).find(({ action }) => action === '/clients')!
      expect(again.hidden).toMatchObject(sent)
      expect((await send(visitor, '/clients', again.hidden)).status).toBe(303)
      expect(await found(visitor, familyName)).toBeGreaterThan(0)
      expect((await visitor.get('/drafts')).text).not.toContain('href="/drafts/')
      const events = await ostoja.features.db.asTenant({ tenantId: tenant }, trx =>
        trx('audit_events').where({ action: 'client.created' }).count(),
      )
      expect(events).toEqual([{ count: String(waysToGo.indexOf(way) + 1) }])
    })
  })

  it('works off jobs afterwards as before', async () => {
    const jobs = (trx: Trx) => trx('graphile_worker._private_jobs').select('id')
    await ostoja.features.db.asTenant({ tenantId: tenant }, trx =>
      enqueue(trx, 'tenants.measure', { tenantId: tenant }),
    )
    await until(
      'the job is done',
      async () => (await ostoja.features.db.asTenant({ tenantId: tenant }, jobs)).length === 0,
    )
  })
}
