import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Actor } from '../../src/platform/actor.ts'
import { profile } from '../support/clients.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'
import { noteCosts } from '../support/page-costs.ts'
import type { Visitor } from '../support/visitor.ts'
import { contactProfile } from '../support/world.ts'

let ostoja: Ostoja
let visitor: Visitor
let costs: ReturnType<typeof noteCosts>
const pages: Record<string, string> = { start: '/', list: '/clients' }

beforeAll(async () => {
  ostoja = await startOstoja({ worker: false })
  const tenantId = await ostoja.newTenant()
  const signedIn = await ostoja.signedIn(tenantId, ['staff'])
  visitor = signedIn
  const staff: Actor = { tenantId, accountId: signedIn.account.id, roles: ['staff'] }
  const many = Array.from({ length: 60 }, () => ({ id: randomUUID(), profile: profile({ familyName: 'Kosztowna' }) }))
  await ostoja.platform.db.asTenant(staff, trx => ostoja.features.clients.createMany(trx, staff, many, randomUUID()))
  for (const { id } of many.slice(0, 10)) await visitor.get(`/clients/${id}`)
  for (const name of ['Dom Dzienny', 'Nocny dyżur', 'Praga']) {
    const group = { id: randomUUID(), name }
    await ostoja.features.groups.create(staff, group)
    for (const { id } of many.slice(1, 6)) {
      await ostoja.features.emergencyContacts.add(staff, id, randomUUID(), contactProfile)
      const present = await ostoja.platform.db.asTenant(staff, trx => ostoja.features.groups.ofClient(trx, staff, id))
      const groups = [...present, group].map(each => each.id)
      await ostoja.platform.db.asTenant(staff, trx => ostoja.features.groups.keep(trx, staff, id, groups))
    }
  }
  pages.view = `/clients/${many[0]!.id}`
  pages.search = (await visitor.post('/searches', { query: 'kosztowna' })).headers.location!
  costs = noteCosts(ostoja.platform.redis)
})
afterAll(async () => {
  costs.stop()
  await ostoja.close()
})

/**
 * What each of the pages that are shown most asks of PostgreSQL and Redis. Who adds a question to one of them raises its figure
 * here, knowingly, or sends it along with the others; nothing here is timed.
 */
describe('a page asks no more than it has to', () => {
  for (const [name, most] of Object.entries({
    view: { statements: 11, flights: 3, commands: 2 },
    start: { statements: 12, flights: 3, commands: 2 },
    list: { statements: 8, flights: 3, commands: 2 },
    search: { statements: 8, flights: 3, commands: 3 },
  }))
    it(name, async () => {
      const cost = await costs.of(async () => {
        expect((await visitor.get(pages[name]!)).status).toBe(200)
      })
      const asked = [...cost.statements, ...cost.commands].join('\n')
      expect(cost.statements.length, asked).toBeLessThanOrEqual(most.statements)
      expect(cost.flights, asked).toBeLessThanOrEqual(most.flights)
      expect(cost.commands.length, asked).toBeLessThanOrEqual(most.commands)
    })
})
