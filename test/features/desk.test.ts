import { createServer, type Server } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { installationId, systemActor } from '../../src/platform/actor.ts'
import { enqueue } from '../../src/platform/jobs/jobs.ts'
import { holdKeys } from '../support/locks.ts'
import { startMailServer, type MailServer } from '../support/mail-server.ts'
import { startOstoja, unlikely, type Ostoja } from '../support/ostoja.ts'
import { until } from '../support/until.ts'
import type { Visitor } from '../support/visitor.ts'

/** Quick enough to see a key turn. */
const pace = { ringFreshMs: 300, filePollMs: 200, marginMs: 200 }
const day = 24 * 60 * 60_000

let ostoja: Ostoja
let mail: MailServer
let operator: Visitor
let tenantId: string

beforeAll(async () => {
  mail = await startMailServer()
  ostoja = await startOstoja({ env: mail.settings, pace })
  operator = await ostoja.signedIn(installationId, ['operator'])
  tenantId = await ostoja.newTenant()
})
afterAll(async () => {
  await ostoja.close()
  await mail.close()
})

const inRealm = <T>(work: Parameters<typeof ostoja.features.db.asTenant<T>>[1]) =>
  ostoja.features.db.asTenant({ tenantId: installationId }, work)
const lastEvent = () =>
  inRealm(trx => trx('audit_events').orderBy('id', 'desc').first('action', 'subject_id', 'detail')) as Promise<{
    action: string
    subject_id: string
    detail: object
  }>
const start = async () => (await operator.get('/')).text

/** A job that has failed for good, with what the queue keeps of it. */
const failedJob = async (task: string) => {
  await inRealm(trx => enqueue(trx, task, { tenantId }, { inMs: 3_600_000 }))
  const { rows } = (await inRealm(trx =>
    trx.raw(
      `update graphile_worker._private_jobs set attempts = max_attempts, last_error = 'Error (ESOCKET)'
        where id = (select max(id) from graphile_worker._private_jobs) returning id::text`,
    ),
  )) as { rows: { id: string }[] }
  return rows[0]!.id
}
const jobOf = async (id: string) => {
  const { rows } = (await inRealm(trx =>
    trx.raw('select attempts, run_at <= now() as due from graphile_worker._private_jobs where id = ?', [id]),
  )) as { rows: { attempts: number; due: boolean }[] }
  return rows[0]
}

/** As if a backup had been made and had been shown to restore just now. */
const proveBackup = () =>
  inRealm(trx =>
    trx('backups').insert({
      tenant_id: installationId,
      id: 'proven',
      status: 'made',
      asked_at: new Date(),
      started_at: new Date(),
      finished_at: new Date(),
      proof: 'proven',
      proof_started_at: new Date(),
      proof_finished_at: new Date(),
    }),
  )

describe('the desk', () => {
  it('says what Readiness finds bad, and is calm when all is well', async () => {
    expect((await operator.get('/readiness')).text).toContain('data-part="backup" data-state="bad"')
    const page = await start()
    expect(page).toContain('No backup has been restored in a test yet.')
    expect(page).toMatch(/href="\/backups"[^]*?No backup has been restored in a test yet/)
    await proveBackup()
    expect((await operator.get('/readiness')).text).not.toContain('data-state="bad"')
    expect(await start()).toContain('Nothing needs attention')
  })

  it('is for operators only', async () => {
    const administrator = await ostoja.signedIn(tenantId, ['administrator'])
    expect((await administrator.get('/')).text).not.toContain('Operator console')
    for (const path of ['/jobs', '/keys', '/system', '/announcements', '/tenants'])
      expect((await administrator.get(path)).status).toBe(403)
  })

  it('shows first what is red, each with the page that mends it', async () => {
    const job = await failedJob('no-such-task')
    const letter = await failedJob('mail.no-such-letter')
    await inRealm(trx =>
      trx('tenant_keys')
        .where({ purpose: 'data' })
        .update({ created_at: new Date(Date.now() - 98 * day) }),
    )
    const page = await start()
    for (const text of ['A job has failed', 'An email could not be sent', 'Data keys are too old'])
      expect(page).toContain(text)
    expect(page.indexOf('A job has failed')).toBeLessThan(page.indexOf('An email could'))
    expect(page).toMatch(/href="\/keys"[\s\S]*Data keys are too old/)
    await inRealm(trx => trx('tenant_keys').update({ created_at: new Date() }))
    for (const id of [job, letter]) await operator.post(`/jobs/${id}/remove`, {}, '/jobs')
    expect(await start()).toContain('Nothing needs attention')
  })

  it('notices that no worker lives', async () => {
    const { presence } = ostoja.platform
    const { list } = presence
    presence.list = async () => (await list()).map(present => ({ ...present, role: 'web' }))
    ostoja.skip(5100)
    expect(await start()).toContain('No worker is running')
    presence.list = list
    ostoja.skip(5100)
    expect(await start()).not.toContain('No worker is running')
  })
})

describe('jobs at the desk', () => {
  it('show task, times and the kind of the fault, never what they are about', async () => {
    const id = await failedJob('mail.no-such-letter')
    const page = (await operator.get('/jobs')).text
    expect(page).toContain('Emails that could not be sent')
    expect(page).toContain('Error (ESOCKET)')
    expect(page).not.toContain(tenantId)
    await operator.post(`/jobs/${id}/remove`, {}, '/jobs')
    expect(await lastEvent()).toEqual({
      action: 'job.removed',
      subject_id: id,
      detail: { task: 'mail.no-such-letter' },
    })
    expect(await jobOf(id)).toBeUndefined()
  })

  it('are tried again from the first attempt, at once', async () => {
    const id = await failedJob('no-such-task')
    expect((await operator.post(`/jobs/${id}/retry`, {}, '/jobs')).status).toBe(303)
    expect(await jobOf(id)).toEqual({ attempts: 0, due: true })
    expect(await lastEvent()).toMatchObject({ action: 'job.retried', subject_id: id })
    // It has not failed yet, so there is nothing to try again or to give up.
    expect((await operator.post(`/jobs/${id}/remove`, {}, '/jobs')).status).toBe(404)
    await inRealm(trx => trx.raw('select graphile_worker.complete_jobs(array[?]::bigint[])', [id]))
  })

  it('that fail say of the fault its kind and code, and nothing of whom it is about', async () => {
    const account = await ostoja.newAccount(tenantId, ['staff'], { email: `refused-${unlikely()}@shelter.test` })
    const { notices, db } = ostoja.features
    await db.asTenant({ tenantId }, trx => notices.notify(trx, tenantId, [account.id], 'new-browser'))
    await until('the failure is shown', async () =>
      (await operator.get('/jobs')).text.includes('MailFault (MAILBOX_REFUSED_550)'),
    )
    expect((await operator.get('/jobs')).text).not.toContain('refused-')
    await inRealm(trx => trx.raw('delete from graphile_worker._private_jobs'))
  })
})

describe('keys at the desk', () => {
  it('show ages and no key', async () => {
    const page = (await operator.get('/keys')).text
    expect(page).toContain('Data keys')
    expect(page).toContain(ostoja.platform.rootKeys.keys.current.id)
    expect(page).not.toContain(ostoja.platform.rootKeys.keys.current.key.toString('base64').slice(0, 20))
  })

  /** The worker comes back every 15 s until nothing is left to move; here it comes back at once. */
  const followAtOnce = () =>
    inRealm(trx =>
      trx.raw(`update graphile_worker._private_jobs set run_at = now() where key = 'keys.follow' and run_at > now()`),
    )
  const untilDone = () =>
    until('the keys are rotated', async () => {
      await followAtOnce()
      return ((await operator.get('/keys/progress')).body as { done: boolean }).done
    })

  it('are turned by the worker for every organisation, with progress to follow', async () => {
    const currentOf = (id: string) =>
      ostoja.features.db.asTenant({ tenantId: id }, trx =>
        trx('tenant_keys').where({ purpose: 'data', current: true }).first('id'),
      ) as Promise<{ id: number }>
    const before = await currentOf(tenantId)
    const release = await holdKeys(ostoja)
    expect((await operator.post('/keys/data/rotate', {}, '/keys')).status).toBe(303)
    expect(await lastEvent()).toMatchObject({ action: 'key.rotation-asked', detail: { purpose: 'data' } })
    const { body } = (await operator.get('/keys/progress')) as { body: { done: boolean; max: number } }
    expect(body).toMatchObject({ done: false })
    expect((await operator.get('/keys')).text).toContain('data-progress-url="/keys/progress"')
    await release()
    await untilDone()
    expect((await currentOf(tenantId)).id).toBeGreaterThan(before.id)
    expect((await currentOf(installationId)).id).toBeGreaterThan(before.id)
  })

  describe.each(['root', 'pepper'] as const)('the schedule of the %s file', kind => {
    const file = () => ostoja.platform[kind === 'root' ? 'rootKeys' : 'peppers']
    const standing = async () => (await ostoja.features.desk.keyDesk.overview()).files[kind]
    const night = () => (ostoja.features.tasks['keys.turn-files'] as () => Promise<unknown>)()
    const said = { root: 'The root key', pepper: 'The pepper' }[kind]
    /** The key came into use so many days ago. */
    const age = async (days: number) => {
      await ostoja.platform.keyChecks.remember()
      const key = { tenant_id: installationId, kind, key_id: file().keys.current.id }
      const at = new Date(ostoja.platform.clock().getTime() - days * day)
      await inRealm(async trx => {
        const row = (await trx('key_fingerprints').where(key).first('fingerprint')) as { fingerprint: Buffer }
        await trx('key_fingerprints').where(key).delete()
        await trx('key_fingerprints').insert({ ...key, ...row, noted_at: at })
      })
    }

    it.each([
      [0, 'later', ''],
      [334, 'later', ''],
      [336, 'soon', `${said} is due for rotation within 30 days`],
      [366, 'overdue', `${said} is overdue for rotation`],
    ])('after %i days says: %s', async (days, due, words) => {
      await age(days)
      expect((await standing()).due).toBe(due)
      const page = await start()
      if (words) expect(page).toContain(words)
      else expect(page).not.toContain(said)
      const before = file().keys.current.id
      await night()
      expect(file().keys.current.id).toBe(before)
      const metrics = await ostoja.platform.metrics.text()
      const [, at] = new RegExp(`^ostoja_key_due_timestamp_seconds\\{kind="${kind}"\\} (\\S+)$`, 'm').exec(metrics)!
      expect(Math.round((Number(at) * 1000 - ostoja.platform.clock().getTime()) / day)).toBe(365 - days)
    })

    it('is kept by the worker in the night on which it is due, where the new key is in the file', async () => {
      const { encryptionKeys } = ostoja.features
      const announce = { announceOnly: true }
      const before = file().keys.current.id
      await age(364)
      if (kind === 'root') await encryptionKeys.rotateRoot(() => undefined, announce)
      else await encryptionKeys.rotatePepper(() => undefined, announce)
      expect(await standing()).toMatchObject({ due: 'later', prepared: true })
      expect((await operator.get('/keys')).text).toContain(
        'The new key is in the file; the worker makes it the current one',
      )
      expect((await operator.get('/keys/progress')).body).toMatchObject({ done: true })
      await night()
      expect(file().keys.current.id).toBe(before)

      await age(365)
      await night()
      expect(file().keys.current.id).not.toBe(before)
      expect(await standing()).toMatchObject({ due: 'later', prepared: false, turning: false })
      expect(await start()).not.toContain(said)
    })

    it('tells when the worker does not keep it', async () => {
      const { encryptionKeys } = ostoja.features
      if (kind === 'root') await encryptionKeys.rotateRoot(() => undefined, { announceOnly: true })
      else await encryptionKeys.rotatePepper(() => undefined, { announceOnly: true })
      await age(373)
      expect(await start()).toContain(`${said} is overdue although a new one is in its file`)
      await night()
      expect(await start()).not.toContain(said)
    })
  })

  it('in files are turned as well', async () => {
    const { rootKeys, peppers } = ostoja.platform
    const before = [rootKeys.keys.current.id, peppers.keys.current.id]
    await operator.post('/keys/root/rotate', {}, '/keys')
    await operator.post('/keys/pepper/rotate', {}, '/keys')
    await untilDone()
    expect(rootKeys.keys.current.id).not.toBe(before[0])
    expect(peppers.keys.current.id).not.toBe(before[1])
    expect((await operator.post('/keys/nothing/rotate', {}, '/keys')).status).toBe(404)
  })
})

describe('the system page', () => {
  it('asks PostgreSQL, Redis, the mail server and the folder, and shows their versions', async () => {
    const page = (await operator.get('/system')).text
    const { version } = ostoja.platform
    for (const text of [version, process.version, await ostoja.platform.askPostgres(), 'The database is up to date'])
      expect(page).toContain(text)
    const { parts } = await ostoja.features.desk.installation.look()
    expect(parts.map(({ name, health }) => [name, health])).toEqual([
      ['postgres', 'right'],
      ['redis', 'right'],
      ['mail', 'right'],
      ['certificate', 'right'],
      ['store', 'right'],
      ['chain', 'right'],
      ['exports', 'right'],
    ])
  })
})

describe('announcements', () => {
  const local = (at: Date) => new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
  const announce = (more: object = {}) =>
    operator.post(
      '/announcements',
      {
        kind: 'warning',
        textPl: 'Prace o północy',
        textEn: 'Maintenance at midnight',
        startsAt: local(new Date(Date.now() - 60_000)),
        endsAt: local(new Date(Date.now() + 3_600_000)),
        ...more,
      },
      '/announcements',
    )

  it('stand on top of every page in the reader’s language, before signing in too, from when to when they should', async () => {
    expect((await announce()).status).toBe(303)
    expect(await lastEvent()).toMatchObject({ action: 'announcement.made', detail: { kind: 'warning' } })
    const staff = await ostoja.signedIn(tenantId, ['staff'])
    for (const page of ['/', '/clients', '/nothing-here'])
      expect((await staff.get(page)).text).toContain('Maintenance at midnight')
    const stranger = ostoja.visitor()
    expect((await stranger.get('/sign-in')).text).toContain('Maintenance at midnight')
    expect((await stranger.get('/sign-in').set('Accept-Language', 'pl')).text).toContain('Prace o północy')

    await announce({ textEn: 'Much later', startsAt: local(new Date(Date.now() + 1_800_000)) })
    expect((await staff.get('/')).text).not.toContain('Much later')
    ostoja.skip(1_900_000)
    const back = await ostoja.signedIn(tenantId, ['staff'])
    expect((await back.get('/')).text).toContain('Much later')
    ostoja.skip(2_000_000)
    expect((await ostoja.visitor().get('/sign-in')).text).not.toMatch(/midnight|Much later/)
    operator = await ostoja.signedIn(installationId, ['operator'])
  })

  it('that may be put away stay away for that session only; others stay', async () => {
    const soon = local(new Date(Date.now() + 5 * 3_600_000))
    await announce({ textEn: 'You may close me', dismissible: 'on', endsAt: soon })
    await announce({ textEn: 'I stay', endsAt: soon })
    const stranger = ostoja.visitor()
    const page = (await stranger.get('/sign-in')).text
    const [, address] = /action="(\/announcements\/[0-9a-f-]{36}\/dismiss)"/.exec(page)!
    const answer = await stranger.post(address!, { return_to: '/sign-in' }, '/sign-in')
    expect([answer.status, answer.headers.location]).toEqual([303, '/sign-in'])
    const after = (await stranger.get('/sign-in')).text
    expect([after.includes('You may close me'), after.includes('I stay')]).toEqual([false, true])
    expect((await ostoja.visitor().get('/sign-in')).text).toContain('You may close me')
    const away = await stranger.post(address!, { return_to: 'https://elsewhere.example' }, '/sign-in')
    expect(away.headers.location).toBe('/')
  })

  it('name what is wrong beside the field, and are taken off again', async () => {
    for (const [wrong, words] of [
      [{ textEn: ' ' }, 'This field is required'],
      [{ endsAt: 'soon' }, 'date and a time'],
      [{ endsAt: local(new Date(Date.now() - 3_600_000)) }, 'The end must be after the start'],
      [{ kind: 'loud' }, 'Choose one'],
    ] as const) {
      const answer = await announce({ textPl: 'Zachowane', ...wrong })
      expect([answer.status, answer.text.includes(words), answer.text.includes('Zachowane')]).toEqual([422, true, true])
    }
    for (const { id } of await ostoja.features.desk.announcements.list(systemActor(installationId)))
      expect((await operator.post(`/announcements/${id}/remove`, {}, '/announcements')).status).toBe(303)
    expect((await ostoja.visitor().get('/sign-in')).text).not.toContain('I stay')
  })
})

// The last of this file: another Ostoja begins by emptying the Redis that both use.
describe('the installation with a silent mail server', () => {
  it('says so within seconds, and asks once for many', async () => {
    let asked = 0
    const silent: Server = createServer(() => {
      asked++
    })
    await new Promise<void>(resolve => silent.listen(0, '127.0.0.1', resolve))
    const { port } = silent.address() as { port: number }
    const other = await startOstoja({ env: { ...mail.settings, SMTP_URL: `smtp://127.0.0.1:${port}` } })
    try {
      const { installation } = other.features.desk
      // Both run in this process, so that a busy machine delays them alike.
      const tooLate = pause(6000, null, { ref: false })
      const looks = await Promise.race([Promise.all(Array.from({ length: 3 }, installation.look)), tooLate])
      expect(asked).toBe(1)
      expect(looks?.[0]?.parts.find(({ name }) => name === 'mail')).toMatchObject({
        health: 'wrong',
        note: 'installation:note.silent',
      })
      const someone = await other.signedIn(installationId, ['operator'])
      expect((await someone.get('/')).text).toContain('The mail server does not accept email')
    } finally {
      await other.close()
      silent.close()
    }
  })
})
