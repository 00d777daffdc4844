import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listenForMetrics } from '../../src/http/metrics-listener.ts'
import { sayMoments } from '../../src/platform/i18n/moments.ts'
import { installationId } from '../../src/platform/actor.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'

describe('when the log was sealed last', () => {
  let ostoja: Ostoja
  let metrics: Awaited<ReturnType<typeof listenForMetrics>>
  let officer: Awaited<ReturnType<Ostoja['signedIn']>>
  beforeAll(async () => {
    ostoja = await startOstoja({ worker: false })
    metrics = await listenForMetrics(ostoja.platform.metrics, { host: '127.0.0.1', port: 0 })
    officer = await ostoja.signedIn(await ostoja.newTenant(), ['security_officer'])
  })
  afterAll(async () => {
    await metrics.close()
    await ostoja.close()
  })
  const shown = async () => (await officer.get('/log')).text
  const waiting = async () => Number(/(\d+) entr(?:y is|ies are) waiting to be sealed/.exec(await shown())?.[1] ?? 0)
  const collected = async () => (await fetch(`http://127.0.0.1:${metrics.port}/metrics`)).text()
  const system = async () => {
    ostoja.skip(6000) // what is shown of the system is kept for five seconds
    return (await (await ostoja.signedIn(installationId, ['operator'])).get('/system')).text
  }

  it('stands on the log, with how many of the organisation’s own entries wait', async () => {
    expect(await shown()).toContain('Nothing has been sealed yet')
    const before = await waiting()
    expect(before).toBeGreaterThan(0)
    await ostoja.newAccount(installationId, ['operator'])
    const other = await ostoja.newTenant()
    await ostoja.newAccount(other, ['staff'])
    expect((await waiting()) - before).toBeLessThan(5)

    const from = Date.now()
    await ostoja.features.auditChain.seal()
    const page = await shown()
    const { at } = await ostoja.features.auditChain.sealedOf({ tenantId: officer.account.tenantId })
    expect(at!.getTime()).toBeGreaterThanOrEqual(from)
    expect(page).toContain(`Last sealed ${sayMoments('en', 'Europe/Warsaw').short(at!)}`)
  })

  it('stands at the desk and in the metrics, over all organisations', async () => {
    await ostoja.features.auditChain.seal()
    expect(await system()).toMatch(/Last sealed \S.*; entries waiting: \d+/)
    expect(await collected()).toMatch(/^ostoja_audit_age_seconds\{kind="sealed"\} [\d.]+$/m)
    expect(await collected()).toMatch(/^ostoja_audit_seal_lag_seconds [\d.]+$/m)
    expect(await collected()).toMatch(/^ostoja_audit_unsealed \d+$/m)
  })

  it('is said beside the lag where nobody seals any more', async () => {
    await ostoja.newTenant()
    const owner = new pg.Client(ostoja.database.adminUrl)
    await owner.connect()
    await owner.query(`update audit_unsealed set at = now() - interval '9 minutes 30 seconds'`)
    await owner.end()
    expect(await system()).toMatch(/Sealing is 10 min behind: last sealed \S.*, entries waiting: \d+/)
    expect(Number(/^ostoja_audit_seal_lag_seconds (.*)$/m.exec(await collected())?.[1])).toBeGreaterThan(560)
    expect(await collected()).toContain('ostoja_health{part="chain"} 0')
    const desk = await ostoja.signedIn(installationId, ['operator'])
    expect((await desk.get('/')).text).toContain('The audit log chain needs attention')
  })
})
