import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemActor } from '../../src/platform/actor.ts'
import { unlikely } from '../support/ostoja.ts'
import { until } from '../support/until.ts'
import { startOstojaWithMail, type OstojaWithMail } from '../support/ostoja-with-mail.ts'

let mail: OstojaWithMail['mail']
let ostoja: OstojaWithMail['ostoja']
let tenant: string
let close: OstojaWithMail['close']

beforeAll(async () => {
  ;({ mail, ostoja, tenant, close } = await startOstojaWithMail())
})
afterAll(() => close())

const rows = () => ostoja.features.db.asTenant({ tenantId: tenant }, trx => trx('former_addresses'))
const changeAddress = async (email: string, to: string | null) => {
  const { id } = await ostoja.newAccount(tenant, ['staff'], { email })
  const form = {
    givenName: 'Anna',
    familyName: 'Testowa',
    email: to,
    roles: ['staff' as const],
    language: 'en' as const,
  }
  const { revision } = await ostoja.features.accounts.find(systemActor(tenant), id)
  await ostoja.features.accounts.amend(systemActor(tenant), id, form, revision)
}
describe('an address that mail to an account no longer goes to', () => {
  it('is told so, by a letter that names nobody and not the new address, and is forgotten then', async () => {
    const [before, after] = [`${unlikely()}@example.org`, `${unlikely()}@example.org`]
    await changeAddress(before, after)
    const letter = await mail.mailTo(before)
    expect(letter.subject).toBe('Ostoja no longer sends email to this address')
    for (const told of ['Anna', 'Testowa', after, 'Test Shelter']) expect(letter.raw).not.toContain(told)
    expect((await mail.mailTo(after)).subject).toBe('You have a notice in Ostoja')
    await until('the address is forgotten', async () => (await rows()).length === 0)
  })

  it('is told as well where there is no new one', async () => {
    const before = `${unlikely()}@example.org`
    await changeAddress(before, null)
    await mail.mailTo(before)
  })

  it('waits sealed for its letter, a day at most', async () => {
    const before = `refused-${unlikely()}@example.org`
    await changeAddress(before, null)
    const [row] = (await rows()) as { mailbox_sealed: Buffer }[]
    expect(row!.mailbox_sealed.includes(before)).toBe(false)
    const { rows: jobs } = await ostoja.features.db.asTenant({ tenantId: tenant }, trx =>
      trx.raw(`select to_jsonb(j)::text as job from graphile_worker._private_jobs j`),
    )
    expect(JSON.stringify(jobs)).not.toContain(before)
    const sweep = ostoja.features.tasks['tenants.sweep'] as () => Promise<unknown>
    await sweep()
    expect(await rows()).toHaveLength(1)
    ostoja.skip(25 * 60 * 60_000)
    await sweep()
    expect(await rows()).toEqual([])
  })
})
