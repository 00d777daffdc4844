import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { installationId, systemActor } from '../../src/platform/actor.ts'
import { record } from '../../src/platform/audit/record.ts'
import { startMailServer, type MailServer } from '../support/mail-server.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'

describe('operators whose log was changed by hand', () => {
  let ostoja: Ostoja
  let mail: MailServer
  beforeAll(async () => {
    mail = await startMailServer()
    ostoja = await startOstoja({ backups: true, worker: false, env: mail.settings })
    await ostoja.newAccount(installationId, ['operator'], { email: 'operator@shelter.test' })
  })
  afterAll(async () => {
    await ostoja.close()
    await mail.close()
  })
  const letters = () => mail.mails.filter(({ to }) => to === 'operator@shelter.test')

  it('are told at once, at the next attempt where the mail server refuses, and then once a day', async () => {
    const tenantId = await ostoja.newTenant('Schronisko Przystań')
    const { auditChain, db } = ostoja.features
    await db.asTenant({ tenantId }, trx => record(trx, systemActor(tenantId), 'client.viewed', 'client-1', {}))
    await auditChain.seal()
    await auditChain.verifyNewest()
    expect(letters()).toEqual([])

    const owner = new pg.Client(ostoja.database.adminUrl)
    await owner.connect()
    await owner.query('begin; set local session_replication_role = replica')
    await owner.query(`update audit_events set action = 'client.listed' where tenant_id = $1`, [tenantId])
    await owner.query('commit')
    await owner.end()

    mail.refuseOnce()
    await expect(auditChain.verifyNewest()).rejects.toThrow()
    expect(letters()).toEqual([])
    await auditChain.verifyNewest()
    await auditChain.verifyNewest()
    expect(letters()).toHaveLength(1)
    const { subject, text, raw } = letters()[0]!
    for (const words of [tenantId, 'Przystań', 'client-1']) expect([subject, text, raw].join()).not.toContain(words)

    ostoja.skip(24 * 60 * 60_000)
    await auditChain.verifyNewest()
    expect(letters()).toHaveLength(2)
  })
})
