import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { selectToConfirm } from '../../src/features/emergency-contacts/queries.ts'
import type { Actor } from '../../src/platform/actor.ts'
import { newClient } from '../support/clients.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'
import type { Visitor } from '../support/visitor.ts'
import { contactProfile } from '../support/world.ts'

let ostoja: Ostoja
beforeAll(async () => {
  ostoja = await startOstoja()
})
afterAll(() => ostoja.close())

const list = '/contacts-to-confirm'
const dayAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10)
const number = (wrong: boolean) =>
  ({
    type: 'mobile',
    number: '+48500000124',
    typed: '500 000 124',
    hours: null,
    ...(wrong && { wrongSince: dayAgo(3) }),
  }) as const

type Contact = { id: string; clientId: string }
/** An organisation whose clients have five contacts each: one with a wrong number, two never confirmed, two confirmed on one day. */
const organisation = async (clients: number) => {
  const tenantId = await ostoja.newTenant()
  const visitor = await ostoja.signedIn(tenantId, ['staff'])
  const actor: Actor = { tenantId, accountId: visitor.account.id, roles: ['staff'] }
  const contacts: Contact[] = []
  for (let client = 0; client < clients; client += 1) {
    const clientId = await newClient(ostoja, actor)
    for (const lastConfirmedOn of [dayAgo(1), null, null, dayAgo(400), dayAgo(400)]) {
      const id = randomUUID()
      const profile = { ...contactProfile, lastConfirmedOn, phones: [number(lastConfirmedOn === dayAgo(1))] }
      await ostoja.features.emergencyContacts.add(actor, clientId, id, profile)
      contacts.push({ id, clientId })
    }
  }
  return { visitor, actor, contacts }
}

const pageAt = async (visitor: Visitor, address: string) => {
  const { status, text } = await visitor.get(address)
  const link = (way: string) => new RegExp(`href="([^"]+)" rel="${way}"`).exec(text)?.[1]?.replaceAll('&amp;', '&')
  return {
    status,
    text,
    ids: [...text.matchAll(/<h2 id="contact-([^"]+)"/g)].map(found => found[1]!),
    next: link('next'),
    previous: link('prev'),
    here: /name="workList" value="([^"]*)"/.exec(text)?.[1]?.replaceAll('&amp;', '&'),
  }
}

const confirm = (actor: Actor, contacts: readonly Contact[], ids: readonly string[]) =>
  Promise.all(
    contacts
      .filter(({ id }) => ids.includes(id))
      .map(({ id, clientId }) => ostoja.features.emergencyContacts.confirm(actor, clientId, id, 1, true)),
  )

describe('the list of contacts to confirm', () => {
  it('shows each contact once on a walk through its pages while others confirm what was shown, and in its order', async () => {
    const { visitor, actor, contacts } = await organisation(13)
    const shown: string[] = []
    const left: string[] = []
    const pages: string[] = []
    for (let address: string | undefined = list; address;) {
      pages.push(address)
      const page = await pageAt(visitor, address)
      shown.push(...page.ids)
      // The last of the page too, whose place the next page begins after.
      const confirmed = page.ids.filter((_, index) => index % 3 !== 1)
      left.push(...page.ids.filter(id => !confirmed.includes(id)))
      await confirm(actor, contacts, confirmed)
      address = page.next
    }
    expect(pages).toHaveLength(3)
    expect(shown).toHaveLength(65)
    expect(new Set(shown)).toEqual(new Set(contacts.map(({ id }) => id)))
    // Of the contacts as they were added: 0 has a wrong number, 1 and 2 were never confirmed, 3 and 4 long ago.
    const kinds = shown.map(id => contacts.findIndex(contact => contact.id === id) % 5)
    expect(kinds.map(kind => Math.ceil(kind / 2))).toEqual([
      ...Array(13).fill(0),
      ...Array(26).fill(1),
      ...Array(26).fill(2),
    ])
    for (const address of pages.slice(1))
      expect(address).toMatch(/^\/contacts-to-confirm\?after=(wrong|due)_(never|[\d-]{10})_[0-9a-f-]{36}_\d$/)

    // And back again, through those who are left.
    const back: string[] = []
    for (let address = pages.at(-1); address;) {
      const page = await pageAt(visitor, address)
      back.unshift(...page.ids)
      address = page.previous
    }
    expect(back).toEqual(left)
  })

  it('comes back to its page from a confirmation there, with whoever moves up', async () => {
    const { visitor, contacts } = await organisation(11)
    const second = (await pageAt(visitor, list)).next!
    const before = await pageAt(visitor, second)
    expect(before.here).toBe(second)
    const contact = contacts.find(({ id }) => id === before.ids[4])!
    const path = `/clients/${contact.clientId}/contacts/${contact.id}/confirm`
    const answer = await visitor.post(path, { version: 1, workList: before.here! }, second)
    expect([answer.status, answer.headers.location]).toEqual([303, second])
    const after = await pageAt(visitor, second)
    expect(after.ids.slice(0, 24)).toEqual(before.ids.filter(id => id !== contact.id))
    expect(after.ids).toHaveLength(25)
  })

  it('shows its end where everybody after a place was confirmed, and its beginning where everybody before it was', async () => {
    const { visitor, actor, contacts } = await organisation(6)
    const first = await pageAt(visitor, list)
    const last = await pageAt(visitor, first.next!)
    expect([first.ids.length, last.ids.length, last.next]).toEqual([25, 5, undefined])
    await confirm(actor, contacts, last.ids)
    const end = await pageAt(visitor, first.next!)
    expect([end.ids, end.next, end.previous]).toEqual([first.ids, undefined, undefined])

    const other = await organisation(6)
    const otherFirst = await pageAt(other.visitor, list)
    const otherLast = await pageAt(other.visitor, otherFirst.next!)
    await confirm(other.actor, other.contacts, otherFirst.ids)
    const start = await pageAt(other.visitor, otherLast.previous!)
    expect([start.ids, start.next, start.previous]).toEqual([otherLast.ids, undefined, undefined])

    await confirm(other.actor, other.contacts, otherLast.ids)
    for (const address of [list, otherFirst.next!, otherLast.previous!]) {
      const calm = await pageAt(other.visitor, address)
      expect([calm.status, calm.ids]).toEqual([200, []])
      expect(calm.text).toContain('Every contact is confirmed')
    }
  })

  it('begins at its beginning where an address names no place, and sends nobody elsewhere', async () => {
    const { visitor, contacts } = await organisation(1)
    const id = randomUUID()
    for (const place of [
      'x',
      `due_2026-02-30_${id}_1`,
      `due_0000-01-01_${id}_1`,
      `due_never_${'-'.repeat(36)}_1`,
      `due_never_${id}_9999999`,
    ])
      for (const way of ['after', 'before', 'after[]'])
        expect((await pageAt(visitor, `${list}?${way}=${place}`)).ids).toHaveLength(5)
    const [{ id: contact, clientId }] = contacts as [Contact]
    const workList = 'https://elsewhere.invalid/?after=x'
    const answer = await visitor.post(
      `/clients/${clientId}/contacts/${contact}/confirm`,
      { version: 1, workList, numbersAreRight: 'yes' },
      list,
    )
    expect(answer.headers.location).toBe(list)
  })
})

describe('a page of many thousand contacts to confirm', () => {
  it('is read through the list’s own index, from its place on', async () => {
    const { actor } = await organisation(1)
    const admin = new pg.Client(ostoja.database.adminUrl)
    await admin.connect()
    await admin.query(
      `with made as (
         insert into clients (tenant_id, profile_sealed, search_tokens, letter_token, person_token, file_number_token, created_at, updated_at)
         select $1, '\\x00', array[n], n, n, n, now(), now() from generate_series(1, 4000) n returning id
       )
       insert into emergency_contacts (tenant_id, id, client_id, rank, profile_sealed, created_at, updated_at, last_confirmed_on, wrong_number)
       select $1, gen_random_uuid(), made.id, rank, '\\x00', now(), now(), date '2024-01-01' + rank * 30, false
         from made, generate_series(1, 5) rank`,
      [actor.tenantId],
    )
    await admin.query('analyze clients; analyze emergency_contacts')
    await admin.end()
    await ostoja.platform.db.asTenant(actor, async trx => {
      const place = { wrong: false, confirmedOn: '2024-05-01', clientId: randomUUID(), rank: 3 }
      for (const way of ['after', 'before'] as const) {
        const asked = selectToConfirm(trx, '2026-05-24', { way, place }, 26) as unknown as { toQuery: () => string }
        const { rows } = await trx.raw<{ rows: { 'QUERY PLAN': string }[] }>(`explain ${asked.toQuery()}`)
        const plan = rows.map(row => row['QUERY PLAN']).join('\n')
        expect(plan).toMatch(/Index Scan (Backward )?using emergency_contacts_to_confirm/)
        expect(plan).toMatch(/Index Cond: .*ROW\(.*client_id, .*rank\) [<>]/)
        expect(plan).not.toContain('Sort')
      }
    })
  })
})
