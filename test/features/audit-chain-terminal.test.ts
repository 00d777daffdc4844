import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { codeOf } from '../../src/features/audit-chain/checkpoints.ts'
import { compare } from '../../src/features/backups/compare.ts'
import { manifestName } from '../../src/features/backups/index.ts'
import { systemActor } from '../../src/platform/actor.ts'
import { record } from '../../src/platform/audit/record.ts'
import { command, commandHere, environmentOf } from '../support/commands.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'

describe('the log’s chain at a terminal', () => {
  let ostoja: Ostoja
  let tenantId: string
  let owner: pg.Client
  let folder: string
  const chain = () => ostoja.features.auditChain
  const write = (count: number, tenant = tenantId) =>
    ostoja.platform.db.asTenant({ tenantId: tenant }, async trx => {
      for (let at = 0; at < count; at++) await record(trx, systemActor(tenant), 'client.viewed', `client-${at}`)
    })
  const audit = (...args: string[]) => commandHere(['audit', ...args], environmentOf(ostoja))
  const inFile = async (name: string, content: string): Promise<string> => {
    const file = join(folder, name)
    await writeFile(file, content)
    return file
  }
  const stored = async (name: string) => text((await ostoja.features.backups.store.read(name))!)
  const cutOff = (tenant: string) =>
    owner.query(
      `with gone as (delete from audit_seals where tenant_id = '${tenant}' and number =
          (select max(number) from audit_seals where tenant_id = '${tenant}') returning *)
       delete from audit_events where tenant_id = '${tenant}' and id in (select unnest(event_ids) from gone)`,
    )

  beforeAll(async () => {
    ostoja = await startOstoja({ backups: true })
    tenantId = await ostoja.newTenant()
    folder = await mkdtemp(join(tmpdir(), 'ostoja-checkpoints-'))
    owner = new pg.Client(ostoja.database.adminUrl)
    await owner.connect()
    await write(5)
    await chain().seal()
  })
  afterAll(async () => {
    await owner.end()
    await rm(folder, { recursive: true, force: true })
    await ostoja.close()
  })

  it('is verified in sentences, with a code', async () => {
    const changed = await ostoja.newTenant()
    await write(5, changed)
    await chain().seal()
    const said = await command(ostoja, ['audit', 'verify', '--tenant', changed])
    expect([said.code, said.output]).toEqual([0, expect.stringContaining('The log is as it was written.')])
    await owner.query(
      `update audit_events set action = 'x' where id = (select max(id) from audit_events where tenant_id = '${changed}')`,
    )
    const wrong = await command(ostoja, ['audit', 'verify', '--tenant', changed])
    expect([wrong.code, wrong.output, wrong.complaint]).toEqual([
      1,
      expect.stringMatching(/event \d+ was changed after it was sealed/),
      expect.stringContaining('1 findings'),
    ])
    expect(await audit('verify', '--tenant', 'nobody')).toMatchObject({
      code: 1,
      complaint: expect.stringContaining('There is no organisation') as string,
    })
  })

  it('is compared with a checkpoint in a file, in a backup’s manifest and in a letter; what was cut off is found by each', async () => {
    const cut = await ostoja.newTenant()
    await write(3, cut)
    await chain().seal()
    await write(3, cut)
    await chain().seal()
    await chain().anchoring.write()
    const checkpoint = await chain().anchoring.read()
    const letter = codeOf(checkpoint!.chains.find(each => each.tenantId === cut)!)
    const made = await ostoja.features.backups.makeNow()
    const against = [
      await inFile('checkpoint', await stored('audit-checkpoint.signed')),
      await inFile('manifest', await stored(manifestName(made.id))),
      letter,
    ]
    for (const each of against) {
      const said = await audit('verify', '--tenant', cut, '--against', each)
      expect([said.complaint, said.code, said.output]).toEqual([
        expect.any(String),
        0,
        expect.stringContaining('1 chains go on from where the checkpoint'),
      ])
    }
    await cutOff(cut)
    for (const each of against) {
      const said = await audit('verify', '--tenant', cut, '--against', each)
      expect([said.code, said.output]).toEqual([1, expect.stringContaining('the newest part was cut off')])
    }
  })

  it('says which checkpoint it cannot take: altered, of another installation, none at all', async () => {
    const signed = await stored('audit-checkpoint.signed')
    const altered = await inFile('altered', signed.replace(/"seals":\s*\d+/, '"seals":1234567'))
    expect(await readFile(altered, 'utf8')).not.toBe(signed)
    expect(await audit('verify', '--against', altered)).toMatchObject({
      code: 1,
      complaint: expect.stringContaining('altered or damaged') as string,
    })
    expect(await audit('verify', '--against', join(folder, 'nothing-there'))).toMatchObject({
      code: 1,
      complaint: expect.stringContaining('no such file') as string,
    })
  })

  it('takes the word that the database was brought back to an earlier moment, and only for what came after it', async () => {
    const back = await ostoja.newTenant()
    await write(3, back)
    await chain().seal()
    await write(3, back)
    await chain().seal()
    await chain().anchoring.write()
    const file = await inFile('before', await stored('audit-checkpoint.signed'))
    await cutOff(back)
    const verify = () => audit('verify', '--tenant', back, '--against', file)
    expect((await verify()).code).toBe(1)

    for (const [moment, complaint] of [
      ['yesterday', 'write a moment that is past'],
      [new Date(Date.now() + 3_600_000).toISOString(), 'write a moment that is past'],
    ] as const)
      expect(await audit('restored', moment)).toMatchObject({
        code: 1,
        complaint: expect.stringContaining(complaint) as string,
      })
    expect((await verify()).code).toBe(1)

    const hourAgo = new Date(Date.now() - 3_600_000).toISOString()
    expect(await command(ostoja, ['audit', 'restored', hourAgo])).toMatchObject({ code: 0 })
    const excused = await verify()
    expect([excused.code, excused.output]).toEqual([
      0,
      expect.stringContaining('newer than the backup that this database was restored from'),
    ])
  })

  it('makes a drill fail that finds another end of it than the manifest says', async () => {
    const made = await ostoja.features.backups.makeNow()
    const found = { ...made, rootKeys: [], peppers: [] }
    expect(() => compare(made, found)).not.toThrow()
    const [first, ...others] = made.auditChains
    const rewritten = { ...found, auditChains: [{ ...first!, head: '0'.repeat(64) }, ...others] }
    expect(() => compare(made, rewritten)).toThrow(first!.tenantId)
    expect(() => compare(made, { ...found, auditChains: others })).toThrow(first!.tenantId)
  })
})
