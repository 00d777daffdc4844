import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Actor } from '../../src/platform/actor.ts'
import { newClient } from '../support/clients.ts'
import { startOstoja, unlikely, type Ostoja } from '../support/ostoja.ts'
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

const capitals = () => randomUUID().toUpperCase()
const contact = { name: 'Ewa Lis', relationship: 'MTH', mayBeTold: 'yes', 'phones[0][number]': '601 234 567' }

type Fields = Record<string, string>
type Case = { path: string; fields: Fields; from: string; pages: string[] }

const cases: [string, () => Case | Promise<Case>][] = [
  [
    'a client with a first contact',
    () => {
      const id = capitals()
      const contacts = Object.entries(contact).map(([name, value]) => [name.replace(/^\w+/, 'contacts[0][$&]'), value])
      const fields = { id, familyName: unlikely('Wielka'), ...(Object.fromEntries(contacts) as Fields) }
      return { path: '/clients', fields, from: '/clients/new', pages: [`/clients/${id}`, '/clients'] }
    },
  ],
  [
    'a contact, at an address in capitals',
    async () => {
      const client = (await newClient(ostoja, actor)).toUpperCase()
      const id = capitals()
      return {
        path: `/clients/${client}/contacts`,
        fields: { id, ...contact },
        from: `/clients/${client}/contacts/new`,
        pages: [`/clients/${client}`, `/clients/${client}/contacts/${id}/edit`, '/contacts-to-confirm'],
      }
    },
  ],
  [
    'a call',
    async () => {
      const client = await newClient(ostoja, actor)
      const contactId = randomUUID()
      await staff.post(`/clients/${client}/contacts`, { id: contactId, ...contact }, `/clients/${client}/contacts/new`)
      return {
        path: `/clients/${client.toUpperCase()}/calls`,
        fields: {
          id: capitals(),
          who: contactId.toUpperCase(),
          number: '601 234 567',
          outcome: 'reached',
          note: 'Tak',
        },
        from: `/clients/${client}/card`,
        pages: [`/clients/${client}/card`, `/clients/${client}/calls`],
      }
    },
  ],
  [
    'a group',
    () => {
      const id = capitals()
      return {
        path: '/groups',
        fields: { id, name: unlikely('Dom') },
        from: '/groups',
        pages: ['/groups', `/groups/${id}`],
      }
    },
  ],
  [
    'a message',
    async () => {
      const colleague = await ostoja.newAccount(actor.tenantId, ['staff'])
      const thread = capitals()
      return {
        path: '/messages',
        fields: {
          _thread: thread,
          _message: capitals(),
          to: String(colleague.id),
          subject: 'Dyżur',
          text: 'Do jutra.',
        },
        from: '/messages/new',
        pages: ['/messages?show=archived', `/messages/${thread}`],
      }
    },
  ],
]

describe('an id that the form sends in capital letters', () => {
  it.each(cases)('makes %s that opens', async (_what, prepare) => {
    const { path, fields, from, pages } = await prepare()
    const answer = await staff.post(path, fields, from)
    expect([answer.status, answer.headers.location ?? answer.text], answer.text).toEqual([
      303,
      expect.stringMatching(/^[^A-F]+$/),
    ])
    for (const page of pages) expect([page, (await staff.get(page)).status]).toEqual([page, 200])
  })
})
