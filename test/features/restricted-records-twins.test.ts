import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Actor } from '../../src/platform/actor.ts'
import { inDatabase } from '../support/backups.ts'
import { newClient, newStaff } from '../support/clients.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'
import type { Visitor } from '../support/visitor.ts'

let ostoja: Ostoja
let staff: Actor & { accountId: number }
let visitor: Visitor

beforeAll(async () => {
  ostoja = await startOstoja()
})
beforeEach(async () => {
  staff = await newStaff(ostoja)
  visitor = await ostoja.signedIn(staff.tenantId, ['staff'])
})
afterAll(() => ostoja.close())

type Fields = Record<string, string>
const add = (fields: Fields) => visitor.post('/clients', { id: randomUUID(), ...fields }, '/clients/new')
const twinsIn = (html: string) => /name="twins" value="([^"]*)"/.exec(html)?.[1]
const anna = { givenNames: 'Anna', familyName: 'Żółć', birthDate: '1985-04-03' }

describe('a restricted record that somebody looks like', () => {
  const hidden = { ...anna, fileNumber: '000041', notes: 'W schronisku od maja' }
  let id: string
  let named: Visitor & { account: { id: number } }

  beforeEach(async () => {
    named = await ostoja.signedIn(staff.tenantId, ['staff'])
    id = await newClient(ostoja, staff, hidden)
    const people = [staff.accountId, named.account.id]
    expect(await ostoja.features.restricted.restrictions.restrict(staff, id, { people, note: 'brat' })).toBe('kept')
  })
  const told = (text: string) =>
    [id, 'Żółć', 'schronisku', 'looks the same', 'recorded already'].filter(word => text.includes(word))

  it('is no twin of somebody new or changed to whoever may not see it', async () => {
    const other = await newClient(ostoja, staff, { familyName: 'Kot' })
    const page = `/clients/${other}/edit`
    expect((await visitor.post(`/clients/${other}`, { version: 1, ...anna }, page)).status).toBe(303)
    // The one who has just become her is seen, and alone.
    expect(twinsIn((await add(anna)).text)).toBe(other)
    const shown = await inDatabase(
      ostoja.database.adminUrl,
      `select 1 from audit_events where action = 'clients.listed' and detail -> 'clients' ? '${id}'`,
    )
    expect(shown).toEqual([])
  })

  it('says of its file number only that it is taken', async () => {
    const other = await newClient(ostoja, staff, { familyName: 'Kot' })
    const page = `/clients/${other}/edit`
    for (const fileNumber of [hidden.fileNumber, '41', '0041']) {
      const fields = { familyName: 'Kot', fileNumber }
      for (const answer of [
        await add(fields),
        await visitor.post(`/clients/${other}`, { version: 1, ...fields }, page),
      ]) {
        expect([fileNumber, answer.status]).toEqual([fileNumber, 422])
        expect(answer.text).toContain('Another client has this file number.')
        expect(told(answer.text)).toEqual([])
      }
    }
  })

  it('answers a change with 404, whoever it looks like', async () => {
    await newClient(ostoja, staff, { givenNames: 'Ewa', familyName: 'Lis' })
    const fields = { version: 1, givenNames: 'Ewa', familyName: 'Lis' }
    const answer = await visitor.post(`/clients/${id}`, fields, '/clients/new')
    expect(answer.status).toBe(404)
    // An id that somebody knows leads on to the page that breaks the glass (docs/adr/0019), and nothing else does.
    expect(told(answer.text)).toEqual([id])
  })

  it('is shown as a twin to the named, and to whoever has broken the glass', async () => {
    const asNamed = await named.post('/clients', { id: randomUUID(), ...anna }, '/clients/new')
    expect([asNamed.status, twinsIn(asNamed.text)]).toEqual([422, id])
    const page = `/restricted-records/${id}/break-glass`
    await visitor.post(page, { reason: 'emergency', details: 'Leży nieprzytomna na schodach' }, page)
    const opened = await add(anna)
    expect([opened.status, twinsIn(opened.text)]).toEqual([422, id])
    expect(opened.text).not.toContain('schronisku')
  })
})
