import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sealedColumns } from '../../src/composition/encryption-keys.ts'
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

describe('a data key that turns while people work', () => {
  it('survives cuts at any point: no reading and no writing fails, nobody is lost, and the old keys have no use left', async () => {
    // Each side reads and writes with keys that it has cached by itself.
    const count = rounds({ soak: 200, usual: 60 })
    const people = await createPeople(ostoja, actor, [ostoja.features, other.features], count)
    const { tenantId } = actor
    const cuts = await turnUnderKills(ostoja, 'data', { tenantId, after: people.again }).finally(people.stop)

    expect(people.faults).toEqual([])
    const least = rounds({ soak: 50, usual: cuts.made })
    expect(people.done.reads).toBeGreaterThanOrEqual(least)
    expect(people.done.writes).toBeGreaterThanOrEqual(least)
    expect(cuts.inTheMiddle).toBeGreaterThan(cuts.made / 4)

    const status = await ostoja.features.encryptionKeys.status(actor.tenantId)
    const keys = status.tenants[0]!.keys.filter(key => key.purpose === 'data')
    expect(keys).toMatchObject([{ current: true }])
    for (const { column } of sealedColumns) {
      const [table, name] = column.split('.')
      const { rows } = await admin.query(
        `select 1 from ${table} where tenant_id = $1 and ('x' || encode(substring(${name} from 2 for 4), 'hex'))::bit(32)::int <> $2`,
        [actor.tenantId, keys[0]!.id],
      )
      expect(rows).toEqual([])
    }
    for (const { id, familyName } of people.known)
      expect((await ostoja.features.clients.view(actor, id)).profile.familyName).toBe(familyName)
  })
})
