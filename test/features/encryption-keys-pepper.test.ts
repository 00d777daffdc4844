import { writeFile } from 'node:fs/promises'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readKeys } from '../../src/platform/vault/key-files.ts'
import { whileGoingOn } from '../support/going-on.ts'
import { quick, turnUnderKills } from '../support/key-turner.ts'
import { keyIdsIn } from '../support/keys-at-work.ts'
import { startOstoja, type Ostoja, type TestAccount } from '../support/ostoja.ts'

let ostoja: Ostoja
let admin: pg.Client

beforeAll(async () => {
  ostoja = await startOstoja({ pace: quick })
  admin = new pg.Client(ostoja.database.adminUrl)
  await admin.connect()
})
afterAll(async () => {
  await admin.end()
  await ostoja.close()
})

describe('the pepper', () => {
  it('turns through cuts at any point while people sign in, each password at its owner’s next sign-in, and the old ones end unused', async () => {
    const tenantId = await ostoja.newTenant()
    const people: TestAccount[] = []
    for (let number = 0; number < 3; number++) people.push(await ostoja.newAccount(tenantId, ['staff']))
    const signIn = async ({ login, password }: TestAccount) => {
      const visitor = ostoja.visitor()
      await visitor.signIn({ login, password })
      const out = await visitor.post('/sign-out')
      if (out.status !== 303) throw new Error(`signing out was answered by ${out.status}`)
    }
    let turn = 0
    const faults = await whileGoingOn(
      again => turnUnderKills(ostoja, 'pepper', { after: again }),
      () => signIn(people[turn++ % people.length]!),
    )
    expect(faults).toEqual([])

    for (const person of people) await signIn(person)
    const ours = async () => {
      const { rows } = await admin.query<{ pepper_id: string | null }>(
        'select distinct pepper_id from accounts where tenant_id = $1',
        [tenantId],
      )
      return rows.map(row => row.pepper_id)
    }
    const [current, ...older] = await keyIdsIn(ostoja.config.peppersFile)
    expect(await ours()).toEqual([current])

    // Somebody who has not signed in since keeps their pepper, and still can.
    const status = await ostoja.features.encryptionKeys.status()
    const used = status.peppers.filter(({ uses }) => uses > 0).map(({ id }) => id)
    const { peppers: dropped } = await ostoja.features.encryptionKeys.dropUnused()
    expect(dropped).toEqual(older.filter(id => !used.includes(id)))
    for (const person of people) await signIn(person)
  })

  it('turns where a kill or a power cut has left a marker that names no key, and every line of the file is one', async () => {
    const { peppersFile } = ostoja.config
    for (const torn of ['', '\0'.repeat(19)]) {
      const [before] = await keyIdsIn(peppersFile)
      await writeFile(`${peppersFile}.coming`, torn)
      await ostoja.features.encryptionKeys.rotatePepper(() => undefined)
      const { all, current } = await readKeys(peppersFile)
      expect(current.id).not.toBe(before)
      expect(all.map(({ id }) => id)).toContain(before)
    }
  })
})
