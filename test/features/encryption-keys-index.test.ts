import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { installationId } from '../../src/platform/actor.ts'
import { turnUnderKills } from '../support/key-turner.ts'
import { startKeysAtWork, type KeysAtWork } from '../support/keys-at-work.ts'
import { createPeople } from '../support/people-at-work.ts'

let ostoja: KeysAtWork['ostoja']
let other: KeysAtWork['other']
let admin: KeysAtWork['admin']
let actor: KeysAtWork['actor']
let close: KeysAtWork['close']

beforeAll(async () => {
  ;({ ostoja, other, admin, actor, close } = await startKeysAtWork())
})
afterAll(() => close())

const keyOf = async (tenantId: string) => {
  const [tenant] = (await ostoja.features.encryptionKeys.status(tenantId)).tenants
  return tenant!.keys.filter(key => key.purpose === 'index')
}

describe('an index key that turns while people work', () => {
  it('survives 20 kills: everybody is found at every moment, no file number is given twice, and the old keys have no use left', async () => {
    // Each side reads and writes with keys that it has cached by itself.
    const people = await createPeople(ostoja, actor, [ostoja.features, other.features], 120)
    const kills = await turnUnderKills(ostoja, 'index', { tenantId: actor.tenantId, kills: 20 })
    await people.stop()

    expect(people.faults).toEqual([])
    expect(people.done.searches).toBeGreaterThan(50)
    expect(people.done.writes).toBeGreaterThan(50)
    expect(kills).toBeGreaterThan(5)

    const keys = await keyOf(actor.tenantId)
    expect(keys).toMatchObject([{ current: true }])
    const { rows } = await admin.query('select 1 from clients where tenant_id = $1 and index_key is distinct from $2', [
      actor.tenantId,
      keys[0]!.id,
    ])
    expect(rows).toEqual([])
    const { rows: counts } = await admin.query<{ count: string }>('select count(*) from clients where tenant_id = $1', [
      actor.tenantId,
    ])
    expect(keys[0]!.uses).toBe(Number(counts[0]!.count))
  }, 180_000)

  it('leaves every account to be found by its e-mail address, whoever’s it is, while the installation’s own turns', async () => {
    const { vault } = ostoja.platform
    const addresses: { tenantId: string; email: string; id: number }[] = []
    for (let number = 0; number < 6; number++) {
      const tenantId = await ostoja.newTenant()
      const email = `person${number}@example.org`
      const { id } = await ostoja.newAccount(tenantId, ['staff'], { email })
      addresses.push({ tenantId, email, id })
    }
    const ended = { yet: false }
    const missed: string[] = []
    const looking = (async () => {
      while (!ended.yet)
        for (const { email, id } of addresses) {
          const asked = (await vault.blinders(installationId)).all.flatMap(({ tokens }) => tokens([`e-mail ${email}`]))
          const { rows } = await admin.query<{ account_id: number }>(
            'select account_id from account_emails where email_token = any ($1)',
            [asked],
          )
          if (rows[0]?.account_id !== id) missed.push(email)
        }
    })()
    const [outcome] = await other.features.encryptionKeys.rotate('index', { tenantId: installationId })
    ended.yet = true
    await looking

    expect(outcome).toMatchObject({ begun: true, standing: { phase: 'done' } })
    expect(missed).toEqual([])
    expect(await keyOf(installationId)).toMatchObject([{ current: true, uses: addresses.length }])
  }, 60_000)
})
