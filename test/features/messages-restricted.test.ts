import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Actor } from '../../src/platform/actor.ts'
import { NotFound } from '../../src/platform/errors.ts'
import type { ArrivingFile } from '../../src/platform/web/multipart.ts'
import { newClient } from '../support/clients.ts'
import { startMailServer, type MailServer } from '../support/mail-server.ts'
import { startOstoja, unlikely, type Ostoja } from '../support/ostoja.ts'
import { until } from '../support/until.ts'
import type { Visitor } from '../support/visitor.ts'
import { untilAllTried } from '../support/waiting-jobs.ts'

const words = { familyName: unlikely('Nazwisko'), subject: unlikely('Temat'), text: unlikely('tekst') }
const minute = 60_000

type Person = Actor & { accountId: number; visitor: Visitor }
let mail: MailServer
let ostoja: Ostoja
let admin: pg.Client
let ear: Ostoja['platform']['redis']
const told: string[] = []
let keyWorker: Person
/** Takes part, and stays named. */
let colleague: Person
/** Takes part, and is not named when the record is restricted. */
let outsider: Person
let officer: Person
let client: string
let thread: string
let file: string

beforeAll(async () => {
  mail = await startMailServer()
  ostoja = await startOstoja({ env: mail.settings })
  admin = new pg.Client(ostoja.database.adminUrl)
  await admin.connect()
  ear = ostoja.platform.redis.duplicate()
  ear.on('pmessage', (_pattern: string, channel: string) => told.push(channel))
  await ear.psubscribe('live:*')

  const tenantId = await ostoja.newTenant()
  const person = async (roles: Actor['roles'], email: string): Promise<Person> => {
    const account = await ostoja.newAccount(tenantId, [...roles], { email })
    const visitor = ostoja.visitor()
    await visitor.signIn(account)
    return { tenantId, accountId: account.id, roles, visitor }
  }
  keyWorker = await person(['staff'], 'key@shelter.test')
  colleague = await person(['staff'], 'colleague@shelter.test')
  outsider = await person(['staff'], 'outsider@shelter.test')
  officer = await person(['security_officer'], 'officer@shelter.test')
  client = await newClient(ostoja, keyWorker, { familyName: words.familyName })
  const tray = randomUUID()
  await ostoja.features.attachments.trays.putIn(keyWorker, tray, oneFile())
  file = (await ostoja.features.attachments.trays.look(keyWorker, tray)).attachments[0]!.id
  const ids = { thread: randomUUID(), message: randomUUID(), client }
  const to = { accounts: [colleague.accountId, outsider.accountId], roles: ['staff' as const] }
  await ostoja.features.messages.start(keyWorker, ids, { ...words, to, urgent: true, tray })
  thread = ids.thread
})
afterAll(async () => {
  ear.disconnect()
  await admin.end()
  await ostoja.close()
  await mail.close()
})

async function* oneFile(): AsyncGenerator<ArrivingFile> {
  const bytes = async function* () {
    yield Buffer.from('wypis')
  }
  yield { field: 'files', name: 'wypis.txt', bytes: bytes() }
}

const noticesOf = async ({ accountId }: Person) =>
  Number(
    (await admin.query<{ n: string }>('select count(*) as n from notices where account_id = $1', [accountId])).rows[0]!
      .n,
  )
const channelOf = ({ tenantId, accountId }: Person) => `live:${tenantId}:${accountId}`
/** A page of a hidden record leads to where it can be opened in an emergency, and says no more (docs/adr/0019). */
const answerOf = ({ status, headers }: { status: number; headers: Record<string, string> }) =>
  status === 303 && headers.location === `/restricted-records/${client}/break-glass` ? 'break-glass' : String(status)
/** All that somebody gets at, by the verbs and by the pages. */
const reach = async (who: Person) => {
  const { messages, attachments } = ostoja.features
  const found = (work: Promise<unknown>) =>
    work.then(
      () => 'found',
      (fault: unknown) => {
        if (fault instanceof NotFound) return 'not found'
        throw fault
      },
    )
  const { unread, urgent } = await messages.waiting(who)
  const pages = [
    `/messages/${thread}`,
    `/messages/${thread}/arrived?after=0`,
    `/messages/${thread}/people`,
    `/clients/${client}/messages`,
    `/clients/${client}/messages/new`,
    `/attachments/${file}/download`,
  ]
  const asked = await Promise.all(pages.map(async path => answerOf(await who.visitor.get(path))))
  const searched = await who.visitor.post('/messages/searches', { query: words.text }, '/messages')
  const shown = await Promise.all(
    ['/', '/messages', '/messages?show=archived', '/messages/rows', '/messages/waiting', '/notices'].map(
      async path => (await who.visitor.get(path)).text,
    ),
  )
  shown.push(
    (await who.visitor.get(String(searched.headers.location))).text.replace(/<input[^>]*name="query"[^>]*>/g, ''),
  )
  return {
    waiting: [unread > 0, urgent.length],
    inbox: (await messages.list(who, false)).lines.length,
    search: (await messages.search(who, words.text)).threads.length,
    file: await found(attachments.open(who, file)),
    pages: [...new Set(asked)],
    words: Object.values(words).filter(word => shown.some(page => page.includes(word))),
  }
}
const nothing = {
  waiting: [false, 0],
  inbox: 0,
  search: 0,
  file: 'not found',
  pages: ['404', 'break-glass'],
  words: [],
}

it('whoever loses sight of a record gets at nothing of a thread about it, and hears of nothing, until they see it again', async () => {
  expect(await reach(outsider)).toMatchObject({
    waiting: [true, 1],
    inbox: 1,
    search: 1,
    file: 'found',
    pages: ['200'],
  })

  const { messages, restricted } = ostoja.features
  await messages.markUnread(outsider, thread)
  const people = [keyWorker.accountId, colleague.accountId]
  expect(await restricted.restrictions.restrict(keyWorker, client, { people, note: 'rodzina' })).toBe('kept')
  expect(await reach(outsider)).toEqual(nothing)

  // Nor can they do anything there, though their own list of it stands in the database.
  for (const [path, fields] of [
    ['replies', { text: 'x' }],
    ['read', { through: 1 }],
    ['acknowledge', { through: 1 }],
    ['unread', {}],
    ['archive', {}],
    ['people', { 'to[]': String(officer.accountId) }],
  ] as const)
    expect([path, (await outsider.visitor.post(`/messages/${thread}/${path}`, fields, '/account')).status]).toEqual([
      path,
      404,
    ])
  await expect(
    messages.start(
      outsider,
      { thread: randomUUID(), message: randomUUID(), client },
      { ...words, to: { accounts: [colleague.accountId], roles: [] }, urgent: false },
    ),
  ).rejects.toThrow(NotFound)

  // An answer is told to those who may read it: on their pages, in their notices, by mail. Long enough after the first one.
  await Promise.all([mail.mailTo('outsider@shelter.test'), mail.mailTo('colleague@shelter.test')])
  ostoja.skip(2 * minute)
  told.length = 0
  const before = [await noticesOf(outsider), await noticesOf(colleague)]
  await messages.reply(keyWorker, thread, randomUUID(), { text: 'Nowe wieści', urgent: true })
  await until('the colleague is told', () => told.includes(channelOf(colleague)))
  expect([await noticesOf(outsider), await noticesOf(colleague)]).toEqual([before[0], before[1]! + 1])
  await mail.mailTo('colleague@shelter.test', 2)
  await untilAllTried(ostoja, 'mail.%')
  expect(told).not.toContain(channelOf(outsider))
  expect(mail.mails.filter(({ to }) => JSON.stringify(to).includes('outsider@'))).toHaveLength(1)
  expect(Object.values(words).filter(word => JSON.stringify(mail.mails).includes(word))).toEqual([])
  expect(await reach(outsider)).toEqual(nothing)
  const added = { accounts: [outsider.accountId], roles: [] }
  expect(await messages.addPeople(keyWorker, thread, added)).toBe('not-allowed')
  expect((await messages.composing(keyWorker, client)).people.map(({ id }) => id)).not.toContain(outsider.accountId)

  await restricted.restrictions.lift(officer, client, 'po wszystkim')
  expect(await messages.waiting(outsider)).toMatchObject({ unread: 1, urgent: [{ threadId: thread }] })
  expect((await messages.read(outsider, thread)).messages).toHaveLength(2)
})
