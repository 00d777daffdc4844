import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemActor } from '../../src/platform/actor.ts'
import { record } from '../../src/platform/audit/record.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'
import { rounds } from '../support/rounds.ts'
import { keepLog, tamperings } from '../support/tampering.ts'

describe('a log that whoever owns the database has changed', () => {
  let ostoja: Ostoja
  let tenantId: string
  let otherTenantId: string
  let owner: pg.Client

  beforeAll(async () => {
    ostoja = await startOstoja({ backups: true, worker: false })
    tenantId = await ostoja.newTenant()
    otherTenantId = await ostoja.newTenant()
    owner = new pg.Client(ostoja.database.adminUrl)
    await owner.connect()
    const { auditChain } = ostoja.features
    for (let batch = 0; batch < 7; batch++) {
      await ostoja.platform.db.asTenant({ tenantId }, async trx => {
        for (let at = 0; at < 4; at++)
          await record(
            trx,
            { ...systemActor(tenantId), accountId: at % 2 ? 5 : null },
            'client.viewed',
            at % 3 || undefined,
            {
              batch,
              at,
              ...(at % 2 ? { nothing: null } : {}),
            },
          )
      })
      await auditChain.seal()
    }
    await auditChain.anchor()
  })
  afterAll(async () => {
    await owner.end()
    await ostoja.close()
  })

  it('is found to be changed, whatever was done to it', async () => {
    const { auditChain } = ostoja.features
    const checkpoint = (await auditChain.anchoring.read())!
    const look = async () => {
      const of = [tenantId]
      const verified = await Promise.all(of.map(tenant => auditChain.verify(tenant)))
      const chains = checkpoint.chains.filter(chain => of.includes(chain.tenantId))
      const compared = await auditChain.comparing.compare(chains, new Date(checkpoint.at), null)
      return [...verified.flatMap(({ findings }) => findings), ...compared.findings]
    }
    expect(await look()).toEqual([])
    const putBack = await keepLog({ owner, tenantId, otherTenantId })
    const names = Object.keys(tamperings)
    const wanted = rounds({ soak: 1000, usual: names.length })
    const missed: string[] = []
    const seen = new Set<string>()
    let [made, found] = [0, 0]
    for (let round = 0; made < wanted || seen.size < names.length; round++) {
      const name = names[round % names.length]!
      const changed = await tamperings[name]!({ owner, tenantId, otherTenantId })
      if (changed > 0) {
        made += 1
        seen.add(name)
        if ((await look()).length > 0) found += 1
        else missed.push(name)
      }
      await putBack()
      if (round > 4 * wanted) throw new Error('the tamperings change nothing')
    }
    expect(missed).toEqual([])
    expect(found).toBe(made)
    expect(await look()).toEqual([])
  })
})
