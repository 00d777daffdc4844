import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Actor } from '../../src/platform/actor.ts'
import { newClient } from '../support/clients.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'
import type { Visitor } from '../support/visitor.ts'

let ostoja: Ostoja
let staff: Visitor & { account: { id: number } }
let actor: Actor

beforeAll(async () => {
  ostoja = await startOstoja()
  const tenantId = await ostoja.newTenant()
  staff = await ostoja.signedIn(tenantId, ['staff'])
  actor = { tenantId, accountId: staff.account.id, roles: ['staff'] }
})
afterAll(() => ostoja.close())

const made = async (name: string) => {
  const id = randomUUID()
  const answer = await staff.post('/groups', { id, name }, '/groups')
  return { id, answer }
}
const groupsOf = (clientId: string) =>
  ostoja.features.db.asTenant(actor, async trx =>
    (await ostoja.features.groups.ofClient(trx, actor, clientId)).map(({ name }) => name),
  )
/** Sends the form of a client as it stands, with these groups ticked. */
const choose = async (clientId: string, groupIds: string[]) => {
  const page = `/clients/${clientId}/edit`
  const form = (await staff.get(page)).text
  const version = /name="version" value="(\d+)"/.exec(form)![1]!
  const ticked = Object.fromEntries(groupIds.map((id, index) => [`groups[${index}]`, id]))
  return staff.post(
    `/clients/${clientId}`,
    { version, givenNames: 'Maria', familyName: 'Nowak', groupsShown: 'yes', ...ticked },
    page,
  )
}

describe('groups', () => {
  it('sent again by "Back" are asked about where the name is another, and then made', async () => {
    const { id } = await made('Parter')
    const again = (groupId: string, name: string) => staff.post('/groups', { id: groupId, name }, '/groups')
    expect((await again(id, 'Parter')).status).toBe(303)
    const asked = await again(id, 'Piętro')
    expect([asked.status, asked.text.includes('A group was already added with this form')]).toEqual([422, true])
    expect(asked.text).toContain('value="Piętro"')
    const newId = /name="id" value="([^"]+)"/.exec(asked.text)![1]!
    expect((await again(newId, 'Piętro')).status).toBe(303)
    const page = (await staff.get('/groups')).text
    expect([page.includes('Parter'), page.includes('Piętro')]).toEqual([true, true])
  })

  it('are named by the tenant, once each, and the name is sealed', async () => {
    const { id, answer } = await made('Nocny dyżur')
    expect(answer.status).toBe(303)
    expect((await staff.get('/groups')).text).toContain('Nocny dyżur')
    const again = await made('nocny  DYŻUR')
    expect([again.answer.status, again.answer.text.includes('A group with this name already exists')]).toEqual([
      422,
      true,
    ])
    expect((await made('')).answer.status).toBe(422)
    expect((await made('ż'.repeat(81))).answer.status).toBe(422)

    const client = new pg.Client(ostoja.database.adminUrl)
    await client.connect()
    const { rows } = await client.query<{ row: string }>('select client_groups::text as row from client_groups')
    const events = await client.query(`select 1 from audit_events where action = 'group.created' and subject_id = $1`, [
      id,
    ])
    await client.end()
    expect(rows.every(({ row }) => !row.includes('dyżur'))).toBe(true)
    expect(events.rows).toHaveLength(1)
  })

  it('are chosen on the form of a client, who may be in several', async () => {
    const [first, second] = [await made('Piętro 1'), await made('Piętro 2')]
    const clientId = await newClient(ostoja, actor)
    expect((await choose(clientId, [first.id, second.id])).status).toBe(303)
    expect(await groupsOf(clientId)).toEqual(['Piętro 1', 'Piętro 2'])
    expect((await staff.get(`/clients/${clientId}`)).text).toContain('Piętro 2')
    await choose(clientId, [second.id])
    expect(await groupsOf(clientId)).toEqual(['Piętro 2'])
    await choose(clientId, [])
    expect(await groupsOf(clientId)).toEqual([])
  })

  it('of nobody’s, and of another tenant, are passed over', async () => {
    const foreign = await ostoja.newTenant('Foreign')
    const other: Actor = { tenantId: foreign, accountId: null, roles: [] }
    const foreignId = randomUUID()
    await ostoja.features.groups.create(other, { id: foreignId, name: 'Obca' })
    const clientId = await newClient(ostoja, actor)
    expect((await choose(clientId, [foreignId, randomUUID()])).status).toBe(303)
    expect(await groupsOf(clientId)).toEqual([])
  })

  it('show their active clients, who stay when the group goes', async () => {
    const { id } = await made('Dom przy Długiej')
    const [here, gone] = [
      await newClient(ostoja, actor, { familyName: 'Obecna' }),
      await newClient(ostoja, actor, { familyName: 'Zarchiwizowana' }),
    ]
    await ostoja.features.db.asTenant(actor, async trx => {
      for (const clientId of [here, gone]) await ostoja.features.groups.keep(trx, actor, clientId, [id])
    })
    await ostoja.features.clients.archive(actor, gone)
    const page = (await staff.get(`/groups/${id}`)).text
    expect([page.includes('Obecna'), page.includes('Zarchiwizowana')]).toEqual([true, false])
    expect((await ostoja.features.groups.list(actor)).find(group => group.id === id)).toMatchObject({ count: 1 })

    expect((await staff.post(`/groups/${id}`, { name: 'Dom przy Krótkiej' }, `/groups/${id}`)).status).toBe(303)
    expect((await staff.get(`/groups/${id}`)).text).toContain('Dom przy Krótkiej')
    expect((await staff.post(`/groups/${id}/remove`, {}, `/groups/${id}`)).status).toBe(303)
    expect((await staff.get(`/groups/${id}`)).status).toBe(404)
    expect((await staff.get(`/clients/${here}`)).status).toBe(200)
  })
})
