import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listenForMetrics } from '../../src/http/metrics-listener.ts'
import { installationId } from '../../src/platform/actor.ts'
import { OperatorFault } from '../../src/platform/errors.ts'
import { startOstoja, unlikely, type Ostoja } from '../support/ostoja.ts'

let ostoja: Ostoja
let listener: Awaited<ReturnType<typeof listenForMetrics>>

beforeAll(async () => {
  ostoja = await startOstoja()
  listener = await listenForMetrics(ostoja.platform.metrics, { host: '127.0.0.1', port: 0 })
})
afterAll(async () => {
  await listener.close()
  await ostoja.close()
})

const at = (path: string, method = 'GET') => fetch(`http://127.0.0.1:${listener.port}${path}`, { method })
const collected = async () => (await at('/metrics')).text()
const valueOf = (text: string, series: string): number | undefined => {
  const line = text.split('\n').find(found => found.startsWith(`${series} `))
  return line === undefined ? undefined : Number(line.slice(series.length + 1))
}
/** The names in a text of Prometheus' query language, without its functions, words and labels. */
const namesIn = (query: string) => query.match(/\b(?:ostoja|nodejs|process)_[a-z0-9_]+/g) ?? []

describe('metrics', () => {
  it('count requests by the pattern of their route, and of nobody anything else', async () => {
    const name = unlikely('Przystan')
    const tenantId = await ostoja.newTenant(name)
    const staff = await ostoja.signedIn(tenantId, ['staff'])
    const answer = await staff.post('/searches', { query: 'zzunlikely' })
    await staff.get(String(answer.headers.location))
    await staff.get('/zzunlikely-address')
    await staff.get('/clients/00000000-0000-4000-8000-000000000000')
    const text = await collected()
    const count = (method: string, route: string, status: number) =>
      valueOf(
        text,
        `ostoja_http_request_duration_seconds_count{method="${method}",route="${route}",status="${status}"}`,
      )
    expect(count('POST', '/searches', 303)).toBe(1)
    expect(count('GET', '/searches/:searchId', 200)).toBe(1)
    expect(count('GET', '/clients/:clientId', 404)).toBe(1)
    expect(count('GET', 'none', 404)).toBe(1)
    expect(valueOf(text, 'ostoja_search_duration_seconds_count')).toBe(1)
    for (const secret of [name, tenantId, installationId, 'zzunlikely', staff.account.login, '00000000-0000-4000'])
      expect([secret, text.includes(secret)]).toEqual([secret, false])
  })

  it('tell of sessions, jobs, keys, health, processes, connections and passwords as they are', async () => {
    const tenantId = await ostoja.newTenant()
    const before = valueOf(await collected(), 'ostoja_sessions')!
    const staff = await ostoja.signedIn(tenantId, ['staff'])
    expect(valueOf(await collected(), 'ostoja_sessions')).toBe(before + 1)
    await staff.post('/sign-out')
    const text = await collected()
    expect(valueOf(text, 'ostoja_sessions')).toBe(before)
    expect(valueOf(text, 'ostoja_jobs{state="failed"}')).toBe(0)
    expect(valueOf(text, 'ostoja_job_queue_lag_seconds')).toBeGreaterThanOrEqual(0)
    expect(valueOf(text, 'ostoja_key_age_seconds{kind="data"}')).toBeLessThan(600)
    expect(valueOf(text, 'ostoja_health{part="postgres"}')).toBe(1)
    expect(valueOf(text, 'ostoja_processes{role="worker"}')).toBe(1)
    expect(valueOf(text, 'ostoja_tenants{state="open"}')).toBeGreaterThan(0)
    expect(valueOf(text, 'ostoja_database_connections{state="used"}')).toBeGreaterThanOrEqual(0)
    expect(valueOf(text, 'ostoja_password_hashings{state="waiting"}')).toBe(0)
    expect(valueOf(text, 'nodejs_eventloop_lag_p99_seconds')).toBeGreaterThan(0)
  })

  it('that cannot be asked for are left out, counted, and hide no others', async () => {
    ostoja.platform.metrics.add({
      name: 'ostoja_broken_for_this_test',
      help: 'Fails.',
      ask: () => Promise.reject(new Error('gone')),
    })
    await collected()
    const text = await collected() // the failures of the time before
    expect(text).not.toMatch(/^ostoja_broken_for_this_test /m)
    expect(valueOf(text, 'ostoja_metrics_failures_total{metric="ostoja_broken_for_this_test"}')).toBeGreaterThan(0)
    expect(valueOf(text, 'ostoja_health{part="redis"}')).toBe(1)
  })

  it('have names that every alert and every panel knows, and alerts for what the desk shows in red', async () => {
    const text = await collected()
    const known = new Set(
      [...text.matchAll(/^# TYPE (\S+) (\S+)/gm)].flatMap(([, name, type]) =>
        type === 'histogram' ? [`${name}_bucket`, `${name}_count`, `${name}_sum`] : [name!],
      ),
    )
    const alerts = readFileSync('deploy/prometheus/alerts.yml', 'utf8')
    const dashboard = JSON.parse(readFileSync('deploy/grafana/ostoja.json', 'utf8')) as {
      panels: { targets: { expr: string }[] }[]
    }
    const expressions = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr))
    for (const [where, query] of [
      ['alerts', alerts.replace(/^#.*$/gm, '')],
      ['dashboard', expressions.join('\n')],
    ] as const) {
      const named = namesIn(query)
      expect(named.length).toBeGreaterThan(8)
      expect([where, named.filter(name => !known.has(name))]).toEqual([where, []])
    }
    const parts = new Set([...text.matchAll(/^ostoja_health\{part="(\w+)"\}/gm)].map(match => match[1]))
    expect([...parts]).toEqual(expect.arrayContaining(['postgres', 'redis', 'exports']))
  })

  it('stand on their own port, where there is nothing else; the pages do not show them', async () => {
    expect((await at('/')).status).toBe(404)
    expect((await at('/metrics', 'POST')).status).toBe(404)
    expect((await ostoja.visitor().get('/metrics')).status).toBe(404)
    const again = listenForMetrics(ostoja.platform.metrics, { host: '127.0.0.1', port: listener.port })
    await expect(again).rejects.toThrow(OperatorFault)
  })
})
