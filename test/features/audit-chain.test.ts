import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sentenceOf } from '../../src/features/audit-chain/index.ts'
import { installationId, systemActor } from '../../src/platform/actor.ts'
import { record } from '../../src/platform/audit/record.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'

describe('the log’s chain', { timeout: 120_000 }, () => {
  let ostoja: Ostoja
  let tenantId: string
  let owner: pg.Client
  const chain = () => ostoja.features.auditChain
  const write = (count: number, tenant = tenantId) =>
    ostoja.platform.db.asTenant({ tenantId: tenant }, async trx => {
      for (let at = 0; at < count; at++)
        await record(trx, systemActor(tenant), 'client.viewed', `client-${at}`, { page: at, nothing: null })
    })
  const found = async (tenant = tenantId) => (await chain().verify(tenant)).findings.map(sentenceOf)

  beforeAll(async () => {
    ostoja = await startOstoja({ backups: true })
    tenantId = await ostoja.newTenant()
    owner = new pg.Client(ostoja.database.adminUrl)
    await owner.connect()
  }, 120_000)
  afterAll(async () => {
    await owner.end()
    await ostoja.close()
  })

  it('holds every event that was committed, once, and says how many are not sealed yet', async () => {
    await write(30)
    expect((await chain().verify(tenantId)).waiting).toBeGreaterThan(29)
    await chain().seal()
    const { events, waiting, findings } = await chain().verify(tenantId)
    const { rows } = await owner.query<{ count: string }>(
      'select count(*) as count from audit_events where tenant_id = $1',
      [tenantId],
    )
    expect([events, waiting, findings]).toEqual([Number(rows[0]!.count), 0, []])
    expect(await found(installationId)).toEqual([])
  })

  it('takes in what commits late and has an earlier number, and no gap of a rolled back one', async () => {
    const { db } = ostoja.platform
    let commit = () => {}
    const held = new Promise<void>(resolve => (commit = resolve))
    let written = () => {}
    const isWritten = new Promise<void>(resolve => (written = resolve))
    const late = db.asTenant({ tenantId }, async trx => {
      await record(trx, systemActor(tenantId), 'client.viewed', 'late')
      await trx.raw('select 1')
      written()
      await held
    })
    await isWritten
    await db
      .asTenant({ tenantId }, async trx => {
        await record(trx, systemActor(tenantId), 'client.viewed', 'never')
        throw new Error('taken back')
      })
      .catch(() => undefined)
    await write(5)
    expect(await chain().seal()).toBeGreaterThanOrEqual(5)
    commit()
    await late
    expect(await chain().seal()).toBeGreaterThanOrEqual(1)
    expect(await found()).toEqual([])
  })

  it('stays right when a column is added to the log', async () => {
    await owner.query('alter table audit_events add column "Added later" text')
    await write(3)
    await owner.query(`update audit_events set "Added later" = 'x' where id = (select max(id) from audit_events)`)
    await chain().seal()
    expect(await found()).toEqual([])
    await owner.query(`update audit_events set "Added later" = 'y' where id = (select max(id) from audit_events)`)
    expect(await found()).toEqual([expect.stringContaining('was changed after it was sealed')])
    await owner.query(`update audit_events set "Added later" = 'x' where id = (select max(id) from audit_events)`)
  })
})
