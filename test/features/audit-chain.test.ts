import { spawn } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createFeatures, createPlatform } from '../../src/composition.ts'
import { readCode, sentenceOf } from '../../src/features/audit-chain/index.ts'
import { installationId, systemActor } from '../../src/platform/actor.ts'
import { record } from '../../src/platform/audit/record.ts'
import { quick } from '../support/key-turner.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'
import { follow, root } from '../support/processes.ts'
import { rounds } from '../support/rounds.ts'
import { until } from '../support/until.ts'

describe('the log’s chain', () => {
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
    ostoja = await startOstoja({ backups: true, pace: quick })
    tenantId = await ostoja.newTenant()
    owner = new pg.Client(ostoja.database.adminUrl)
    await owner.connect()
  })
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

  it('loses and doubles nothing while many write at full speed and the sealer is killed', async () => {
    const { db } = ostoja.platform
    const tenant = await ostoja.newTenant()
    const going = { on: true }
    let written = 0
    const writers = Array.from({ length: rounds({ soak: 50, usual: 10 }) }, async () => {
      while (going.on) {
        await db.asTenant({ tenantId: tenant }, trx => record(trx, systemActor(tenant), 'client.viewed', 'somebody'))
        written += 1
      }
    })
    try {
      for (let kills = 0; kills < rounds({ soak: 20, usual: 2 }); kills++) {
        const sealer = follow(
          spawn(process.execPath, [`${root}test/support/sealer.ts`, JSON.stringify(ostoja.config)], {
            stdio: ['ignore', 'pipe', 'pipe'],
          }),
        )
        // In the middle of one of its first seals, each time another.
        await until('it has sealed', () => sealer.output().includes('sealed'))
        await pause(kills * 7)
        await sealer.end('SIGKILL')
      }
    } finally {
      going.on = false
    }
    await Promise.all(writers)
    const before = await chain().verify(tenant)
    expect(before.findings).toEqual([])
    expect(before.events).toBeGreaterThan(0)
    await chain().seal()
    const { events, waiting, findings } = await chain().verify(tenant)
    const { rows } = await owner.query<{ count: string }>(
      'select count(*) as count from audit_events where tenant_id = $1',
      [tenant],
    )
    expect([events, waiting, findings]).toEqual([Number(rows[0]!.count), 0, []])
    expect(events).toBeGreaterThanOrEqual(written)
  })

  it('verifies under a root key that has turned', async () => {
    const { encryptionKeys } = ostoja.features
    expect(await encryptionKeys.rotateRoot(() => undefined)).toBeGreaterThan(0)
    await encryptionKeys.dropUnused({ atOnce: true })
    const later = createFeatures(await createPlatform(ostoja.config))
    try {
      await write(2)
      await later.auditChain.seal()
      const { findings, events } = await later.auditChain.verify(tenantId)
      expect([findings, events > 30]).toEqual([[], true])
    } finally {
      await later.platform.close()
    }
  })

  it('is anchored in the store, and does not cover what was cut off by a newer checkpoint', async () => {
    await write(3)
    await chain().seal()
    expect(await chain().anchoring.anchor()).toEqual([])
    await owner.query(
      `with gone as (delete from audit_seals where tenant_id = '${tenantId}' and number =
          (select max(number) from audit_seals where tenant_id = '${tenantId}') returning *),
          kept as (select * from gone)
       delete from audit_events where tenant_id = '${tenantId}' and id in (select unnest(event_ids) from gone)`,
    )
    expect(await found()).toEqual([])
    expect((await chain().anchoring.anchor()).map(sentenceOf)).toEqual([
      expect.stringContaining('the newest part was cut off'),
    ])
    await chain().verifyNewest()
    expect(await chain().standing()).toMatchObject({ findings: ['cut-off: 1'] })
    expect(await chain().probe()).toMatchObject({ health: 'wrong', note: 'installation:note.chain.findings' })

    await chain().noteRestored(new Date(Date.now() - 3_600_000))
    const checkpoint = (await chain().anchoring.read())!
    expect(await chain().anchoring.compare(checkpoint)).toMatchObject({ findings: [], restored: [{ tenantId }] })
    expect(await chain().anchoring.anchor()).toEqual([])
    await chain().verifyNewest()
    expect(await chain().standing()).toMatchObject({ findings: [] })
  })

  it('takes the end of the chain out of a backup’s manifest and out of a letter', async () => {
    await chain().seal()
    const made = await ostoja.features.backups.makeNow()
    const end = made.auditChains.find(chain => chain.tenantId === tenantId)!
    const same = { findings: [], restored: [], tooOld: [] }
    expect(await chain().comparing.compare(made.auditChains, new Date(made.madeAt), null)).toEqual(same)
    const code = `${end.seals}-${end.head.slice(0, 32)}`
    expect(await chain().comparing.compare([{ tenantId, ...readCode(code)! }], null, null)).toEqual(same)
    const wrong = readCode(`${end.seals}-${'0'.repeat(32)}`)!
    expect((await chain().comparing.compare([{ tenantId, ...wrong }], null, null)).findings).toMatchObject([
      { kind: 'rewritten', seal: end.seals },
    ])
  })

  it('goes on from a stub once its beginning is older than the organisation keeps it', async () => {
    const old = await ostoja.newTenant()
    await owner.query(
      `insert into audit_events (tenant_id, at, action) select '${old}', now() - interval '7 years', 'client.viewed' from generate_series(1, 1500)`,
    )
    await owner.query(`update audit_events set at = now() - interval '8 years' where tenant_id = '${old}'`)
    await chain().seal()
    await write(5, old)
    await chain().seal()
    expect(await found(old)).toEqual([])
    const before = await chain().verify(old)
    const asApp = (sql: string) => ostoja.platform.db.asTenant({ tenantId: old }, trx => trx.raw(sql))
    await expect(asApp('select remove_sealed_events(1)')).rejects.toThrow('no stub vouches')
    await expect(asApp('delete from audit_seals')).rejects.toThrow('permission denied')
    expect(await chain().removeDue()).toBe(before.events - 5)
    await chain().seal()
    const after = await chain().verify(old)
    expect(after).toMatchObject({ findings: [], removed: before.events - 5, events: 6 })
    expect(await chain().removeDue()).toBe(0)
    const beginning = { tenantId: old, seals: 1, head: '0'.repeat(64) }
    expect((await chain().comparing.compare([beginning], null, null)).tooOld).toEqual([old])
    await owner.query(`delete from audit_seals where tenant_id = '${old}' and kind = 'removed'`)
    expect(await found(old)).toContainEqual(expect.stringContaining('seals are missing'))
  })

  it('keeps what is younger than that, whatever stub somebody with the program’s login writes', async () => {
    const young = await ostoja.newTenant()
    const setYears = (years: number) => owner.query('update tenants set audit_years = $1 where id = $2', [years, young])
    await write(3, young)
    // One day short of the two years that it is kept.
    await owner.query(
      `insert into audit_events (tenant_id, at, action) select '${young}', now() - interval '2 years' + interval '1 day', 'client.viewed'`,
    )
    await chain().seal()
    const removeBy = (through: number) =>
      ostoja.platform.db.asTenant({ tenantId: young }, async trx => {
        const stub = { through, head: '00', events: 4 }
        await trx.raw(
          `insert into audit_seals (tenant_id, number, kind, first, count, event_ids, macs, detail, key_id, sealed_at, head)
           values (?, 9, 'removed', 5, 0, '{}', '', ?, 1, now(), '')`,
          [young, JSON.stringify(stub)],
        )
        const { rows } = await trx.raw<{ rows: { removed: string }[] }>('select remove_sealed_events(9) as removed')
        return Number(rows[0]!.removed)
      })
    await setYears(2)
    await expect(removeBy(2)).rejects.toThrow('events are to be kept longer than that')
    await setYears(1)
    await expect(removeBy(2)).rejects.toThrow('events are to be kept longer than that')
    await expect(removeBy(9)).rejects.toThrow('no stub vouches')
    expect(await chain().removeDue()).toBe(0)
    expect(await chain().verify(young)).toMatchObject({ findings: [], removed: 0 })
  })

  it('goes on after its organisation was destroyed', async () => {
    const doomed = await ostoja.newTenant()
    await write(5, doomed)
    await chain().seal()
    await ostoja.features.erasures.destroyTenant(doomed)
    await chain().seal()
    const { events, findings, waiting } = await chain().verify(doomed)
    expect([findings, waiting, events > 5]).toEqual([[], 0, true])
  })
})
