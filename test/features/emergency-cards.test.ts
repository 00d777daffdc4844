import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cardOf, type CardClient, type CardContact } from '../../src/features/emergency-cards/card.ts'
import type { Call } from '../../src/features/emergency-cards/call.ts'
import type { Actor } from '../../src/platform/actor.ts'
import type { RecordedRules } from '../../src/safe-to-contact/rules.ts'
import { newClient } from '../support/clients.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'
import type { Visitor } from '../support/visitor.ts'
import { contactProfile } from '../support/world.ts'

let ostoja: Ostoja
let tenant: string
let staff: Visitor & { account: { id: number } }
let actor: Actor

beforeAll(async () => {
  ostoja = await startOstoja()
  tenant = await ostoja.newTenant()
  staff = await ostoja.signedIn(tenant, ['staff'])
  actor = { tenantId: tenant, accountId: staff.account.id, roles: ['staff'] }
})
afterAll(() => ostoja.close())

const query = async <Row extends object>(sql: string, values: unknown[] = []): Promise<Row[]> => {
  const client = new pg.Client(ostoja.database.adminUrl)
  await client.connect()
  try {
    return (await client.query<Row>(sql, values)).rows
  } finally {
    await client.end()
  }
}
const mobile = (end: number, rules: RecordedRules = {}) =>
  ({ type: 'mobile', number: `+48500000${end}`, typed: `500 000 ${end}`, hours: null, ...rules }) as const

/** A client with a number of their own and these contacts. */
const family = async (...contacts: { name: string; phones: ReturnType<typeof mobile>[] }[]) => {
  const { hours: _, ...own } = mobile(900)
  const clientId = await newClient(ostoja, actor, { phones: [own], alerts: ['Cukrzyca'] })
  const ids: string[] = []
  for (const contact of contacts) {
    const id = randomUUID()
    await ostoja.features.emergencyContacts.add(actor, clientId, id, { ...contactProfile, ...contact })
    ids.push(id)
  }
  return { clientId, ids, card: `/clients/${clientId}/card`, calls: `/clients/${clientId}/calls` }
}
const next = (html: string) => /call-next" id="contact-([0-9a-f-]+)"/.exec(html)?.[1]
const log = (calls: string, card: string, fields: Record<string, string>) =>
  staff.post(calls, { id: randomUUID(), note: '', ...fields }, card)

describe('whom to call now', () => {
  const at = new Date('2026-11-23T12:00:00+01:00')
  const client = { id: 'c', status: 'active', profile: { phones: [], addresses: [] } } as unknown as CardClient
  const contact = (id: string, ...phones: RecordedRules[]) =>
    ({
      id,
      address: null,
      phones: phones.map((rules, index) => ({ typed: `${id}${index}`, ...rules })),
    }) as unknown as CardContact
  const call = (contactId: string, number: string, minutesAgo: number, outcome: Call['outcome'] = 'no-answer') =>
    ({ contactId, number, outcome, at: new Date(at.getTime() - minutesAgo * 60_000) }) as Call
  const later: RecordedRules = { reachable: [{ daysOfWeek: [], from: '16:00', to: '20:00' }] }
  const nextOf = (contacts: CardContact[], calls: Call[] = []) =>
    cardOf({ client, contacts, calls, at, timeZone: 'Europe/Warsaw', country: 'PL' }).next

  it.each([
    ['the first, before any call', [contact('a', {}), contact('b', {})], [], 'a'],
    ['the first who can be reached now', [contact('a', later), contact('b', {})], [], 'b'],
    ['nobody whose only number is wrong', [contact('a', { wrongSince: '2026-11-01' })], [], null],
    ['the next after no answer', [contact('a', {}), contact('b', {})], [call('a', 'a0', 2)], 'b'],
    ['the other number of the same person first', [contact('a', {}, {}), contact('b', {})], [call('a', 'a0', 2)], 'a'],
    [
      'who was called longest ago, when all were tried',
      [contact('a', {}), contact('b', {})],
      [call('b', 'b0', 2), call('a', 'a0', 9)],
      'a',
    ],
    [
      'nobody more, once somebody was reached',
      [contact('a', {}), contact('b', {})],
      [call('a', 'a0', 2, 'reached')],
      null,
    ],
    ['the first again in a new round', [contact('a', {}), contact('b', {})], [call('a', 'a0', 7 * 60, 'reached')], 'a'],
    ['nobody where there is none', [], [], null],
  ] as const)('is %s', (_when, contacts, calls, expected) => {
    expect(nextOf([...contacts], [...calls])).toBe(expected)
  })
})

describe('the emergency card', () => {
  it('shows in order whom to call, with links for a thumb, and is read by staff and security officers only', async () => {
    const { card, clientId, ids } = await family(
      { name: 'Zofia Pierwsza', phones: [mobile(901)] },
      { name: 'Adam Drugi', phones: [mobile(902)] },
    )
    const page = await staff.get(card)
    expect(page.status).toBe(200)
    expect(page.text.indexOf('Zofia Pierwsza')).toBeLessThan(page.text.indexOf('Adam Drugi'))
    for (const words of ['href="tel:+48500000901"', 'href="tel:+48500000900"', 'Cukrzyca', 'Hours not stated'])
      expect(page.text).toContain(words)
    expect(page.text).not.toContain('Reachable now')
    expect(next(page.text)).toBe(ids[0])
    const officer = await ostoja.signedIn(tenant, ['security_officer'])
    expect((await officer.get(card)).status).toBe(200)
    const read = await query(`select 1 from audit_events where action = 'client.card-viewed' and subject_id = $1`, [
      clientId,
    ])
    expect(read).toHaveLength(2)
  })

  it('gives no link to a number that must not ring now, and says why', async () => {
    const { card } = await family({
      name: 'Cicha',
      phones: [
        mobile(903, { doNotCallBetween: [{ from: '00:00', to: '00:00' }] }),
        mobile(904, { wrongSince: '2026-11-01' }),
      ],
    })
    const { text } = await staff.get(card)
    expect(text).not.toContain('tel:+48500000903')
    expect(text).not.toContain('tel:+48500000904')
    expect(text).toContain('500 000 903')
    expect(text).toContain('Do not call now')
    expect(text).toContain('No number on the list has a time at which it may be called')
    expect(text).not.toContain('at this hour')
  })
})

describe('a call', () => {
  it('is logged, sealed and audited, and then the next in line is shown', async () => {
    const { card, calls, clientId, ids } = await family(
      { name: 'Zofia', phones: [mobile(911)] },
      { name: 'Adam', phones: [mobile(912)] },
    )
    const answer = await log(calls, card, {
      who: ids[0]!,
      number: '500 000 911',
      outcome: 'no-answer',
      note: 'dzwoniłam dwa razy',
    })
    expect([answer.status, answer.headers.location]).toEqual([303, `${card}#next`])
    const page = await staff.get(card)
    expect(next(page.text)).toBe(ids[1])
    expect(page.text).toContain('dzwoniłam dwa razy')
    expect((await staff.get(calls)).text).toContain('dzwoniłam dwa razy')

    const [row] = await query<{ row: string }>(`select calls::text as row from calls where client_id = $1`, [clientId])
    for (const secret of ['dzwoni', 'Zofia', '000 911', '000911'])
      for (const written of [secret, Buffer.from(secret).toString('hex')]) expect(row!.row).not.toContain(written)
    const [event] = await query(`select detail from audit_events where action = 'call.logged' and subject_id = $1`, [
      clientId,
    ])
    expect(event).toMatchObject({ detail: { contact: ids[0], outcome: 'no-answer' } })
  })

  it('of a form sent twice is one call', async () => {
    const { card, calls, clientId, ids } = await family({ name: 'Zofia', phones: [mobile(913)] })
    const fields = { id: randomUUID(), who: ids[0]!, number: '500 000 913', outcome: 'wrong-number' }
    for (let turn = 0; turn < 2; turn++) expect((await log(calls, card, fields)).status).toBe(303)
    expect(await query(`select 1 from calls where client_id = $1`, [clientId])).toHaveLength(1)
    expect(
      await query(`select 1 from audit_events where action = 'call.logged' and subject_id = $1`, [clientId]),
    ).toHaveLength(1)
  })

  it.each([
    ['no outcome', { outcome: '' }, 'Choose how the call ended'],
    ['an outcome nobody offered', { outcome: 'perhaps' }, 'Choose how the call ended'],
    ['a number that is not on the card', { number: '112' }, 'Choose one of the numbers'],
    ['a contact of somebody else', { who: randomUUID() }, 'Choose one of the numbers'],
    ['nobody', { who: 'x' }, 'Choose one'],
    ['a novel', { note: 'ż'.repeat(1001) }, 'long'],
  ])('with %s is not logged, and what was typed stays', async (_what, wrong, words) => {
    const { card, calls, clientId, ids } = await family({ name: 'Zofia', phones: [mobile(914)] })
    const answer = await log(calls, card, {
      who: ids[0]!,
      number: '500 000 914',
      outcome: 'reached',
      note: 'to zostaje',
      ...wrong,
    })
    expect([answer.status, answer.text.includes(words)]).toEqual([422, true])
    if (!('note' in wrong) && !('who' in wrong)) expect(answer.text).toContain('to zostaje')
    expect(await query(`select 1 from calls where client_id = $1`, [clientId])).toEqual([])
  })

  it('that found a wrong number marks it until somebody mends or confirms it', async () => {
    const { card, calls, clientId, ids } = await family(
      { name: 'Zofia', phones: [mobile(915)] },
      { name: 'Adam', phones: [mobile(916)] },
    )
    await log(calls, card, { who: ids[0]!, number: '500 000 915', outcome: 'wrong-number' })
    await log(calls, card, { who: ids[1]!, number: '500 000 916', outcome: 'wrong-number' })
    await log(calls, card, { who: 'client', number: '500 000 900', outcome: 'wrong-number' })
    const flagged = await staff.get(card)
    for (const end of ['915', '916', '900']) expect(flagged.text).not.toContain(`tel:+48500000${end}`)
    const list = (await staff.get('/contacts-to-confirm')).text
    for (const words of ['Zofia', 'Adam', 'Wrong numbers of clients themselves']) expect(list).toContain(words)
    for (const page of [list, (await staff.get(`/clients/${clientId}`)).text])
      expect(page).toContain('Marked as a wrong number: 500 000 916.')
    expect((await staff.get('/')).text).toMatch(/\d+ contacts? (has|have) a wrong number/)

    const edit = `/clients/${clientId}/contacts/${ids[0]}/edit`
    const form = (await staff.get(edit)).text
    const value = (name: string) =>
      new RegExp(`name="${name.replaceAll(/[[\]]/g, '\\$&')}"[^>]*value="([^"]*)"`).exec(form)?.[1] ?? ''
    const mended = await staff.post(
      `/clients/${clientId}/contacts/${ids[0]}`,
      {
        version: value('version'),
        name: 'Zofia',
        relationship: 'SPS',
        mayBeTold: 'yes',
        'phones[0][type]': 'mobile',
        'phones[0][number]': '500 000 917',
        'phones[0][wrongNumber]': value('phones[0][wrongNumber]'),
        'phones[0][wrongSince]': value('phones[0][wrongSince]'),
      },
      edit,
    )
    expect([mended.status, value('phones[0][wrongNumber]')]).toEqual([303, '500 000 915'])
    const confirm = (answer: Record<string, string>) =>
      staff.post(
        `/clients/${clientId}/contacts/${ids[1]}/confirm`,
        { version: 2, workList: '/contacts-to-confirm', ...answer },
        card,
      )
    // One click without the question changes nothing.
    expect((await confirm({})).status).toBe(409)
    expect((await staff.get(card)).text).not.toContain('tel:+48500000916')
    const confirmed = await confirm({ numbersAreRight: 'yes' })
    const events = await query(
      `select 1 from audit_events where action = 'emergency-contact.confirmed' and subject_id = $1`,
      [clientId],
    )
    expect(events).toHaveLength(1)
    expect(confirmed.headers.location).toBe('/contacts-to-confirm')
    const page = (await staff.get(card)).text
    for (const end of ['917', '916']) expect(page).toContain(`tel:+48500000${end}`)
  })

  it('goes with the client when the client is erased, and keeps an import from being taken back over it', async () => {
    const { card, calls, clientId, ids } = await family({ name: 'Zofia', phones: [mobile(918)] })
    await log(calls, card, { who: ids[0]!, number: '500 000 918', outcome: 'reached' })
    const kept = await ostoja.features.db.asTenant(actor, trx =>
      ostoja.features.emergencyCards.havingCalls(trx, actor, [clientId, randomUUID()]),
    )
    expect([...kept]).toEqual([clientId])
    await query(`delete from clients where id = $1`, [clientId])
    expect(await query(`select 1 from calls where client_id = $1`, [clientId])).toEqual([])
  })
})

describe('the history of the contacts', () => {
  it('says who added, changed, confirmed and removed whom, and what differs', async () => {
    const { clientId, ids } = await family(
      { name: 'Zofia', phones: [mobile(921)] },
      { name: 'Adam', phones: [mobile(922)] },
    )
    const { emergencyContacts } = ostoja.features
    const path = `/clients/${clientId}/contact-history`
    await emergencyContacts.amend(actor, clientId, ids[0]!, 1, {
      ...contactProfile,
      name: 'Zofia Nowa',
      phones: [mobile(921, { voicemail: 'not_allowed' })],
    })
    await emergencyContacts.confirm(actor, clientId, ids[0]!, 2)
    await emergencyContacts.remove(actor, clientId, ids[1]!, 1)
    const { text } = await staff.get(path)
    const heads = [...text.matchAll(/<h2 id="entry-\d+">([^:<]+): <bdi>([^<]+)/g)].map(
      found => `${found[1]} ${found[2]}`,
    )
    expect(heads.toSorted()).toEqual([
      'Added Adam',
      'Added Zofia',
      'Changed Zofia Nowa',
      'Confirmed Zofia Nowa',
      'Removed Adam',
    ])
    expect(text).toContain('Leave no voicemail')
    expect(text).toContain('Anna Testowa')
    expect(
      await query(`select 1 from audit_events where action = 'client.contact-history-viewed' and subject_id = $1`, [
        clientId,
      ]),
    ).toHaveLength(1)
  })
})

describe('the contacts to confirm', () => {
  it('are those past the tenant’s interval, also ones recorded before their days stood in the clear', async () => {
    const own = await ostoja.newTenant('Interval')
    const visitor = await ostoja.signedIn(own, ['staff', 'administrator'])
    const someone: Actor = { tenantId: own, accountId: visitor.account.id, roles: ['staff'] }
    const clientId = await newClient(ostoja, someone)
    const ago = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10)
    for (const [name, days] of [
      ['Świeża', 20],
      ['Dawna', 100],
      ['Najdawniejsza', 250],
    ] as const)
      await ostoja.features.emergencyContacts.add(someone, clientId, randomUUID(), {
        ...contactProfile,
        name,
        lastConfirmedOn: ago(days),
      })
    await query(`update emergency_contacts set last_confirmed_on = null, wrong_number = null where tenant_id = $1`, [
      own,
    ])
    const names = async () =>
      [...(await visitor.get('/contacts-to-confirm')).text.matchAll(/<h2 id="contact-[^"]+"><bdi>([^<]+)/g)].map(
        found => found[1],
      )
    expect(await names()).toEqual(['Najdawniejsza'])
    const form = { autoLogoutMinutes: 10, secondSignIn: 'block', passwordMinimum: 8, confirmMonths: 3 }
    expect((await visitor.post('/settings', form, '/settings')).status).toBe(303)
    expect(await names()).toEqual(['Najdawniejsza', 'Dawna'])
    expect(await ostoja.features.emergencyContacts.countToConfirm(someone)).toEqual({ all: 2, wrong: 0 })
    await ostoja.features.clients.archive(someone, clientId)
    expect(await names()).toEqual([])
  })
})
