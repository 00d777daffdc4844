import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dataName, type Manifest } from '../../src/features/backups/index.ts'
import type { Actor } from '../../src/platform/actor.ts'
import { dropDatabases, inDatabase, newDatabase, restoreOf } from '../support/backups.ts'
import { newStaff, profile } from '../support/clients.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'
import { rounds } from '../support/rounds.ts'
import { until } from '../support/until.ts'

describe('a backup that is made while people work', () => {
  let ostoja: Ostoja
  let actor: Actor
  beforeAll(async () => {
    ostoja = await startOstoja({ backups: true })
    actor = await newStaff(ostoja)
  })
  afterAll(async () => {
    await ostoja.close()
    await dropDatabases()
  })

  it('restores with no change that lacks its event, and no event that lacks its change', async () => {
    const { backups, clients } = ostoja.features
    const going = { on: true }
    let changes = 0
    /** Makes clients and changes each, over and over, until told to stop. */
    const work = async () => {
      while (going.on) {
        const id = randomUUID()
        await clients.create(actor, id, profile({ familyName: 'Pierwsza' }))
        await clients.amend(actor, id, 1, profile({ familyName: 'Druga' }))
        await clients.amend(actor, id, 2, profile({ familyName: 'Trzecia' }))
        changes += 3
      }
    }
    const workers = Array.from({ length: 4 }, work)
    const made: Manifest[] = []
    try {
      for (let count = 0; count < rounds({ soak: 3, usual: 2 }); count++) {
        const before = changes
        await until('more was changed', () => changes >= before + 36)
        made.push(await backups.makeNow())
      }
    } finally {
      going.on = false
    }
    await Promise.all(workers)

    const seen: number[] = []
    for (const { id, tables } of made) {
      const url = await newDatabase()
      await restoreOf(ostoja, join(ostoja.config.backups.store, dataName(id)), url)
      const [unequal] = await inDatabase<{ changes: string; lacking: string; inventing: string }>(
        url,
        `with changed as (
           select id::text, version from clients union all select client_id::text, version from client_versions
         ), told as (
           select subject_id as id, coalesce((detail ->> 'version')::int, 1) as version from audit_events
            where action in ('client.created', 'client.amended')
         )
         select (select count(*) from changed) as changes,
                (select count(*) from (select * from changed except all select * from told) lacking) as lacking,
                (select count(*) from (select * from told except all select * from changed) inventing) as inventing`,
      )
      expect(unequal).toMatchObject({ lacking: '0', inventing: '0' })
      seen.push(tables['public.clients']!)
    }
    // Work went on between them: each saw more than the one before.
    for (const [index, count] of seen.slice(1).entries()) expect(count).toBeGreaterThan(seen[index]!)
  })
})
