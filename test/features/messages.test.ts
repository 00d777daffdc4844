import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Actor, Role } from '../../src/platform/actor.ts'
import { NotFound } from '../../src/platform/errors.ts'
import type { PageWish } from '../../src/platform/web/page-key.ts'
import { newClient } from '../support/clients.ts'
import { startOstoja, unlikely, type Ostoja, type TestAccount } from '../support/ostoja.ts'

let ostoja: Ostoja
let tenantId: string
beforeAll(async () => {
  ostoja = await startOstoja()
  tenantId = await ostoja.newTenant()
})
afterAll(() => ostoja.close())

type Person = Actor & { accountId: number; account: TestAccount }
const person = async (roles: Role[], familyName = 'Testowa', tenant = tenantId): Promise<Person> => {
  const account = await ostoja.newAccount(tenant, roles, { familyName })
  return { tenantId: tenant, accountId: account.id, roles, account }
}
type Wish = { to?: Person[]; roles?: Role[]; subject?: string; text?: string; urgent?: boolean; client?: string | null }
const write = async (from: Actor, wish: Wish) => {
  const { to = [], roles = [], subject = 'Temat', text = 'Treść', urgent = false, client = null } = wish
  const ids = { thread: randomUUID(), message: randomUUID(), client }
  const form = { to: { accounts: to.map(({ accountId }) => accountId), roles }, subject, text, urgent }
  const outcome = await ostoja.features.messages.start(from, ids, form)
  return { id: ids.thread, outcome, ids, form }
}
const reply = (from: Actor, threadId: string, text = 'Odpowiedź', urgent = false) =>
  ostoja.features.messages.reply(from, threadId, randomUUID(), { text, urgent })
const inbox = async (actor: Actor, archived = false) =>
  (await ostoja.features.messages.list(actor, archived)).lines.map(({ id }) => id)
const unread = async (actor: Actor) => (await ostoja.features.messages.waiting(actor)).unread
const admin = async <Row extends object>(sql: string, values: unknown[] = []): Promise<Row[]> => {
  const client = new pg.Client(ostoja.database.adminUrl)
  await client.connect()
  const { rows } = await client.query<Row>(sql, values)
  await client.end()
  return rows
}
const audited = (action: string, subject: string) =>
  admin<{ account_id: number; detail: Record<string, unknown> }>(
    'select account_id, detail from audit_events where action = $1 and subject_id = $2 order by id',
    [action, subject],
  )

describe('a thread', () => {
  it('goes to those who are named, is unread until they open it, and says who has read it and when', async () => {
    const { messages } = ostoja.features
    const [anna, marek, ewa] = [
      await person(['staff'], 'Nowak'),
      await person(['staff'], 'Lis'),
      await person(['staff']),
    ]
    const written = ostoja.platform.clock().getTime()
    const { id } = await write(anna, { to: [marek], subject: 'Klucze', text: 'Leżą w dyżurce.' })

    expect(await inbox(marek)).toEqual([id])
    expect([await unread(marek), await unread(anna)]).toEqual([1, 0])
    await expect(messages.read(ewa, id)).rejects.toThrow(NotFound)
    expect((await messages.read(anna, id)).messages[0]).toMatchObject({ mine: true, seenBy: [] })

    expect(await messages.read(marek, id)).toMatchObject({
      subject: 'Klucze',
      messages: [{ text: 'Leżą w dyżurce.', by: 'Anna Nowak', fresh: true, mine: false }],
    })
    expect(await unread(marek)).toBe(0)
    const [seen] = (await messages.read(anna, id)).messages
    expect(seen!.seenBy).toMatchObject([{ name: 'Anna Lis', acknowledgedAt: null }])
    expect(seen!.seenBy[0]!.at.getTime()).toBeGreaterThanOrEqual(written)
    expect((await messages.read(marek, id)).messages[0]!.fresh).toBe(false)

    await reply(marek, id, 'Mam je.')
    expect([await unread(anna), await unread(marek)]).toEqual([1, 0])
    expect((await messages.list(anna, false)).lines[0]).toMatchObject({
      preview: 'Mam je.',
      lastBy: 'Anna Lis',
      messages: 2,
      unread: 1,
      people: ['Anna Lis'],
    })
    expect(await audited('message.sent', id)).toHaveLength(2)
  })

  it('is begun once and answered once by the same form sent twice, also at the same moment', async () => {
    const { messages } = ostoja.features
    const [anna, marek] = [await person(['staff']), await person(['staff'])]
    const ids = { thread: randomUUID(), message: randomUUID(), client: null }
    const form = { to: { accounts: [marek.accountId], roles: [] }, subject: 'a', text: 'b', urgent: true }
    await Promise.all([messages.start(anna, ids, form), messages.start(anna, ids, form)])
    const again = randomUUID()
    await Promise.all([1, 2, 3].map(() => messages.reply(anna, ids.thread, again, { text: 'c', urgent: false })))
    expect((await messages.read(marek, ids.thread)).messages.map(({ text }) => text)).toEqual(['b', 'c'])
    expect(await audited('message.sent', ids.thread)).toHaveLength(2)
  })

  it('keeps its order when many write at once', async () => {
    const people = await Promise.all([1, 2, 3, 4].map(() => person(['staff'])))
    const { id } = await write(people[0]!, { to: people.slice(1), text: '0' })
    await Promise.all(people.flatMap(one => [1, 2, 3].map(turn => reply(one, id, `${one.accountId} ${turn}`))))
    const { messages } = await ostoja.features.messages.read(people[0]!, id)
    expect(messages.map(({ number }) => number)).toEqual(Array.from({ length: 13 }, (_, index) => index + 1))
    const times = messages.map(({ at }) => at.getTime())
    expect([...times].sort((one, other) => one - other)).toEqual(times)
    for (const one of people.slice(1)) {
      const [row] = await admin<{ unread: number }>(
        'select unread from message_participants where thread_id = $1 and account_id = $2',
        [id, one.accountId],
      )
      expect(row!.unread).toBe(10)
    }
  })

  it('can be marked unread, archived by one person alone, and comes back when somebody writes', async () => {
    const { messages } = ostoja.features
    const [anna, marek] = [await person(['staff']), await person(['staff'])]
    const { id } = await write(anna, { to: [marek] })
    await messages.read(marek, id)
    await messages.markUnread(marek, id)
    expect(await unread(marek)).toBe(1)
    await messages.read(marek, id)
    expect(await unread(marek)).toBe(0)

    await messages.archive(marek, id)
    expect([await inbox(marek), await inbox(marek, true), await inbox(anna)]).toEqual([[], [id], [id]])
    await messages.restore(marek, id)
    expect(await inbox(marek)).toEqual([id])
    await messages.archive(marek, id)
    await reply(anna, id)
    expect([await inbox(marek), await inbox(marek, true), await unread(marek)]).toEqual([[id], [], 1])
    for (const [action, count] of Object.entries({
      'thread.archived': 2,
      'thread.restored': 1,
      'thread.marked-unread': 1,
    }))
      expect([action, (await audited(action, id)).length]).toEqual([action, count])
  })

  it('takes in people later, who find it unread and can read what was written before', async () => {
    const { messages } = ostoja.features
    const [anna, marek, ewa] = [await person(['staff']), await person(['staff']), await person(['administrator'])]
    const { id } = await write(anna, { to: [marek], text: 'Od początku' })
    const to = { accounts: [ewa.accountId], roles: [] }
    expect(await messages.addPeople(marek, id, to)).toBe('sent')
    expect(await messages.addPeople(marek, id, to)).toBe('nobody')
    expect([await unread(ewa), await inbox(ewa)]).toEqual([1, [id]])
    expect((await messages.read(ewa, id)).messages[0]!.text).toBe('Od początku')
    expect(await audited('thread.people-added', id)).toMatchObject([
      { account_id: marek.accountId, detail: { accounts: [String(ewa.accountId)] } },
    ])
    await expect(messages.addPeople(await person(['staff']), id, to)).rejects.toThrow(NotFound)
  })

  it('is not for another organisation, and names none of its people', async () => {
    const { messages } = ostoja.features
    const [anna, marek] = [await person(['staff']), await person(['staff'])]
    const stranger = await person(['staff'], 'Obca', await ostoja.newTenant())
    expect((await write(anna, { to: [marek, stranger] })).outcome).toBe('not-allowed')
    const { id } = await write(anna, { to: [marek] })
    for (const attempt of [
      () => messages.read(stranger, id),
      () => reply(stranger, id),
      () => messages.archive(stranger, id),
      () => messages.acknowledge(stranger, id, 9),
      () => messages.addPeople(stranger, id, { accounts: [stranger.accountId], roles: [] }),
    ])
      await expect(attempt()).rejects.toThrow(NotFound)
  })

  it('does not reach whoever is deactivated, and says so; to nobody at all nothing can be sent', async () => {
    const { messages, accountPowers } = ostoja.features
    const [anna, marek, ewa] = [
      await person(['staff', 'administrator']),
      await person(['staff']),
      await person(['staff']),
    ]
    const { id } = await write(anna, { to: [marek, ewa] })
    await accountPowers.deactivate(anna, marek.accountId)
    await reply(anna, id, 'Bez Marka')
    expect((await messages.read(ewa, id)).people.find(one => one.id === marek.accountId)!.active).toBe(false)
    expect((await write(anna, { to: [marek] })).outcome).toBe('not-allowed')
    expect((await write(anna, { to: [anna] })).outcome).toBe('nobody')
    await accountPowers.activate(anna, marek.accountId)
    expect((await messages.read(marek, id)).messages).toHaveLength(2)
  })
})

describe('lists of threads', () => {
  const onPage = 40
  type Pages = (wish: PageWish) => Promise<{ lines: { id: string }[]; previous: string | null; next: string | null }>
  /** Every page from the beginning on, and then back. */
  const leafed = async (list: Pages) => {
    const forth: string[][] = []
    let page = await list({})
    while (forth.push(page.lines.map(({ id }) => id)) && page.next) page = await list({ after: page.next })
    const back = [page.lines.map(({ id }) => id)]
    while (page.previous) {
      page = await list({ before: page.previous })
      back.unshift(page.lines.map(({ id }) => id))
    }
    return { forth, back }
  }

  it('are paged without leaving out or repeating any, those of one moment among them', async () => {
    const tenant = await ostoja.newTenant()
    const [anna, marek] = [await person(['staff'], 'A', tenant), await person(['staff'], 'B', tenant)]
    const client = await newClient(ostoja, anna)
    const ids: string[] = []
    for (let n = 0; n < 2 * onPage + 5; n++) ids.push((await write(anna, { to: [marek], client })).id)
    for (const table of ['message_threads', 'message_participants'])
      await admin(`update ${table} set last_at = date_trunc('day', last_at) where tenant_id = $1`, [tenant])
    const { messages } = ostoja.features
    const lists: Pages[] = [wish => messages.list(marek, false, wish), wish => messages.ofClient(marek, client, wish)]
    for (const list of lists) {
      const { forth, back } = await leafed(list)
      expect(forth.map(page => page.length)).toEqual([onPage, onPage, 5])
      expect(forth.flat().sort()).toEqual([...ids].sort())
      expect(back).toEqual(forth)
    }
  })

  it('go on where a page ended, whatever was written meanwhile', async () => {
    const { messages } = ostoja.features
    const tenant = await ostoja.newTenant()
    const [anna, marek] = [await person(['staff'], 'A', tenant), await person(['staff'], 'B', tenant)]
    const ids: string[] = []
    for (let n = 0; n < onPage + 3; n++) {
      ostoja.skip(1000)
      ids.unshift((await write(anna, { to: [marek] })).id)
    }
    const first = await messages.list(marek, false)
    expect(first.lines.map(({ id }) => id)).toEqual(ids.slice(0, onPage))
    ostoja.skip(1000)
    await reply(anna, ids.at(-1)!)
    await write(anna, { to: [marek] })
    const second = await messages.list(marek, false, { after: first.next! })
    expect(second.lines.map(({ id }) => id)).toEqual(ids.slice(onPage, -1))
    const beginning = await messages.list(marek, false)
    for (const nonsense of ['x', '', 'A'.repeat(31), "'; --"])
      expect(await messages.list(marek, false, { after: nonsense })).toEqual(beginning)
  })

  it('lead from page to page by addresses that hold a place and nothing else', async () => {
    const visitor = await ostoja.signedIn(await ostoja.newTenant(), ['staff'])
    const { tenantId: tenant, id: accountId } = visitor.account
    const anna = await person(['staff'], 'A', tenant)
    const reader: Person = { tenantId: tenant, accountId, roles: ['staff'], account: visitor.account }
    for (let n = 0; n <= onPage; n++) {
      ostoja.skip(1000)
      await write(anna, { to: [reader], subject: `Temat nr ${n}.` })
    }
    const next = /href="(\/messages\?after=[\w-]{32})" rel="next"/.exec((await visitor.get('/messages')).text)?.[1]
    const page = await visitor.get(next!)
    expect([page.text.includes('Temat nr 0.'), page.text.includes('Temat nr 1.')]).toEqual([true, false])
    const back = /href="(\/messages\?before=[\w-]{32})" rel="prev"/.exec(page.text)?.[1]
    expect((await visitor.get(back!)).text).toContain(`Temat nr ${onPage}.`)
  })
})

describe('a thread to a role', () => {
  it('is for whoever has the role, also for those who get it later, and no longer for those who lose it', async () => {
    const { messages, accounts } = ostoja.features
    const tenant = await ostoja.newTenant()
    const [anna, officer] = [await person(['staff'], 'A', tenant), await person(['security_officer'], 'B', tenant)]
    const { id } = await write(anna, { roles: ['security_officer'], subject: 'Do inspektorów' })
    expect(await unread(officer)).toBe(1)

    const later = await person(['security_officer'], 'C', tenant)
    expect([await inbox(later), await unread(later)]).toEqual([[id], 0])
    await reply(anna, id)
    expect(await unread(later)).toBe(1)
    expect((await messages.read(later, id)).messages).toHaveLength(2)

    const amend = async (who: Person, roles: Role[]) => {
      const { revision, givenName, familyName, email } = await accounts.find(anna, who.accountId)
      await accounts.amend(
        { ...anna, accountId: null },
        who.accountId,
        { givenName, familyName, email, language: 'pl', roles },
        revision,
      )
      return { ...who, roles }
    }
    const promoted = await amend(await person(['staff'], 'D', tenant), ['staff', 'security_officer'])
    expect(await inbox(promoted)).toEqual([id])
    const demoted = await amend(later, ['staff'])
    expect([await inbox(demoted), await unread(demoted)]).toEqual([[], 0])
    await expect(messages.read(demoted, id)).rejects.toThrow(NotFound)
  })

  it('with nobody in it but oneself is not sent', async () => {
    const tenant = await ostoja.newTenant()
    const anna = await person(['staff', 'security_officer'], 'A', tenant)
    expect((await write(anna, { roles: ['security_officer'] })).outcome).toBe('nobody')
  })
})

describe('a thread about a client', () => {
  it('belongs to the record: whoever may see it reads it from there, and nobody else, not even who takes part', async () => {
    const { messages } = ostoja.features
    const [anna, marek, colleague] = [await person(['staff']), await person(['staff']), await person(['staff'])]
    const administrator = await person(['administrator'])
    const client = await newClient(ostoja, anna)
    expect((await write(anna, { to: [administrator], client })).outcome).toBe('not-allowed')
    expect((await write(anna, { roles: ['administrator'], client })).outcome).toBe('not-allowed')

    const { id } = await write(anna, { to: [marek], client, text: 'Nie odbiera telefonu.' })
    expect((await messages.ofClient(colleague, client)).lines.map(line => line.id)).toEqual([id])
    expect((await messages.read(colleague, id)).takesPart).toBe(false)
    expect(await inbox(colleague)).toEqual([])
    await reply(colleague, id, 'Byłam u niej rano.')
    expect(await inbox(colleague)).toEqual([id])

    await expect(messages.ofClient(administrator, client)).rejects.toThrow(NotFound)
    await expect(messages.read(administrator, id)).rejects.toThrow(NotFound)
    const formerStaff: Person = { ...marek, roles: ['administrator'] }
    expect([await inbox(formerStaff), await unread(formerStaff)]).toEqual([[], 0])
    await expect(messages.read(formerStaff, id)).rejects.toThrow(NotFound)
    expect((await messages.search(formerStaff, 'telefonu')).threads).toEqual([])

    expect((await audited('thread.read', id)).map(({ detail }) => detail.clients)).toEqual([[client]])
    await expect(write(anna, { to: [marek], client: randomUUID() })).rejects.toThrow(NotFound)
  })

  it('goes when the client is erased, with its messages, receipts and drafts of answers', async () => {
    const { messages, erasures, drafts } = ostoja.features
    const [anna, marek] = [await person(['staff']), await person(['staff'])]
    const client = await newClient(ostoja, anna)
    const { id } = await write(anna, { to: [marek], client, urgent: true })
    await messages.acknowledge(marek, id, 1)
    await drafts.keep(
      { ...anna, accountId: anna.accountId, page: `/messages/${id}`, id: randomUUID() },
      `/messages/${id}/replies`,
      [['text', 'niewysłane']],
    )
    const administrator = await person(['administrator'])
    expect((await erasures.look(administrator, client)).threads).toBe(1)
    expect(await erasures.erase(administrator, client, 'na życzenie')).toMatchObject({ threads: 1, drafts: 1 })
    for (const table of ['message_threads', 'messages', 'message_participants'])
      expect([
        table,
        await admin(
          `select 1 from ${table} where tenant_id = $1 and ${table === 'message_threads' ? 'id' : 'thread_id'} = $2`,
          [tenantId, id],
        ),
      ]).toEqual([table, []])
    expect(
      await admin(
        'select 1 from message_receipts r where not exists (select from messages m where m.id = r.message_id)',
      ),
    ).toEqual([])
    await expect(messages.read(anna, id)).rejects.toThrow(NotFound)
  })
})

describe('an urgent message', () => {
  it('waits for each participant until they acknowledge what they have seen, and the others see who has', async () => {
    const { messages } = ostoja.features
    const [anna, marek, ewa] = [
      await person(['staff'], 'Nowak'),
      await person(['staff'], 'Lis'),
      await person(['staff'], 'Król'),
    ]
    const { id } = await write(anna, { to: [marek, ewa], urgent: true, subject: 'Ewakuacja' })
    const urgent = async (actor: Actor) => (await messages.waiting(actor)).urgent
    expect(await urgent(anna)).toEqual([])
    expect(await urgent(marek)).toMatchObject([{ threadId: id, subject: 'Ewakuacja', by: 'Anna Nowak' }])

    await messages.read(marek, id)
    await messages.archive(marek, id)
    expect(await urgent(marek)).toHaveLength(1)
    await reply(anna, id, 'Jeszcze jedno', true)
    await messages.acknowledge(marek, id, 1)
    expect(await urgent(marek)).toHaveLength(1)
    await messages.acknowledge(marek, id, 2)
    await messages.acknowledge(marek, id, 2)
    expect([await urgent(marek), (await urgent(ewa)).length]).toEqual([[], 1])

    const [first] = (await messages.read(anna, id)).messages
    expect(first!.seenBy).toMatchObject([{ name: 'Anna Lis' }])
    expect(first!.seenBy[0]!.acknowledgedAt).toBeInstanceOf(Date)
    expect(await audited('message.acknowledged', id)).toHaveLength(2)
  })
})

describe('searching in messages', () => {
  it('finds by beginnings of words of text and subject, without accents, only what one takes part in', async () => {
    const { messages } = ostoja.features
    const [anna, marek, ewa] = [await person(['staff']), await person(['staff']), await person(['staff'])]
    const { id } = await write(anna, {
      to: [marek],
      subject: 'Wizyta u lekarza',
      text: 'Przyjedzie żółtym autobusem o dziewiątej.',
    })
    await reply(marek, id, 'Dobrze, czekam przy furtce.')
    const find = async (who: Actor, query: string) => (await messages.search(who, query)).threads.map(one => one.id)
    for (const query of ['zolt', 'Żółtym', 'autob lekarz', 'furt', 'FURTCE wizyta'])
      expect([query, await find(marek, query)]).toEqual([query, [id]])
    expect(await find(marek, 'autobus furtka')).toEqual([])
    expect(await find(ewa, 'autobusem')).toEqual([])
    const [found] = (await messages.search(marek, 'dziewiat')).threads
    expect(found!.excerpt.filter(part => part.found)).toEqual([{ text: 'dziewiątej', found: true }])
  })

  it('asks a function that stays within the tenant, whatever tokens it is asked for', async () => {
    const anna = await person(['staff'])
    const other = await ostoja.newTenant()
    const [foreign, friend] = [await person(['staff'], 'X', other), await person(['staff'], 'Y', other)]
    await write(foreign, { to: [friend], text: 'osobliwość' })
    const [row] = await admin<{ search_tokens: string[] }>('select search_tokens from messages where tenant_id = $1', [
      other,
    ])
    const found = await ostoja.platform.db.asTenant(anna, trx =>
      trx.raw<{ rows: object[] }>('select * from search_messages(?::bigint[], ?::int, ?::text[], 10)', [
        row!.search_tokens.slice(0, 1),
        friend.accountId,
        ['staff'],
      ] as never),
    )
    expect(found.rows).toEqual([])
  })

  it('is answered by an address that says nothing, kept for the searcher alone', async () => {
    const visitor = await ostoja.signedIn(tenantId, ['staff'])
    const word = unlikely()
    const answer = await visitor.post('/messages/searches', { query: word }, '/messages')
    expect(answer.status).toBe(303)
    expect(answer.headers.location).toMatch(/^\/messages\/searches\/[\w-]{22}$/)
    const page = await visitor.get(String(answer.headers.location))
    expect([page.status, page.text.includes(word)]).toEqual([200, true])
    const other = await ostoja.signedIn(tenantId, ['staff'])
    expect((await other.get(String(answer.headers.location))).status).toBe(404)
    expect((await visitor.post('/messages/searches', { query: '…' }, '/messages')).status).toBe(422)
  })
})

describe('pages of messages', () => {
  it('keep what was typed when something is missing, and say what beside the field', async () => {
    const visitor = await ostoja.signedIn(tenantId, ['staff'])
    const answer = await visitor.post('/messages', { subject: 'Tylko temat', text: '' }, '/messages/new')
    expect(answer.status).toBe(422)
    expect(answer.text).toContain('value="Tylko temat"')
    expect(answer.text).toContain('Choose at least one other person')
    for (const odd of ['role:operator', '-1', 'x', '999999999'])
      expect([
        odd,
        (await visitor.post('/messages', { 'to[]': odd, subject: 'a', text: 'b' }, '/messages/new')).status,
      ]).toEqual([odd, 422])
  })

  it('show on every page how much is unread and what is urgent, until it is acknowledged there', async () => {
    const anna = await person(['staff'], 'Nowak')
    const visitor = await ostoja.signedIn(tenantId, ['staff'])
    const marek = { ...anna, accountId: visitor.account.id, account: visitor.account }
    const subject = unlikely('Pilne ')
    const { id } = await write(anna, { to: [marek], urgent: true, subject })
    for (const page of ['/', '/clients', '/account']) {
      const { text } = await visitor.get(page)
      expect([page, text.includes(subject), text.includes('class="nav-count"')]).toEqual([page, true, true])
    }
    const thread = await visitor.get(`/messages/${id}`)
    expect(thread.text).not.toContain('class="nav-count"')
    const done = await visitor.post(`/messages/${id}/acknowledge`, { through: 1 }, `/messages/${id}`)
    expect([done.status, done.headers.location]).toEqual([303, `/messages/${id}`])
    expect((await visitor.get('/clients')).text).not.toContain(subject)
  })
})
