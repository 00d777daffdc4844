import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemActor } from '../../src/platform/actor.ts'
import { dayIn } from '../../src/platform/time/wall-clock.ts'
import { newClient as makeClient } from '../support/clients.ts'
import { startOstoja, unlikely, type Ostoja } from '../support/ostoja.ts'
import { rounds } from '../support/rounds.ts'

let ostoja: Ostoja
let admin: pg.Client
let tenantId: string
let staff: Awaited<ReturnType<Ostoja['signedIn']>>

beforeAll(async () => {
  ostoja = await startOstoja()
  admin = new pg.Client(ostoja.database.adminUrl)
  await admin.connect()
  tenantId = await ostoja.newTenant()
  staff = await ostoja.signedIn(tenantId, ['staff'])
})

afterAll(async () => {
  await admin.end()
  await ostoja.close()
})

const newClient = (tenant = tenantId): Promise<string> =>
  makeClient(ostoja, systemActor(tenant), { givenNames: 'Jan', familyName: 'Kowalski' })

const typed = (more: Record<string, string> = {}): Record<string, string> => ({
  name: 'Maria Żółć',
  relationship: 'MTH',
  'phones[0][type]': 'mobile',
  'phones[0][number]': '601 234 567',
  'phones[0][hours]': 'Mon–Fri 8–16',
  mayBeTold: 'yes',
  ...more,
})

const add = async (client: string, more: Record<string, string> = {}): Promise<string> => {
  const id = randomUUID()
  const answer = await staff.post(`/clients/${client}/contacts`, typed({ id, ...more }))
  expect(answer.status).toBe(303)
  return id
}

const addSome = async (client: string, count: number): Promise<string[]> => {
  const ids: string[] = []
  for (let place = 1; place <= count; place++) ids.push(await add(client, { name: `Contact ${place}` }))
  return ids
}

const contactsOf = (client: string, tenant = tenantId) =>
  ostoja.features.db.asTenant({ tenantId: tenant }, trx =>
    ostoja.features.emergencyContacts.ofClient(trx, systemActor(tenant), client),
  )

const idsOf = async (client: string) => (await contactsOf(client)).map(contact => contact.id)

type Kept = { version: number; ended_as: string; ended_by: number; client_id: string; profile_sealed: Buffer }
type Event = { action: string; detail: Record<string, unknown> }
const eventsOf = async (client: string): Promise<Event[]> => {
  const { rows } = await admin.query<Event>(
    `select action, detail from audit_events where subject_id = $1 and action like 'emergency-contact.%' order by id`,
    [client],
  )
  return rows
}

const orderFields = (ids: readonly string[]) => Object.fromEntries(ids.map((id, index) => [`order[${index}]`, id]))

describe('a new emergency contact', () => {
  it('is asked for in plain words, saved last in the order, and noted', async () => {
    const client = await newClient()
    const form = await staff.get(`/clients/${client}/contacts/new`)
    expect(form.status).toBe(200)
    expect(form.text).toContain('For Jan Kowalski')
    expect(form.text).toContain('>mother</option>')
    expect(form.text).toContain('>Ukrainian</option>')
    expect(form.text).not.toMatch(/name="mayBeTold"[^>]*checked/)

    const id = /name="id" value="([^"]+)"/.exec(form.text)![1]!
    const answer = await staff.post(
      `/clients/${client}/contacts`,
      typed({ id, language: 'uk', lastConfirmedOn: '2020-01-01' }),
    )
    expect([answer.status, answer.headers.location]).toEqual([303, `/clients/${client}#contact-${id}`])
    const second = await add(client, { name: 'Second' })

    const [first, last] = await contactsOf(client)
    expect(first).toMatchObject({
      id,
      rank: 1,
      version: 1,
      name: 'Maria Żółć',
      relationship: 'MTH',
      phones: [
        { type: 'mobile', number: '+48601234567', typed: '601 234 567', shown: '601 234 567', hours: 'Mon–Fri 8–16' },
      ],
      mayBeTold: true,
      speaks: { pl: 'ukraiński', en: 'Ukrainian' },
      overdue: true,
      confirmed: { unit: 'year' },
    })
    expect(last).toMatchObject({ id: second, rank: 2, overdue: true, confirmed: null })
    expect(await eventsOf(client)).toEqual([
      { action: 'emergency-contact.added', detail: { contact: id } },
      { action: 'emergency-contact.added', detail: { contact: second } },
    ])
  })

  it('can wait for a number, which its page, card and sheet say', async () => {
    const client = await newClient()
    const id = await add(client, { 'phones[0][number]': '', 'phones[0][hours]': '' })
    expect((await contactsOf(client))[0]).toMatchObject({ id, phones: [], email: null, address: null })
    for (const page of ['', '/card', '/sheet']) {
      const { status, text } = await staff.get(`/clients/${client}${page}`)
      expect([page, status]).toEqual([page, 200])
      expect(text).toContain('No phone number yet')
      expect(text).not.toContain('call-next')
    }
  })

  it('sent ten times at once is one contact', async () => {
    const client = await newClient()
    const id = randomUUID()
    const fields = typed({ id })
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => staff.post(`/clients/${client}/contacts`, fields)),
    )
    expect(answers.map(answer => answer.status)).toEqual(Array(10).fill(303))
    expect(await idsOf(client)).toEqual([id])
    expect(await eventsOf(client)).toHaveLength(1)
  })

  it('sent again with other words is not swallowed: it is asked about, and what was typed is kept', async () => {
    const client = await newClient()
    const id = await add(client)
    const answer = await staff.post(`/clients/${client}/contacts`, typed({ id, name: 'Someone Else' }))
    expect(answer.status).toBe(409)
    expect(answer.text).toContain('This contact has already been saved')
    expect(answer.text).toContain('value="Someone Else"')
    expect(await idsOf(client)).toEqual([id])
  })

  it("with the id of another client's contact changes neither", async () => {
    const [one, other] = [await newClient(), await newClient()]
    const id = await add(one)
    expect((await staff.post(`/clients/${other}/contacts`, typed({ id }))).status).toBe(409)
    expect(await idsOf(one)).toEqual([id])
    expect(await idsOf(other)).toEqual([])
  })

  it('that is wrong comes back with everything typed and each problem beside its field', async () => {
    const client = await newClient()
    const answer = await staff.post(`/clients/${client}/contacts`, {
      id: randomUUID(),
      name: '<script>alert("x")</script>',
      relationship: 'O',
      'phones[0][number]': '',
      'phones[3][number]': ' ',
      'phones[3][hours]': 'always',
      email: 'nonsense',
      tellNote: 'كلمة',
      lastConfirmedOn: '2999-01-01',
    })
    expect(answer.status).toBe(422)
    expect(answer.text).not.toContain('<script>alert')
    expect(answer.text).toContain('value="&lt;script&gt;alert(&#34;x&#34;)&lt;/script&gt;"')
    expect(answer.text).toContain('value="always"')
    expect(answer.text).toContain('كلمة')
    for (const place of ['phones-0-number', 'email', 'mayBeTold', 'lastConfirmedOn']) {
      expect(answer.text).toContain(`id="${place}-problem"`)
      expect(answer.text).toContain(`href="#${place}"`)
    }
    expect(await idsOf(client)).toEqual([])
  })

  it('is refused when twenty are there, and what was typed is kept', async () => {
    const client = await newClient()
    await addSome(client, 20)
    const answer = await staff.post(`/clients/${client}/contacts`, typed({ id: randomUUID(), name: 'Twenty-first' }))
    expect(answer.status).toBe(422)
    expect(answer.text).toContain('value="Twenty-first"')
    expect(answer.text).toContain('the maximum number of emergency contacts')
    expect((await staff.get(`/clients/${client}/contacts/new`)).status).toBe(409)
    expect(await idsOf(client)).toHaveLength(20)
  })
})

describe('a contact that is changed', () => {
  it('keeps what it was before, and who changed it', async () => {
    const client = await newClient()
    const id = await add(client)
    const form = await staff.get(`/clients/${client}/contacts/${id}/edit`)
    expect(form.text).toContain('value="Maria Żółć"')
    expect(form.text).toMatch(/<option value="MTH" selected>/)

    const answer = await staff.post(
      `/clients/${client}/contacts/${id}`,
      typed({ version: '1', name: 'Maria Nowa', relationship: 'SIS' }),
    )
    expect([answer.status, answer.headers.location]).toEqual([303, `/clients/${client}#contact-${id}`])
    expect(await contactsOf(client)).toMatchObject([{ id, version: 2, name: 'Maria Nowa', relationship: 'SIS' }])

    const { rows } = await admin.query<Kept>(`select * from emergency_contact_versions where contact_id = $1`, [id])
    const place = { tenant: tenantId, column: 'emergency_contact_versions.profile_sealed', row: `${id}:1` } as const
    expect(rows).toMatchObject([{ version: 1, ended_as: 'amended', client_id: client }])
    expect(rows[0]!.ended_by).toBeGreaterThan(0)
    expect(await ostoja.platform.vault.open(rows[0]!.profile_sealed, place)).toMatchObject({
      name: 'Maria Żółć',
      relationship: 'MTH',
    })
    expect((await eventsOf(client)).slice(1)).toEqual([
      { action: 'emergency-contact.viewed', detail: { contact: id } },
      { action: 'emergency-contact.amended', detail: { contact: id, version: 2, fields: 'name relationship' } },
    ])
  })

  it('by somebody else meanwhile is shown as it is now; nothing is lost on either side', async () => {
    const client = await newClient()
    const id = await add(client)
    await staff.post(`/clients/${client}/contacts/${id}`, typed({ version: '1', 'phones[0][number]': '602 222 222' }))
    const answer = await staff.post(`/clients/${client}/contacts/${id}`, typed({ version: '1', name: 'Mine' }))
    expect(answer.status).toBe(409)
    expect(answer.text).toContain('Somebody changed this contact while you were writing')
    expect(answer.text).toContain('602 222 222')
    expect(answer.text).toContain('value="Mine"')
    expect(answer.text).toContain('name="version" value="2"')
    expect(await contactsOf(client)).toMatchObject([{ name: 'Maria Żółć', version: 2 }])

    expect((await staff.post(`/clients/${client}/contacts/${id}`, typed({ version: '2', name: 'Mine' }))).status).toBe(
      303,
    )
    expect(await contactsOf(client)).toMatchObject([{ name: 'Mine', version: 3 }])
  })

  it('twice in the same way, as by a form sent twice, is changed once', async () => {
    const client = await newClient()
    const id = await add(client)
    const fields = typed({ version: '1', name: 'Once' })
    const answers = await Promise.all([1, 2, 3].map(() => staff.post(`/clients/${client}/contacts/${id}`, fields)))
    expect(answers.map(answer => answer.status)).toEqual([303, 303, 303])
    expect(await contactsOf(client)).toMatchObject([{ name: 'Once', version: 2 }])
  })

  it('but was removed meanwhile can be added anew from what was typed', async () => {
    const client = await newClient()
    const id = await add(client)
    await staff.post(`/clients/${client}/contacts/${id}/remove`, { version: 1 })
    const answer = await staff.post(`/clients/${client}/contacts/${id}`, typed({ version: '1', name: 'Still here' }))
    expect(answer.status).toBe(409)
    expect(answer.text).toContain('value="Still here"')
    const fresh = /name="id" value="([^"]+)"/.exec(answer.text)![1]!
    expect(fresh).not.toBe(id)
    expect((await staff.post(`/clients/${client}/contacts`, typed({ id: fresh, name: 'Still here' }))).status).toBe(303)
    expect(await contactsOf(client)).toMatchObject([{ id: fresh, name: 'Still here' }])
  })
})

describe('the order', () => {
  it('changes by one place up or down, and not beyond its ends', async () => {
    const client = await newClient()
    const [a, b, c] = (await addSome(client, 3)) as [string, string, string]
    const move = (id: string, way: string) => staff.post(`/clients/${client}/contacts/${id}/move`, { move: way })
    expect((await move(c, 'up')).headers.location).toBe(`/clients/${client}#contact-${c}`)
    expect(await idsOf(client)).toEqual([a, c, b])
    await move(a, 'down')
    expect(await idsOf(client)).toEqual([c, a, b])
    expect((await move(c, 'up')).status).toBe(303)
    expect((await move(b, 'down')).status).toBe(303)
    expect(await idsOf(client)).toEqual([c, a, b])
    expect((await move(b, 'sideways')).status).toBe(409)
    expect((await eventsOf(client)).slice(3)).toEqual([
      { action: 'emergency-contact.moved', detail: { contact: c, from: 3, to: 2 } },
      { action: 'emergency-contact.moved', detail: { contact: a, from: 1, to: 2 } },
    ])
  })

  it('is set as a whole, and answers a script without a page', async () => {
    const client = await newClient()
    const ids = await addSome(client, 5)
    const wanted = ids.toReversed()
    const answer = await staff.post(`/clients/${client}/contacts/order`, orderFields(wanted))
    expect([answer.status, answer.headers.location]).toEqual([303, `/clients/${client}#contacts`])
    expect(await idsOf(client)).toEqual(wanted)
    expect((await contactsOf(client)).map(contact => contact.rank)).toEqual([1, 2, 3, 4, 5])

    const token = staff.tokenOf((await staff.get('/')).text)
    const body = new URLSearchParams([['_csrf', token], ...ids.map(id => ['order[]', id])])
    const scripted = await staff.agent
      .post(`/clients/${client}/contacts/order`)
      .set('Sec-Fetch-Dest', 'empty')
      .type('form')
      .send(body.toString())
    expect(scripted.status).toBe(204)
    expect(await idsOf(client)).toEqual(ids)
  })

  it.each([
    ['an exchange of neighbours', ([a, b, c, d]: string[]) => [b, a, c, d], 1, 2, 1],
    ['a drag to the end', ([a, b, c, d]: string[]) => [b, c, d, a], 0, 1, 4],
    ['a drag to the beginning', ([a, b, c, d]: string[]) => [d, a, b, c], 3, 4, 1],
  ])('set by %s leaves one event, and the same order again none', async (_how, order, mover, from, to) => {
    const client = await newClient()
    const ids = await addSome(client, 4)
    const wanted = order(ids) as string[]
    const send = () => staff.post(`/clients/${client}/contacts/order`, orderFields(wanted))
    await send()
    await send()
    expect(await idsOf(client)).toEqual(wanted)
    expect((await eventsOf(client)).slice(4)).toEqual([
      { action: 'emergency-contact.moved', detail: { contact: ids[mover], from, to } },
    ])
  })

  it.each([
    ['without one of the contacts', (ids: string[]) => ids.slice(1)],
    ['with one of them twice', (ids: string[]) => [...ids.slice(1), ids[1]!]],
    ['with one of them twice and all there', (ids: string[]) => [...ids, ids[0]!]],
    ['with a contact that is not there', (ids: string[]) => [...ids.slice(1), randomUUID()]],
    ['with something that is no id', (ids: string[]) => [...ids.slice(1), "'; drop table clients"]],
    ['of nothing', () => []],
  ])('%s is refused and nothing changes', async (_what, wish) => {
    const client = await newClient()
    const ids = await addSome(client, 3)
    const answer = await staff.post(`/clients/${client}/contacts/order`, orderFields(wish(ids)))
    expect(answer.status).toBe(409)
    expect(answer.text).toContain('the order was not saved')
    expect(await idsOf(client)).toEqual(ids)
  })

  it('with a contact of another client is refused and changes neither', async () => {
    const [one, other] = [await newClient(), await newClient()]
    const [mine, theirs] = [await addSome(one, 2), await addSome(other, 2)]
    expect((await staff.post(`/clients/${one}/contacts/order`, orderFields([mine[0]!, theirs[0]!]))).status).toBe(409)
    expect([await idsOf(one), await idsOf(other)]).toEqual([mine, theirs])
  })

  it('survives many moves at once, beside additions, removals and whole new orders', async () => {
    const client = await newClient()
    const ids = await addSome(client, 6)
    const { emergencyContacts } = ostoja.features
    const actor = systemActor(tenantId)
    const before = (await contactsOf(client)).at(-1)!
    const moves = Array.from({ length: rounds({ soak: 50, usual: 15 }) }, (_, turn) =>
      emergencyContacts.move(actor, client, ids[turn % 5]!, turn % 3 ? 'up' : 'down'),
    )
    const {
      id: _id,
      rank: _rank,
      version,
      phones,
      speaks: _speaks,
      confirmed: _confirmed,
      overdue: _overdue,
      ...rest
    } = before
    const profile = {
      ...rest,
      phones: phones.map(({ type, number, typed: as, hours }) => ({ type, number, typed: as, hours })),
    }
    const added = [randomUUID(), randomUUID(), randomUUID()]
    const others = [
      ...added.map(id => emergencyContacts.add(actor, client, id, profile)),
      emergencyContacts.remove(actor, client, ids[5]!, version),
      ...[ids, ids.toReversed()].map(order => emergencyContacts.reorder(actor, client, order).catch(() => 'refused')),
    ]
    await Promise.all([...moves, ...others])

    const { rows } = await admin.query<{ id: string; rank: number }>(
      `select id, rank from emergency_contacts where client_id = $1 order by rank`,
      [client],
    )
    expect(rows.map(row => row.rank)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    expect(new Set(rows.map(row => row.id))).toEqual(new Set([...ids.slice(0, 5), ...added]))
    const noted = (await eventsOf(client)).filter(event => event.action === 'emergency-contact.moved')
    expect(noted.length).toBeGreaterThan(5)
  })
})

describe('the history of the contacts', () => {
  it('tells of each move: which contact, as it was called then, from which place to which, who and when', async () => {
    const client = await newClient()
    const [first, , third] = (await addSome(client, 3)) as [string, string, string]
    await staff.post(`/clients/${client}/contacts/${third}/move`, { move: 'up' })
    await staff.post(`/clients/${client}/contacts/${third}`, typed({ version: '1', name: 'Renamed' }))
    await staff.post(`/clients/${client}/contacts/${third}/move`, { move: 'up' })
    await staff.post(`/clients/${client}/contacts/${first}/remove`, { version: 1 })
    const { entries } = await ostoja.features.emergencyContacts.history(
      { tenantId, accountId: staff.account.id, roles: ['staff'] },
      client,
    )
    expect(entries.filter(({ action }) => action === 'moved')).toMatchObject([
      { contactId: third, name: 'Renamed', by: 'Anna Testowa', places: { from: 2, to: 1 }, changes: [] },
      { contactId: third, name: 'Contact 3', by: 'Anna Testowa', places: { from: 3, to: 2 }, changes: [] },
    ])
    const page = await staff.get(`/clients/${client}/contact-history`)
    expect(page.text.replaceAll(/<[^>]*>/g, '')).toContain('Moved in the order: Contact 3')
    expect(page.text).toContain('From place 3 to place 2.')
    expect(page.text).toMatch(/\d{4}, \d\d:\d\d (CET|GMT)/)
  })
})

describe('a confirmation', () => {
  it('says today, once, and keeps what was confirmed before', async () => {
    const client = await newClient()
    const id = await add(client, { lastConfirmedOn: '2020-01-01' })
    const confirm = (version: number) => staff.post(`/clients/${client}/contacts/${id}/confirm`, { version })
    expect((await confirm(1)).headers.location).toBe(`/clients/${client}#contact-${id}`)
    expect((await confirm(1)).status).toBe(303)
    expect(await contactsOf(client)).toMatchObject([
      {
        version: 2,
        overdue: false,
        confirmed: { unit: 'day' },
        lastConfirmedOn: dayIn(new Date(), 'Europe/Warsaw'),
      },
    ])
    expect((await eventsOf(client)).slice(1)).toEqual([
      { action: 'emergency-contact.confirmed', detail: { contact: id, version: 2 } },
    ])
  })

  it('of what somebody has changed since is refused', async () => {
    const client = await newClient()
    const id = await add(client)
    await staff.post(`/clients/${client}/contacts/${id}`, typed({ version: '1', 'phones[0][number]': '602 222 222' }))
    const answer = await staff.post(`/clients/${client}/contacts/${id}/confirm`, { version: 1 })
    expect(answer.status).toBe(409)
    expect(answer.text).toContain('Open the record again and check it')
    expect(await contactsOf(client)).toMatchObject([{ version: 2, lastConfirmedOn: null }])
  })

  it('can be given while saving', async () => {
    const client = await newClient()
    await add(client, { confirmed: 'today' })
    expect(await contactsOf(client)).toMatchObject([{ lastConfirmedOn: dayIn(new Date(), 'Europe/Warsaw') }])
  })
})

describe('a contact that is removed', () => {
  it('leaves no gap, can be removed twice, and its last version is kept', async () => {
    const client = await newClient()
    const [a, b, c] = (await addSome(client, 3)) as [string, string, string]
    const remove = () => staff.post(`/clients/${client}/contacts/${b}/remove`, { version: 1 })
    expect((await remove()).headers.location).toBe(`/clients/${client}#contacts`)
    expect((await remove()).status).toBe(303)
    expect((await contactsOf(client)).map(({ id, rank }) => [id, rank])).toEqual([
      [a, 1],
      [c, 2],
    ])
    expect((await staff.get(`/clients/${client}/contacts/${b}/edit`)).status).toBe(404)

    const { rows } = await admin.query(
      `select ended_as, profile_sealed from emergency_contact_versions where contact_id = $1`,
      [b],
    )
    expect(rows).toHaveLength(1)
    expect(rows[0]!.ended_as).toBe('removed')
    const { emergencyContacts, db } = ostoja.features
    const having = await db.asTenant({ tenantId }, trx =>
      emergencyContacts.havingContacts(trx, systemActor(tenantId), [client, randomUUID()]),
    )
    expect([...having]).toEqual([client])
  })

  it('is not removed when somebody has changed it since', async () => {
    const client = await newClient()
    const id = await add(client)
    await staff.post(`/clients/${client}/contacts/${id}`, typed({ version: '1', name: 'Changed' }))
    expect((await staff.post(`/clients/${client}/contacts/${id}/remove`, { version: 1 })).status).toBe(409)
    expect(await idsOf(client)).toEqual([id])
  })
})

describe('the page of a client', () => {
  it('urges to add the first contact', async () => {
    const client = await newClient()
    const page = await staff.get(`/clients/${client}`)
    expect(page.text).toContain('Nobody to call yet')
    expect(page.text).toContain(`href="/clients/${client}/contacts/new"`)
  })

  it('shows whom to call in order, how, when, and whether they may be told', async () => {
    const client = await newClient()
    await add(client, {
      name: '<b>Ola</b> O’Neil',
      mayBeTold: 'no',
      tellNote: 'Only that we called',
      language: 'uk',
      relationshipText: 'step',
    })
    await add(client, {
      name: 'فاطمة',
      relationship: 'O',
      relationshipText: 'parish',
      lastConfirmedOn: '2020-01-01',
      email: 'f@example.org',
    })
    const { text } = await staff.get(`/clients/${client}`)
    expect(text).not.toContain('<b>Ola')
    expect(text.indexOf('&lt;b&gt;Ola&lt;/b&gt; O’Neil')).toBeLessThan(text.indexOf('فاطمة'))
    for (const shown of [
      'href="tel:+48601234567"',
      'Mon–Fri 8–16',
      'Must not be told',
      'Only that we called',
      'Ukrainian',
      'mother · step',
    ])
      expect(text).toContain(shown)
    for (const shown of [
      'May be told',
      'parish',
      '1 Jan 2020',
      'years ago',
      'Confirm again',
      'Never confirmed',
      'mailto:f%40example.org',
    ])
      expect(text).toContain(shown)
  })

  it('of an archived client offers no change', async () => {
    const client = await newClient()
    await add(client)
    await staff.get(`/clients/${client}`) // shows once that it is saved, and where to add the next
    await ostoja.features.clients.archive(systemActor(tenantId), client)
    const { text } = await staff.get(`/clients/${client}`)
    expect(text).toContain('Maria Żółć')
    expect(text).not.toContain('/contacts/')
  })
})

describe('contacts of an archived client', () => {
  it('stay as they are, whoever sends a change past the page', async () => {
    const client = await newClient()
    const ids = await addSome(client, 2)
    await ostoja.features.clients.archive(systemActor(tenantId), client)
    const [before, events] = [await contactsOf(client), await eventsOf(client)]
    const path = `/clients/${client}/contacts`
    const answers = [
      await staff.get(`${path}/new`),
      await staff.get(`${path}/${ids[0]!}/edit`),
      await staff.post(path, typed({ id: randomUUID() })),
      await staff.post(path, typed({ id: randomUUID(), name: '' })),
      await staff.post(`${path}/order`, orderFields(ids.toReversed())),
      await staff.post(`${path}/${ids[0]!}`, typed({ version: '1', name: 'New' })),
      await staff.post(`${path}/${ids[0]!}/move`, { move: 'down' }),
      await staff.post(`${path}/${ids[0]!}/confirm`, { version: 1 }),
      await staff.post(`${path}/${ids[0]!}/remove`, { version: 1 }),
    ]
    for (const { status, text } of answers) {
      expect(status).toBe(409)
      expect(text).toContain('This client is archived, so the emergency contacts were not changed.')
      expect(text).not.toContain('Kowalski')
    }
    expect(await contactsOf(client)).toEqual(before)
    expect(await eventsOf(client)).toEqual(events)

    await ostoja.features.clients.restore(systemActor(tenantId), client)
    expect((await staff.post(`${path}/${ids[0]!}/confirm`, { version: 1 })).status).toBe(303)
  })
})

describe('a form that names a client', () => {
  it('is a reading of that client, and a change that shows nothing is none', async () => {
    const client = await newClient()
    const readings = async () => {
      const { rows } = await admin.query<{ account_id: number }>(
        `select account_id from audit_events where subject_id = $1 and action in ('client.viewed', 'emergency-contact.viewed')`,
        [client],
      )
      return rows.map(row => row.account_id)
    }
    const id = await add(client)
    expect(await readings()).toEqual([])
    for (const [times, ask] of [
      () => staff.get(`/clients/${client}/contacts/new`),
      () => staff.get(`/clients/${client}/contacts/${id}/edit`),
      () => staff.post(`/clients/${client}/contacts`, typed({ id: randomUUID(), name: '' })),
      () => staff.post(`/clients/${client}/contacts/${id}`, typed({ version: '7', name: 'Other' })),
    ].entries()) {
      expect((await ask()).text).toContain('Jan Kowalski')
      expect(await readings()).toEqual(Array(times + 1).fill(staff.account.id))
    }
  })
})

describe('contacts of many clients', () => {
  it("come at once, each client's in order, without those who have none", async () => {
    const [one, other, none] = [await newClient(), await newClient(), await newClient()]
    const [ones, others] = [await addSome(one, 3), await addSome(other, 2)]
    const { emergencyContacts, db } = ostoja.features
    const found = await db.asTenant({ tenantId }, trx =>
      emergencyContacts.ofClients(trx, systemActor(tenantId), [none, one, other]),
    )
    expect([...found.keys()].sort()).toEqual([one, other].sort())
    expect(found.get(one)!.map(contact => contact.id)).toEqual(ones)
    expect(found.get(other)!.map(contact => contact.id)).toEqual(others)
  })
})

describe('nobody else', () => {
  const everyRoute = (client: string, contact: string): ['get' | 'post', string][] => [
    ['get', `/clients/${client}/contacts/new`],
    ['post', `/clients/${client}/contacts`],
    ['get', `/clients/${client}/contacts/${contact}/edit`],
    ['post', `/clients/${client}/contacts/${contact}`],
    ['post', `/clients/${client}/contacts/${contact}/move`],
    ['post', `/clients/${client}/contacts/${contact}/confirm`],
    ['post', `/clients/${client}/contacts/${contact}/remove`],
    ['post', `/clients/${client}/contacts/order`],
  ]

  it.each([
    ['with nothing in the form', {}],
    ['with all in the form', typed({ version: '1', move: 'up' })],
  ])('of another organisation finds or changes a contact, %s', async (_how, fields) => {
    const client = await newClient()
    const ids = await addSome(client, 2)
    const elsewhere = await ostoja.newTenant('Elsewhere')
    const stranger = await ostoja.signedIn(elsewhere, ['staff'])
    const theirs = await newClient(elsewhere)
    const ask = (method: 'get' | 'post', path: string) =>
      method === 'get' ? stranger.get(path) : stranger.post(path, { ...fields, ...orderFields(ids) })

    for (const [method, path] of everyRoute(client, ids[1]!))
      expect([path, (await ask(method, path)).status]).toEqual([path, 404])
    for (const [method, path] of everyRoute(theirs, ids[1]!).filter(([, path]) => path.includes(ids[1]!)))
      expect([path, (await ask(method, path)).status]).toEqual([path, 404])
    expect(await contactsOf(client, elsewhere)).toEqual([])
    expect(await idsOf(client)).toEqual(ids)
    expect((await contactsOf(client)).map(contact => contact.version)).toEqual([1, 1])
  })

  it('without the role may even ask, and an address that is none is nowhere', async () => {
    const client = await newClient()
    const id = await add(client)
    const officer = await ostoja.signedIn(tenantId, ['administrator', 'security_officer'])
    for (const [method, path] of everyRoute(client, id)) {
      const answer = method === 'get' ? await officer.get(path) : await officer.post(path, typed({ version: '1' }))
      expect([path, answer.status]).toEqual([path, 403])
    }
    const visitor = ostoja.visitor()
    expect((await visitor.get(`/clients/${client}/contacts/new`)).headers.location).toBe('/sign-in')
    expect((await staff.get(`/clients/${client}/contacts/1/edit`)).status).toBe(404)
    expect((await staff.get(`/clients/x/contacts/new`)).status).toBe(404)
    expect(await contactsOf(client)).toMatchObject([{ id, version: 1 }])
  })

  it('with the database in hand reads anything of a contact', async () => {
    const client = await newClient()
    const secrets = {
      name: unlikely('Name'),
      relationshipText: unlikely('Text'),
      tellNote: unlikely('Note'),
      address: unlikely('Street'),
      email: `${unlikely('mail')}@example.org`,
      'phones[0][number]': '698 765 432',
      'phones[0][hours]': unlikely('Hours'),
    }
    const id = await add(client, secrets)
    await staff.post(`/clients/${client}/contacts/${id}/confirm`, { version: 1 })
    const { rows } = await admin.query<{ text: string }>(
      `select row_to_json(c)::text as text from emergency_contacts c union all select row_to_json(v)::text from emergency_contact_versions v
       union all select row_to_json(a)::text from audit_events a`,
    )
    const stored = rows.map(row => row.text).join('\n')
    for (const secret of [...Object.values(secrets), '+48698765432', '698765432'])
      for (const encoding of ['utf8', 'hex', 'base64'] as const)
        expect(stored).not.toContain(Buffer.from(secret).toString(encoding).replace(/=+$/, ''))
    expect(stored).toContain(id)
  })
})
