import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'
import { filePassphrase } from '../support/sealed-files.ts'

type Staff = Awaited<ReturnType<Ostoja['signedIn']>>

let ostoja: Ostoja
let admin: pg.Client
let staff: Staff
beforeAll(async () => {
  ostoja = await startOstoja({ worker: false })
  admin = new pg.Client(ostoja.database.adminUrl)
  await admin.connect()
  staff = await ostoja.signedIn(await ostoja.newTenant(), ['staff'])
  await staff.get('/')
})
afterAll(async () => {
  await admin.end()
  await ostoja.close()
})

let last = 0
/** What the log has got since it was asked last. */
const fresh = async (): Promise<string[]> => {
  const { rows } = await admin.query<{ id: string; action: string }>(
    'select id, action from audit_events where account_id = $1 and id > $2 order by id',
    [staff.account.id, last],
  )
  last = Number(rows.at(-1)?.id ?? last)
  return rows.map(({ action }) => action)
}

const [client, second, twin, contact, other, group] = Array.from({ length: 6 }, () => randomUUID()) as [
  ...string[],
] as [string, string, string, string, string, string]
const person = { familyName: 'Zegarek', givenNames: 'Ewa', birthDate: '1950-02-01' }
const contactFields = {
  name: 'Maria Żółć',
  relationship: 'MTH',
  'phones[0][type]': 'mobile',
  'phones[0][number]': '601 234 567',
  mayBeTold: 'yes',
}
const sealed = { passphrase: filePassphrase, repeated: filePassphrase }
const call = (id: string, outcome: string) => ({ id, who: contact, number: '601 234 567', outcome, note: '' })
const callId = randomUUID()
let search = ''

const of = `/clients/${client}`
const contactAt = `${of}/contacts/${contact}`
type Step = [what: string, act: () => PromiseLike<{ status: number }>, status: number, events: string[]]
const view = (path: string | (() => string), events: string[]): Step => [
  typeof path === 'string'
    ? path.replace(client, '…').replace(contact, '…').replace(group, '…')
    : 'what was searched for',
  () => staff.get(typeof path === 'string' ? path : path()),
  200,
  events,
]
const post = (
  what: string,
  path: string,
  fields: Record<string, string | number>,
  events: string[],
  status = 303,
): Step => [what, () => staff.post(path, fields), status, events]

/** In this order: each step finds what those before it have left. */
const steps: Step[] = [
  view('/', []),
  view('/clients/new', []),
  post('a client that lacks a name', '/clients', { id: client, familyName: '', givenNames: '' }, [], 422),
  post('a client', '/clients', { id: client, ...person }, ['client.created']),
  post('the same form again', '/clients', { id: client, ...person }, []),
  post('a look-alike is asked about', '/clients', { id: twin, ...person }, ['clients.listed'], 422),
  post('and made all the same', '/clients', { id: twin, ...person, twins: client }, ['client.created']),
  view(of, ['client.viewed']),
  view('/', ['clients.recent-listed']),
  view('/clients', ['clients.listed']),
  view('/clients/letter/z', ['clients.listed']),
  view(`${of}/edit`, ['client.viewed']),
  post('a change', of, { ...person, preferredName: 'Ewka', version: 1 }, ['client.amended']),
  post('no change', of, { ...person, preferredName: 'Ewka', version: 2 }, []),
  post('a change that is wrong', of, { ...person, birthDate: 'x', version: 2 }, ['client.viewed'], 422),
  post('a change of what somebody has changed', of, { ...person, notes: 'x', version: 1 }, ['client.viewed'], 409),
  view(`${of}/history`, ['client.history-viewed']),
  view(`${of}/print`, ['client.printed']),
  [
    'what is searched for',
    async () => {
      const answer = await staff.post('/searches', { query: 'Zegarek' })
      search = answer.headers.location!
      return answer
    },
    303,
    [],
  ],
  view(() => search, ['clients.searched']),
  post('a group', '/groups', { id: group, name: 'Nocny dyżur' }, ['group.created']),
  view('/groups', []),
  view(`/groups/${group}`, ['clients.listed']),
  post('a group’s new name', `/groups/${group}`, { name: 'Dzienny dyżur' }, ['group.renamed']),
  post('the same name', `/groups/${group}`, { name: 'Dzienny dyżur' }, []),
  post(
    'a client put into a group',
    of,
    { ...person, preferredName: 'Ewka', version: 2, groupsShown: 'yes', 'groups[0]': group },
    ['client.regrouped'],
  ),
  post(
    'the same group again',
    of,
    { ...person, preferredName: 'Ewka', version: 2, groupsShown: 'yes', 'groups[0]': group },
    [],
  ),

  view(`${of}/contacts/new`, ['client.viewed']),
  post('a contact without a name', `${of}/contacts`, { id: contact, name: '' }, ['client.viewed'], 422),
  post('a contact', `${of}/contacts`, { id: contact, ...contactFields }, ['emergency-contact.added']),
  post('the same form of a contact again', `${of}/contacts`, { id: contact, ...contactFields }, []),
  post('a second contact', `${of}/contacts`, { id: other, ...contactFields, name: 'Jan' }, ['emergency-contact.added']),
  view(`${contactAt}/edit`, ['emergency-contact.viewed']),
  post('a change of a contact', contactAt, { ...contactFields, name: 'Maria', version: 1 }, [
    'emergency-contact.amended',
  ]),
  post('no change of a contact', contactAt, { ...contactFields, name: 'Maria', version: 2 }, []),
  post('a contact that is wrong', contactAt, { name: '', version: 2 }, ['emergency-contact.viewed'], 422),
  post(
    'a contact that somebody has changed',
    contactAt,
    { ...contactFields, name: 'Ewa', version: 1 },
    ['emergency-contact.viewed'],
    409,
  ),
  post('a move', `${contactAt}/move`, { move: 'down' }, ['emergency-contact.moved']),
  post('a move at the end', `${contactAt}/move`, { move: 'down' }, []),
  post('a new order', `${of}/contacts/order`, { 'order[0]': contact, 'order[1]': other }, ['emergency-contact.moved']),
  post('the same order', `${of}/contacts/order`, { 'order[0]': contact, 'order[1]': other }, []),
  view('/contacts-to-confirm', ['clients.listed']),
  post('a confirmation', `${contactAt}/confirm`, { version: 2 }, ['emergency-contact.confirmed']),
  post('the same confirmation again', `${contactAt}/confirm`, { version: 3 }, []),
  view(`${of}/contact-history`, ['client.contact-history-viewed']),

  view(`${of}/card`, ['client.card-viewed']),
  post('a call', `${of}/calls`, call(callId, 'reached'), ['call.logged']),
  post('the same call again', `${of}/calls`, call(callId, 'reached'), []),
  post('a call that is wrong', `${of}/calls`, call(randomUUID(), 'x'), ['client.card-viewed'], 422),
  post('a wrong number, which changes the contact', `${of}/calls`, call(randomUUID(), 'wrong-number'), [
    'emergency-contact.amended',
    'call.logged',
  ]),
  view(`${of}/calls`, ['client.calls-viewed']),
  view(`${of}/sheet`, ['client.sheet-printed']),
  view(`${of}/sheet.pdf`, []),
  ['a sheet as a file', () => staff.fetchFile(`${of}/sheet.pdf`, sealed), 200, ['client.sheet-printed']],
  view(`/groups/${group}/sheet`, ['group.sheets-printed']),
  view(`/groups/${group}/sheet.pdf`, []),
  ['sheets as a file', () => staff.fetchFile(`/groups/${group}/sheet.pdf`, sealed), 200, ['group.sheets-printed']],
  view(`${of}/access`, ['client.access-viewed']),
  view(`${of}/access/print`, ['client.access-printed']),
  view(`${of}/access.pdf`, []),
  ['who has seen as a file', () => staff.fetchFile(`${of}/access.pdf`, sealed), 200, ['client.access-printed']],

  view('/drafts', []),
  view('/imports', []),
  view('/messages', ['threads.listed']),
  view('/notices', []),
  view('/account', []),
  view('/break-glass', []),
  view(`${of}/restriction`, ['client.restriction-viewed']),
  [
    'a restriction',
    () => staff.post(`${of}/restriction`, { 'people[0]': staff.account.id, note: 'rodzina' }),
    303,
    ['client.restriction-restricted'],
  ],

  post('a contact is removed', `${contactAt}/remove`, { version: 4 }, ['emergency-contact.removed']),
  post('and again', `${contactAt}/remove`, { version: 4 }, []),
  post('a group is removed', `/groups/${group}/remove`, {}, ['group.removed']),
  post('a client is archived', `${of}/archive`, {}, ['client.archived']),
  post('and again', `${of}/archive`, {}, []),
  post('a client is brought back', `${of}/restore`, {}, ['client.restored']),
  post('and again', `${of}/restore`, {}, []),
]

it.each(steps)('%s leaves exactly its events', async (_what, act, status, events) => {
  await fresh()
  expect((await act()).status).toBe(status)
  expect(await fresh()).toEqual(events)
})

it('a client and their groups are two things that one form may make or change', async () => {
  const id = randomUUID()
  await staff.post('/groups', { id, name: 'Trzeci' })
  await fresh()
  const fields = { id: second, familyName: 'Inna', groupsShown: 'yes', 'groups[0]': id }
  expect((await staff.post('/clients', fields)).status).toBe(303)
  expect((await fresh()).sort()).toEqual(['client.created', 'client.regrouped'])
})
