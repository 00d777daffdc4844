import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { installationId } from '../../src/platform/actor.ts'
import { whileGoingOn } from '../support/going-on.ts'
import { turnUnderKills } from '../support/key-turner.ts'
import { startKeysAtWork, type KeysAtWork } from '../support/keys-at-work.ts'
import { createPeople } from '../support/people-at-work.ts'
import { rounds } from '../support/rounds.ts'

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
  it('survives cuts at any point: everybody is found at every moment, no file number is given twice, and the old keys have no use left', async () => {
    // Each side reads and writes with keys that it has cached by itself.
    const count = rounds({ soak: 120, usual: 40 })
    const people = await createPeople(ostoja, actor, [ostoja.features, other.features], count)
    const { tenantId } = actor
    const cuts = await turnUnderKills(ostoja, 'index', { tenantId, after: people.again }).finally(people.stop)

    expect(people.faults).toEqual([])
    const least = rounds({ soak: 50, usual: cuts.made })
    expect(people.done.searches).toBeGreaterThanOrEqual(least)
    expect(people.done.writes).toBeGreaterThanOrEqual(least)
    expect(cuts.inTheMiddle).toBeGreaterThan(cuts.made / 4)

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
  })

  it('leaves every account to be found by its e-mail address, whoever’s it is, while the installation’s own turns', async () => {
    const { vault } = ostoja.platform
    const addresses: { tenantId: string; email: string; id: number }[] = []
    for (let number = 0; number < 6; number++) {
      const tenantId = await ostoja.newTenant()
      const email = `person${number}@example.org`
      const { id } = await ostoja.newAccount(tenantId, ['staff'], { email })
      addresses.push({ tenantId, email, id })
    }
    let rotated: unknown
    const missed = await whileGoingOn(
      async again => {
        await again()
        ;[rotated] = await other.features.encryptionKeys.rotate('index', { tenantId: installationId })
        await again()
      },
      async () => {
        for (const { email, id } of addresses) {
          const asked = (await vault.blinders(installationId)).all.flatMap(({ tokens }) => tokens([`e-mail ${email}`]))
          const { rows } = await admin.query<{ account_id: number }>(
            'select account_id from account_emails where email_token = any ($1)',
            [asked],
          )
          if (rows[0]?.account_id !== id) throw new Error(email)
        }
      },
    )

    expect(rotated).toMatchObject({ begun: true, standing: { phase: 'done' } })
    expect(missed).toEqual([])
    expect(await keyOf(installationId)).toMatchObject([{ current: true, uses: addresses.length }])
  })
})
