import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { installationId, systemActor } from '../../src/platform/actor.ts'
import { languages, loadTranslations, type Language } from '../../src/platform/i18n/translations.ts'
import { enqueue } from '../../src/platform/jobs/jobs.ts'
import { writeLetter } from '../../src/platform/mail/letter.ts'
import { MailFault, mailFaults, readMailFault } from '../../src/platform/mail/mail-fault.ts'
import { createMailer, type MailSettings } from '../../src/platform/mail/mailer.ts'
import { sendToEach } from '../../src/platform/mail/send-to-each.ts'
import { expired, selfSigned } from '../support/certificates.ts'
import { startMailServer, type MailServer } from '../support/mail-server.ts'
import { startOstoja, unlikely, type Ostoja } from '../support/ostoja.ts'
import { until } from '../support/until.ts'
import { createVisitor, type Visitor } from '../support/visitor.ts'

const translations = loadTranslations()
const hour = 60 * 60_000
const organisation = 'Przystań nad Wisłą'

describe('why a letter did not leave', () => {
  const closings: (() => Promise<unknown>)[] = []
  afterAll(async () => {
    for (const close of closings) await close()
  })
  const letter = writeLetter(translations.to('en'), 'en', 'notice', path => `https://o.test${path}`)
  const server = async (wish?: Parameters<typeof startMailServer>[0]) => {
    const started = await startMailServer(wish)
    closings.push(started.close)
    return started
  }
  const portOf = ({ settings }: MailServer) => new URL(settings.SMTP_URL).port
  const faultOf = (settings: Partial<MailSettings>, to = 'x@y.test', patienceMs?: number) =>
    createMailer(
      { url: '', from: 'a@b.test', publicUrl: 'https://o.test', tls: 'required', caFile: null, ...settings },
      patienceMs,
    )
      .send({ tenantId: installationId, accountId: 0, email: to }, letter)
      .then(
        () => 'SENT',
        (fault: unknown) => (fault as { code: string }).code,
      )

  it('is told in a word of our own, from what real servers answer, and never in theirs', async () => {
    const secure = await server()
    const [url, caFile] = [secure.settings.SMTP_URL, secure.settings.SMTP_CA_FILE]
    expect(await faultOf({ url, caFile })).toBe('SENT')
    expect(await faultOf({ url })).toBe('CERTIFICATE_NOT_TRUSTED')
    expect(await faultOf({ url, caFile }, 'refused@y.test')).toBe('MAILBOX_REFUSED_550')
    secure.refuseOnce()
    expect(await faultOf({ url, caFile })).toBe('LETTER_REFUSED_451')
    expect(await faultOf({ url: `smtp://somebody:secret@localhost:${portOf(secure)}`, caFile })).toMatch(
      /^LOGIN_REFUSED/,
    )
    const plain = await server({ tls: false })
    expect(await faultOf({ url: plain.settings.SMTP_URL, caFile: plain.settings.SMTP_CA_FILE })).toMatch(/^TLS_REFUSED/)
  })

  it.each([
    ['whose name is another', (at: string) => selfSigned(at, 'mail.elsewhere.test')],
    ['whose time is over', expired],
  ])('is that a certificate is not trusted, %s, although its authority is', async (_what, make) => {
    const folder = await mkdtemp(join(tmpdir(), 'ostoja-mail-of-'))
    closings.push(() => rm(folder, { recursive: true }))
    const certificate = await make(folder)
    const other = await server({ certificate })
    const url = `smtp://localhost:${portOf(other)}`
    expect(await faultOf({ url, caFile: certificate.certFile })).toBe('CERTIFICATE_NOT_TRUSTED')
    expect(other.mails).toEqual([])
  })

  it('is the same where another authority is named than vouches for it', async () => {
    const [one, other] = [await server(), await server()]
    const [url, caFile] = [one.settings.SMTP_URL, other.settings.SMTP_CA_FILE]
    expect(await faultOf({ url, caFile })).toBe('CERTIFICATE_NOT_TRUSTED')
    expect(await faultOf({ url, caFile: one.settings.SMTP_CA_FILE })).toBe('SENT')
  })

  it('is another for a server that is silent and for one that is not there', async () => {
    const silent: Server = createServer()
    await new Promise<void>(resolve => silent.listen(0, '127.0.0.1', resolve))
    const { port } = silent.address() as { port: number }
    expect(await faultOf({ url: `smtp://127.0.0.1:${port}` }, 'x@y.test', 100)).toBe('TOO_SLOW')
    await new Promise(resolve => silent.close(resolve))
    expect(await faultOf({ url: `smtp://127.0.0.1:${port}` })).toBe('SERVER_UNREACHABLE')
  })

  it('is read again from what the queue keeps', () => {
    for (const kind of mailFaults) {
      expect(readMailFault(`MailFault (${kind})`)).toBe(kind)
      expect(readMailFault(`MailFault (${kind}_550)`)).toBe(kind)
    }
    expect([null, 'Error (ESOCKET)', 'MailFault (NEW)', 'x MailFault (OTHER)'].map(readMailFault)).toEqual(
      Array(4).fill(null),
    )
  })

  it.each(languages)('has words, and what to do about it, for every kind: %s', language => {
    const t = translations.to(language)
    for (const kind of mailFaults)
      for (const part of ['what', 'mend'] as const) expect(t(`jobs:fault.${kind}.${part}`)).not.toContain(kind)
  })
})

describe('letters that could not be sent, at the desk', () => {
  let ostoja: Ostoja
  let mail: MailServer
  let tenantId: string
  let desks: Record<Language, Visitor>

  const signInAll = async () => {
    const signIn = async (language: Language) => {
      const visitor = createVisitor(ostoja.url)
      await visitor.signIn(await ostoja.newAccount(installationId, ['operator'], { language }))
      return visitor
    }
    desks = { pl: await signIn('pl'), en: await signIn('en') }
  }
  beforeAll(async () => {
    mail = await startMailServer()
    ostoja = await startOstoja({ env: mail.settings })
    tenantId = await ostoja.newTenant(organisation)
    await signInAll()
  })
  afterAll(async () => {
    await ostoja.close()
    await mail.close()
  })
  afterEach(() => inRealm(trx => trx.raw('delete from graphile_worker._private_jobs where locked_at is null')))

  const inRealm = <T>(work: Parameters<typeof ostoja.features.db.asTenant<T>>[1]) =>
    ostoja.features.db.asTenant({ tenantId: installationId }, work)
  type Job = { id: string; attempts: number; most: number; last_error: string | null }
  const jobsOf = async (task: string): Promise<Job[]> => {
    const { rows } = (await inRealm(trx =>
      trx.raw(
        `select job.id::text, attempts, max_attempts as most, last_error
           from graphile_worker._private_jobs job join graphile_worker._private_tasks task on task.id = job.task_id
          where task.identifier = ? and job.locked_at is null order by job.id`,
        [task],
      ),
    )) as { rows: Job[] }
    return rows
  }
  const failedFor = (task: string, fault: string) =>
    until(`${task} has failed by ${fault}`, async () =>
      (await jobsOf(task)).some(({ last_error }) => last_error === `MailFault (${fault})`),
    )
  const pages = async () => ({ pl: (await desks.pl.get('/jobs')).text, en: (await desks.en.get('/jobs')).text })
  const events = (action: string) =>
    inRealm(trx => trx('audit_events').where({ action }).orderBy('id').select('detail')) as Promise<
      { detail: Record<string, unknown> }[]
    >
  const newReader = (name = unlikely()) => ostoja.newAccount(tenantId, ['staff'], { email: `${name}@shelter.test` })
  const giveUp = (task: string, payload: Record<string, string | number>, fault: string) =>
    inRealm(async trx => {
      await enqueue(trx, task, { tenantId, ...payload }, { inMs: hour })
      await trx.raw(
        `update graphile_worker._private_jobs set attempts = max_attempts, last_error = ?
          where id = (select max(id) from graphile_worker._private_jobs)`,
        [`MailFault (${fault})`],
      )
    })
  const tasks = () => ostoja.features.tasks as Record<string, () => Promise<unknown>>

  it('say in plain words what they are, whose, why, how often they were tried and when; not to which address', async () => {
    const reader = await newReader(`refused-${unlikely()}`)
    const { db, notices } = ostoja.features
    await db.asTenant({ tenantId }, trx => notices.notify(trx, tenantId, [reader.id], 'new-browser'))
    await failedFor('mail.notice', 'MAILBOX_REFUSED_550')
    const shown = await pages()
    for (const words of ['New notice', 'The mailbox was refused', 'once, last on', 'Will be tried again'])
      expect(shown.en).toContain(words)
    for (const words of ['Nowe powiadomienie', 'Skrzynka odrzuciła e-mail', 'raz, ostatnio', 'Będzie ponowione'])
      expect(shown.pl).toContain(words)
    for (const page of Object.values(shown)) {
      expect(page).toContain(organisation)
      for (const personal of ['refused-', reader.login, tenantId, 'shelter.test']) expect(page).not.toContain(personal)
    }
  })

  it('are all tried again at once, in one transaction with one event, but for those of which nothing is kept', async () => {
    const readers = [await newReader(), await newReader()]
    for (const { id } of readers) await giveUp('mail.notice', { accountId: id }, 'SERVER_UNREACHABLE')
    await giveUp('mail.former-address', { formerId: 'gone' }, 'CONTENTS_GONE')
    const shown = await pages()
    expect(shown.en.match(/The mail server cannot be reached/g)).toHaveLength(2)
    expect(shown.en).toContain('Try all again')
    expect(shown.pl).toContain('Spróbuj ponownie wysłać wszystkie')
    expect((await desks.en.post('/jobs/letters/retry', {}, '/jobs')).status).toBe(303)
    expect((await desks.en.get('/jobs')).text).toContain('2 emails are being sent again')
    await until('all are sent', async () => (await jobsOf('mail.notice')).length === 0)
    expect((await jobsOf('mail.former-address')).map(({ attempts, most }) => attempts === most)).toEqual([true])
    expect(await events('job.letters-retried')).toEqual([{ detail: { letters: 2 } }])

    await desks.pl.post('/jobs/letters/retry', {}, '/jobs')
    expect((await desks.pl.get('/jobs')).text).toContain('Nie ma e-maila, którego wysyłkę można by ponowić')
    expect(await events('job.letters-retried')).toHaveLength(1)
  })

  it('say so where what they were to say is no longer kept, instead of passing for sent', async () => {
    const { accounts } = ostoja.features
    const former = await newReader(`refused-${unlikely()}`)
    const { revision } = await accounts.find(systemActor(tenantId), former.id)
    const person = { givenName: 'Anna', familyName: 'Testowa', roles: ['staff' as const], language: 'en' as const }
    await accounts.amend(systemActor(tenantId), former.id, { ...person, email: null }, revision)
    await accounts.create(systemActor(tenantId), { ...person, email: `refused-${unlikely()}@a.test`, byLink: true })
    const late = ['mail.former-address', 'mail.password-link']
    for (const task of late) await failedFor(task, 'MAILBOX_REFUSED_550')

    ostoja.skip(25 * hour)
    await tasks()['tenants.sweep']!()
    await signInAll()
    for (const task of late) {
      const [job] = await jobsOf(task)
      expect((await desks.en.post(`/jobs/${job!.id}/retry`, {}, '/jobs')).status).toBe(303)
      await failedFor(task, 'CONTENTS_GONE')
      // Once is enough: no later attempt could find what is deleted.
      expect(await jobsOf(task)).toMatchObject([{ attempts: 1, most: 1 }])
    }
    const shown = await pages()
    expect(shown.en.match(/It can no longer be sent/g)).toHaveLength(2)
    expect(shown.pl.match(/Nie da się go już wysłać/g)).toHaveLength(2)
    expect(shown.en).not.toMatch(/action="\/jobs\/\d+\/retry"/)
    const [gone] = await jobsOf('mail.former-address')
    const refused = await desks.en.post(`/jobs/${gone!.id}/retry`, {}, '/jobs')
    expect([refused.status, refused.text.includes('so it cannot be sent')]).toEqual([409, true])
  })

  it('of a link keep it until they are sent: half an hour counts from then', async () => {
    const reader = await newReader(`refused-${unlikely()}`)
    await ostoja.visitor().post('/forgotten-password', { name: reader.login }, '/forgotten-password')
    await failedFor('mail.password-link', 'MAILBOX_REFUSED_550')
    ostoja.skip(2 * hour)
    await tasks()['tenants.sweep']!()
    const links = await ostoja.features.db.asTenant({ tenantId }, trx =>
      trx('password_links').where({ account_id: reader.id }).select('token_hash', 'expires_at'),
    )
    expect(links).toEqual([{ token_hash: null, expires_at: null }])
  })
})

describe('a warning that one of several operators’ mailboxes refuses', () => {
  let ostoja: Ostoja
  let mail: MailServer
  let refusing: { id: number }
  let desk: Visitor
  const reached = 'operator@shelter.test'

  beforeAll(async () => {
    mail = await startMailServer()
    ostoja = await startOstoja({ env: mail.settings })
    await ostoja.newAccount(installationId, ['operator'], { email: reached })
    refusing = await ostoja.newAccount(installationId, ['operator'], { email: 'refused-operator@shelter.test' })
  })
  afterAll(async () => {
    await ostoja.close()
    await mail.close()
  })
  const signIn = async () => {
    desk = await ostoja.signedIn(installationId, ['operator'])
  }
  const letters = () => mail.mails.filter(({ to }) => to === reached).length
  const shown = async () => (await desk.get('/jobs')).text
  const untilShown = (words: string) => until(`the page says ${words}`, async () => (await shown()).includes(words))
  const untilGone = (words: string) => until(`${words} is gone`, async () => !(await shown()).includes(words))
  const named = () => `An operator, account no. ${refusing.id}`

  it('about backups stands in the list for that mailbox alone, once, without its address, until it is mended', async () => {
    const { backups } = ostoja.features
    ostoja.skip(27 * hour)
    await signIn()
    await backups.watch()
    expect(letters()).toBe(1)
    await untilShown('The mailbox was refused')
    expect(await shown()).toContain('Warning: backups')
    expect((await shown()).split(named())).toHaveLength(2)
    expect(await shown()).not.toContain('refused-operator')

    ostoja.skip(24 * hour)
    await signIn()
    await backups.watch()
    expect(letters()).toBe(2)
    await untilShown('The mailbox was refused')
    expect((await shown()).split(named())).toHaveLength(2)

    ostoja.skip(-51 * hour)
    await signIn()
    expect(await backups.watch()).toMatchObject({ right: true })
    await untilGone('Warning: backups')
  })

  it('about the log as well', async () => {
    const { auditChain } = ostoja.features
    const before = letters()
    await auditChain.noteVerified([{ kind: 'checkpoint-unreadable', tenantId: installationId }], 1, false)
    expect(letters()).toBe(before + 1)
    await untilShown('Warning: the log was changed')
    await untilShown(named())
    await auditChain.noteVerified([], 1, false)
    await untilGone('Warning: the log was changed')
  })
})

describe('a warning that every operator’s mailbox refuses', () => {
  let ostoja: Ostoja
  let mail: MailServer
  let refusing: { id: number }[]

  beforeAll(async () => {
    mail = await startMailServer()
    ostoja = await startOstoja({ env: mail.settings })
    const operator = (name: string) =>
      ostoja.newAccount(installationId, ['operator'], { email: `refused-${name}@shelter.test` })
    refusing = [await operator('one'), await operator('other')]
  })
  afterAll(async () => {
    await ostoja.close()
    await mail.close()
  })
  const shown = async () => (await (await ostoja.signedIn(installationId, ['operator'])).get('/jobs')).text
  const untilListed = async () => {
    await until('both are listed', async () => listed(await shown()).every(times => times > 0))
    expect(listed(await shown())).toEqual([1, 1])
  }
  const listed = (page: string) => refusing.map(({ id }) => page.split(`An operator, account no. ${id}`).length - 1)
  const inRealm = <T>(work: Parameters<typeof ostoja.features.db.asTenant<T>>[1]) =>
    ostoja.features.db.asTenant({ tenantId: installationId }, work)

  it('about backups stands in the list once for each of them, is noted as told to nobody, and comes back each day', async () => {
    const { backups } = ostoja.features
    ostoja.skip(27 * hour)
    for (const days of [1, 2]) {
      await backups.watch()
      await backups.watch()
      await untilListed()
      const warned = (await inRealm(trx =>
        trx('audit_events').where({ action: 'backup.warned' }).orderBy('id').select('detail'),
      )) as { detail: object }[]
      expect(warned).toHaveLength(days)
      expect(warned.at(-1)!.detail).toMatchObject({ told: 0, refused: 2 })
      ostoja.skip(24 * hour)
    }
    const page = await shown()
    expect(page).toContain('Warning: backups')
    expect(page).not.toContain('refused-')
    expect(mail.mails).toEqual([])
  })

  it('about the log as well', async () => {
    const { auditChain } = ostoja.features
    await inRealm(trx => trx.raw('delete from graphile_worker._private_jobs where locked_at is null'))
    await auditChain.noteVerified([{ kind: 'checkpoint-unreadable', tenantId: installationId }], 1, false)
    await untilListed()
    expect(await shown()).toContain('Warning: the log was changed')
  })

  it('is tried again as a whole where the server itself refuses one of them', async () => {
    const [gone, busy] = [new MailFault('MAILBOX_REFUSED', 550), new MailFault('LETTER_REFUSED', 451)]
    const faults: Record<string, Error> = { gone, busy }
    const send = (to: string) => (faults[to] ? Promise.reject(faults[to]) : Promise.resolve())
    await expect(sendToEach(['gone', 'busy'], send)).rejects.toBe(busy)
    expect(await sendToEach(['gone', 'gone'], send)).toEqual({ told: 0, refused: ['gone', 'gone'] })
    expect(await sendToEach(['fine', 'busy'], send)).toEqual({ told: 1, refused: ['busy'] })
    expect(await sendToEach([], send)).toEqual({ told: 0, refused: [] })
  })
})
