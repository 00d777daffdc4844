import pg from 'pg'
import { systemActor } from '../src/platform/actor.ts'
import { record } from '../src/platform/audit/record.ts'
import type { Ground } from './ground.ts'
import type { Options } from './options.ts'
import type { Report } from './report.ts'
import type { Process } from './world.ts'

const writers = 50

/** Writing events by 50 at full speed, sealed by a worker meanwhile, against the same without notes and sealer; and how fast a chain is sealed and verified. */
export const measureAudit = async (ground: Ground, worker: Process, options: Options, report: Report) => {
  const { world } = ground
  const admin = new pg.Client(ground.database.adminUrl)
  await admin.connect()
  try {
    await world.end(worker.child)
    const rates = { without: [] as number[], sealed: [] as number[] }
    for (let round = 0; round < options.rounds; round++) {
      await admin.query('alter table audit_events disable trigger audit_events_noted')
      rates.without.push(await eventsASecond(ground, options.seconds))
      await admin.query('alter table audit_events enable trigger audit_events_noted')
      const sealing = await world.worker()
      await begun(ground)
      rates.sealed.push(await eventsASecond(ground, options.seconds))
      await world.end(sealing.child)
    }
    report.fact('audit: events a second without a chain', Math.round(middle(rates.without)))
    report.fact('audit: events a second, sealed meanwhile', Math.round(middle(rates.sealed)))
    report.atLeast(
      'Writing into the log: sealed against the same without',
      middle(rates.sealed) / middle(rates.without),
      0.8,
    )
    await sealAndVerify(ground, admin, options, report)
  } finally {
    await admin.end()
  }
}

const eventsASecond = async ({ world, tenantId }: Ground, seconds: number): Promise<number> => {
  const actor = systemActor(tenantId)
  const from = performance.now()
  const end = from + seconds * 1000
  let written = 0
  const write = async () => {
    while (performance.now() < end) {
      await world.platform.db.asTenant(actor, trx => record(trx, actor, 'client.viewed', 'bench'))
      written += 1
    }
  }
  await Promise.all(Array.from({ length: writers }, write))
  return written / ((performance.now() - from) / 1000)
}

/** Waits until the worker seals. */
const begun = async ({ world, tenantId }: Ground) => {
  const actor = systemActor(tenantId)
  await world.platform.db.asTenant(actor, trx => record(trx, actor, 'client.viewed', 'bench'))
  while ((await world.features.auditChain.standing()).waiting > 0)
    await new Promise(resolve => setTimeout(resolve, 100))
}

const sealAndVerify = async ({ world }: Ground, admin: pg.Client, { clients }: Options, report: Report) => {
  const { auditChain, tenants } = world.features
  const count = clients * 10
  const tenantId = await tenants.create('Benchmark of the log', 'pl')
  await admin.query(
    `insert into audit_events (tenant_id, action, account_id, subject_id, detail)
     select '${tenantId}', 'client.viewed', n % 40, gen_random_uuid(), jsonb_build_object('page', n) from generate_series(1, ${count}) n`,
  )
  await admin.query('vacuum analyze audit_events, audit_unsealed')
  const sealFrom = performance.now()
  const sealed = await auditChain.seal()
  report.fact('audit: events sealed a second, a backlog', Math.round(sealed / ((performance.now() - sealFrom) / 1000)))
  const from = performance.now()
  const { events, findings } = await auditChain.verify(tenantId)
  const seconds = (performance.now() - from) / 1000
  if (findings.length > 0) throw new Error('the chain does not verify')
  report.fact('audit: events verified', events)
  report.fact('audit: events verified a second', Math.round(events / seconds))
  report.atMost('Verifying 10,000,000 events at that rate', (10_000_000 / events) * (seconds / 60), 10, 'min')
}

const middle = (values: readonly number[]) =>
  [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)]!
