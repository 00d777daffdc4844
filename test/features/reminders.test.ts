import { randomUUID } from 'node:crypto'
import { copyFile, mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPlatform } from '../../src/composition.ts'
import { exportDue, practiceDue, reminders } from '../../src/features/readiness/due.ts'
import { installationId, systemActor, type Actor, type Role } from '../../src/platform/actor.ts'
import type { Language } from '../../src/platform/i18n/translations.ts'
import { ensureSelfSigned } from '../../src/platform/tls/self-signed.ts'
import { profile } from '../support/clients.ts'
import { unlikely, type TestAccount } from '../support/ostoja.ts'
import { startOstojaWithMail, type OstojaWithMail } from '../support/ostoja-with-mail.ts'
import { until } from '../support/until.ts'
import { contactProfile } from '../support/world.ts'

const HOUR = 60 * 60_000
const DAY = 24 * HOUR

describe('what is due', () => {
  const now = new Date('2026-11-23T12:00:00Z')
  const ago = (days: number) => new Date(now.getTime() - days * DAY)
  const nothing = { first: null, last: null, proved: null, lastDrill: null }

  it('is an export past its interval, and one that never was since the organisation itself began', () => {
    const stand = (madeDays: number, lastDays?: number) =>
      exportDue(
        { ...nothing, madeAt: ago(madeDays), freshDays: 7, last: lastDays === undefined ? null : ago(lastDays) },
        now,
      )
    expect([stand(6), stand(7)]).toEqual([[], ['export-overdue']])
    expect([stand(99, 6), stand(99, 7), stand(99, 13), stand(99, 14)]).toEqual([
      [],
      ['export-stale'],
      ['export-stale'],
      ['export-overdue'],
    ])
  })

  it('is a proof and a drill, of exports that there are', () => {
    expect(practiceDue(nothing, now)).toEqual([])
    const never = (days: number) => practiceDue({ ...nothing, first: ago(days) }, now)
    expect([never(6), never(7), never(31)]).toEqual([[], ['proof-due'], ['proof-due', 'drill-due']])
    const last = (proved: number, drill: number) =>
      practiceDue({ first: ago(999), proved: ago(proved), lastDrill: ago(drill) }, now)
    expect([last(30, 182), last(31, 182), last(30, 183)]).toEqual([[], ['proof-due'], ['drill-due']])
  })
})

let mail: OstojaWithMail['mail']
let ostoja: OstojaWithMail['ostoja']
let close: OstojaWithMail['close']
beforeAll(async () => {
  ;({ mail, ostoja, close } = await startOstojaWithMail())
})
afterAll(() => close())

const newOffice = async () => {
  const tenantId = await ostoja.newTenant()
  const person = async (role: Role, language: Language = 'en') => {
    const email = `${unlikely()}@example.org`
    return { email, account: await ostoja.newAccount(tenantId, [role], { email, language }) }
  }
  const [officer, staff, administrator] = await Promise.all([
    person('security_officer'),
    person('staff'),
    person('administrator'),
  ])
  return { tenantId, officer, staff, administrator, person, round: () => ostoja.features.reminders.run(tenantId) }
}
type Office = Awaited<ReturnType<typeof newOffice>>
const actorOf = ({ tenantId, id }: TestAccount): Actor => ({ tenantId, accountId: id, roles: [] })
/** Of what reminders somebody was sent. */
const kinds = async (account: TestAccount, onlyNew = false) =>
  (await ostoja.features.notices.list(actorOf(account)))
    .filter(({ kind, read }) => (reminders as readonly string[]).includes(kind) && !(onlyNew && read))
    .map(({ kind }) => kind)
    .toSorted()
/** Days have gone by, so whoever was signed in is not any more. */
const startPage = async (account: TestAccount) => {
  const visitor = ostoja.visitor()
  await visitor.signIn(account)
  const { text } = await visitor.get('/')
  await visitor.post('/sign-out')
  return text
}
/** How many letters have come to somebody who got one, and one more: mail goes out in the order of its jobs. */
const lettersAndOne = async ({ email, account }: Office['officer']) => {
  await ostoja.features.db.asTenant(actorOf(account), trx =>
    ostoja.features.notices.notify(trx, account.tenantId, [account.id], 'password-changed'),
  )
  await mail.mailTo(email, 2)
  return mail.mails.filter(({ to }) => to === email).length
}
/** An export that was made, and when it was proved, in days before now. */
const addExport = (tenantId: string, madeDays: number, provedDays?: number) =>
  ostoja.features.db.asTenant({ tenantId }, async trx => {
    const before = (days: number) => new Date(ostoja.platform.clock().getTime() - days * DAY)
    const at = before(madeDays)
    await trx('exports').insert({
      tenant_id: tenantId,
      id: randomUUID(),
      status: 'expired',
      total_clients: 0,
      format: 'viewer',
      language: 'en',
      for_passphrase: true,
      sealed_to: '[]',
      group_ids: '[]',
      scheduled: false,
      with_hidden: false,
      created_at: at,
      progressed_at: at,
      finished_at: at,
      proved_at: provedDays === undefined ? null : before(provedDays),
    })
  })

describe('reminders', () => {
  it('tell officers that there never was an export, once a day until there is one', async () => {
    const { tenantId, officer, staff, administrator, round } = await newOffice()
    await round()
    ostoja.skip(6 * DAY)
    await round()
    expect(await kinds(officer.account)).not.toContain('export-overdue')
    ostoja.skip(DAY)
    await round()
    await round()
    const overdue = async () => (await kinds(officer.account)).filter(kind => kind === 'export-overdue').length
    expect(await overdue()).toBe(1)
    ostoja.skip(22 * HOUR)
    await round()
    expect(await overdue()).toBe(1)
    // A round that begins a moment earlier than the day before is a day later all the same.
    ostoja.skip(2 * HOUR - 60_000)
    await round()
    expect(await overdue()).toBe(2)
    for (const { account } of [staff, administrator]) expect(await kinds(account)).toEqual([])
    expect(await startPage(officer.account)).toContain('No emergency export has been created yet.')

    await addExport(tenantId, 0, 0)
    await round()
    expect(await kinds(officer.account, true)).not.toContain('export-overdue')
  })

  it('come by one letter that says nothing of what it is about, however many there are at once', async () => {
    const { tenantId, officer, round, person } = await newOffice()
    const polish = await person('security_officer', 'pl')
    await addExport(tenantId, 40)
    await round()
    expect(await kinds(officer.account)).toEqual(['drill-due', 'export-overdue', 'proof-due'])
    const letter = await mail.mailTo(officer.email)
    expect(letter.subject).toBe('You have a notice in Ostoja')
    expect(`${letter.subject} ${letter.text}`).not.toMatch(/export|drill|proof|prove|contact|Shelter/i)
    expect((await mail.mailTo(polish.email)).subject).toBe('Masz powiadomienie w Ostoi')
    await round()
    expect(await lettersAndOne(officer)).toBe(2)
  })

  it('stand on the start page as things are now, in the reader’s language, and go when they are mended', async () => {
    const { tenantId, officer, round, person } = await newOffice()
    const polish = await person('security_officer', 'pl')
    await addExport(tenantId, 8)
    await addExport(tenantId, 40)
    await round()
    const page = await startPage(officer.account)
    expect(page).toContain('The last emergency export is 8 days old.')
    expect(page).toContain('For too long nobody has confirmed that an export opens.')
    expect(page).toContain('href="/drills"')
    // What the page says by itself, notices do not say there again.
    expect(page).not.toContain('The last export is too old')
    expect(await startPage(polish.account)).toContain('Pora na ćwiczenie z eksportem awaryjnym.')

    await addExport(tenantId, 1, 0)
    await round()
    expect(await kinds(officer.account, true)).toEqual(['drill-due'])
    const later = await startPage(officer.account)
    expect(later).not.toContain('nobody has confirmed')
    expect(later).toContain('A drill with the emergency export is due.')
  })

  it('are told to those who can mend it: contacts to staff, accounts to administrators, each week', async () => {
    const { tenantId, officer, staff, administrator, round } = await newOffice()
    const { clients, emergencyContacts, exports } = ostoja.features
    const system = systemActor(tenantId)
    const clientId = randomUUID()
    await clients.create(system, clientId, profile({ familyName: 'Czekająca' }))
    await emergencyContacts.add(system, clientId, randomUUID(), contactProfile)
    await exports.plans.change(system, { everyDays: 0, keep: 4, freshDays: 90 })
    ostoja.skip(6 * DAY)
    await round()
    expect(await kinds(staff.account)).toEqual([])
    ostoja.skip(DAY)
    await round()
    await round()
    expect(await kinds(staff.account)).toEqual(['contacts-to-confirm'])
    for (const { account } of [officer, administrator]) expect(await kinds(account)).toEqual([])
    ostoja.skip(7 * DAY)
    await round()
    expect(await kinds(staff.account)).toEqual(['contacts-to-confirm', 'contacts-to-confirm'])
    expect(await startPage(staff.account)).toContain('href="/contacts-to-confirm"')

    ostoja.skip(77 * DAY)
    await startPage(administrator.account)
    await round()
    expect(await kinds(administrator.account)).toEqual(['accounts-asleep'])
    expect(await kinds(officer.account)).toEqual(['export-overdue'])
    // It is the officer’s: staff were there 77 days ago.
    expect(await startPage(administrator.account)).toContain('One active account has not been used for 90 days.')
  })

  it('say nothing of contacts that only few may see', async () => {
    const { tenantId, officer, staff, round } = await newOffice()
    const { clients, emergencyContacts, restricted } = ostoja.features
    const clientId = randomUUID()
    await clients.create(systemActor(tenantId), clientId, profile({ familyName: 'Ukryta' }))
    await emergencyContacts.add(systemActor(tenantId), clientId, randomUUID(), contactProfile)
    await restricted.restrictions.restrict({ ...actorOf(officer.account), roles: ['security_officer'] }, clientId, {
      people: [officer.account.id],
      note: '',
    })
    ostoja.skip(8 * DAY)
    await round()
    expect(await kinds(staff.account)).toEqual([])
  })

  it('are told once, however many workers look at the same moment', async () => {
    const { tenantId, officer, round } = await newOffice()
    await addExport(tenantId, 40)
    await Promise.all(Array.from({ length: 6 }, round))
    expect(await kinds(officer.account)).toEqual(['drill-due', 'export-overdue', 'proof-due'])
  })

  it('are neither lost nor repeated where a worker dies on the way', async () => {
    const { tenantId, officer, round } = await newOffice()
    await addExport(tenantId, 40)
    const [holder, onlooker] = [new pg.Client(ostoja.database.adminUrl), new pg.Client(ostoja.database.adminUrl)]
    await Promise.all([holder.connect(), onlooker.connect()])
    try {
      await holder.query('begin')
      await holder.query('lock table graphile_worker._private_jobs in share row exclusive mode')
      const dying = round().then(
        () => 'done',
        () => 'died',
      )
      // It has written the first notice and stands before the queue.
      const kill = `select pg_terminate_backend(pid) from pg_stat_activity
                     where datname = current_database() and wait_event_type = 'Lock' and query like '%add_job%'`
      await until('it stands before the queue', async () => (await onlooker.query(kill)).rowCount)
      expect(await dying).toBe('died')
    } finally {
      await Promise.all([holder.end(), onlooker.end()])
    }
    expect(await kinds(officer.account)).toEqual([])

    await round()
    expect(await kinds(officer.account)).toEqual(['drill-due', 'export-overdue', 'proof-due'])
    await mail.mailTo(officer.email)
    expect(await lettersAndOne(officer)).toBe(2)
  })

  it('leave an organisation in peace whose people may not sign in', async () => {
    const suspended = await newOffice()
    const open = await newOffice()
    await addExport(suspended.tenantId, 40)
    await addExport(open.tenantId, 40)
    await ostoja.features.db.asTenant({ tenantId: suspended.tenantId }, async trx => {
      await trx('tenants').where({ id: suspended.tenantId }).update({ status: 'suspended', suspended_at: new Date() })
    })
    await ostoja.features.tasks['readiness.remind']!({} as never)
    expect(await kinds(suspended.officer.account)).toEqual([])
    expect(await kinds(open.officer.account)).toContain('export-overdue')
  })

  it('tell operators of their own accounts that nobody uses, and of nothing else', async () => {
    const sleeping = await ostoja.newAccount(installationId, ['operator'])
    const operator = await ostoja.newAccount(installationId, ['operator'], { email: `${unlikely()}@example.org` })
    ostoja.skip(91 * DAY)
    await startPage(operator)
    await ostoja.features.reminders.run(installationId)
    expect(await kinds(operator)).toEqual(['operators-asleep'])
    expect(await startPage(operator)).toContain('Nobody has signed in to an operator')
    await ostoja.features.accountPowers.deactivateOperator(sleeping.login)
    await ostoja.features.reminders.run(installationId)
    expect(await kinds(operator, true)).toEqual([])
  })

  it('tell operators each day from two weeks before the certificate of the pages ends, until there is another', async () => {
    const email = `${unlikely()}@example.org`
    const operator = await ostoja.newAccount(installationId, ['operator'], { email })
    const told = () => kinds(operator).then(all => all.filter(kind => kind === 'certificate-ending').length)
    const { clock, certificate } = ostoja.platform
    const left = () => certificate!.standing().validTo.getTime() - clock().getTime()
    ostoja.skip(left() - 14.5 * DAY)
    await ostoja.features.reminders.run(installationId)
    expect(await told()).toBe(0)
    ostoja.skip(DAY)
    await ostoja.features.reminders.run(installationId)
    await ostoja.features.reminders.run(installationId)
    expect(await told()).toBe(1)
    expect((await mail.mailTo(email)).text).not.toMatch(/certificate/i)
    ostoja.skip(DAY)
    await ostoja.features.reminders.run(installationId)
    expect(await told()).toBe(2)

    const next = await ensureSelfSigned(await mkdtemp(join(ostoja.dataDir, 'next-')), clock())
    await copyFile(next.certFile, ostoja.config.tls!.certFile)
    await copyFile(next.keyFile, ostoja.config.tls!.keyFile)
    await certificate!.look()
    await ostoja.features.reminders.run(installationId)
    const unread = (await kinds(operator, true)).filter(kind => kind === 'certificate-ending')
    expect(unread).toEqual([])
  })

  it('read the end out of the file in a worker that serves no pages', async () => {
    const worker = await createPlatform(ostoja.config, { serves: false })
    try {
      expect(worker.certificate).toBeNull()
      expect(await worker.certificateUntil()).toEqual(ostoja.platform.certificate!.standing().validTo)
    } finally {
      await worker.close()
    }
  })
})
