import { execFile } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { appendFile, mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createFeatures, createPlatform, prepareToRun } from '../../src/composition.ts'
import { isAbout } from '../../src/features/erasure/person.ts'
import { keptTables } from '../../src/features/erasure/queries.ts'
import { installationId, type Actor } from '../../src/platform/actor.ts'
import { ownUrls, setting } from '../support/database.ts'
import { newClient, profile } from '../support/clients.ts'
import { command, commandHere, environmentOf } from '../support/commands.ts'
import { startOstoja, unlikely, type Ostoja } from '../support/ostoja.ts'
import { runProgram } from '../support/processes.ts'
import { until } from '../support/until.ts'
import type { Visitor } from '../support/visitor.ts'
import { contactProfile, furnish } from '../support/world.ts'

const run = promisify(execFile)
type Row = Record<string, unknown>

let ostoja: Ostoja
let tenant: string
let administrator: Visitor & { account: { id: number } }
let actor: Actor & { accountId: number }
let scratch: string
const restored: string[] = []

const query = async (sql: string, values: unknown[] = [], url = ostoja.database.adminUrl): Promise<Row[]> => {
  const client = new pg.Client(url)
  await client.connect()
  try {
    return (await client.query<Row>(sql, values)).rows
  } finally {
    await client.end()
  }
}
const tool = (name: string) => join(process.env.PG_BIN ?? '', name)
const dump = async (name: string, format = 'custom') => {
  const file = join(scratch, name)
  await run(tool('pg_dump'), [`--format=${format}`, '--no-sync', `--file=${file}`, ostoja.database.urls.backup])
  return file
}

/** Puts a dump into a fresh database. @returns its settings, as an installation that starts on it has them */
const restore = async (file: string) => {
  const name = `ostoja_restored_${randomBytes(5).toString('hex')}`
  restored.push(name)
  const urls = ownUrls(name)
  await query(`create database ${name} owner ${new URL(urls.owner).username}`)
  const target = new URL(setting('ADMIN_DATABASE_URL'))
  target.pathname = `/${name}`
  await run(tool('pg_restore'), ['--dbname', target.href, '--exit-on-error', file])
  return { adminUrl: target.href, config: { ...ostoja.config, databaseUrl: urls.app, signinDatabaseUrl: urls.signin } }
}

/** Starts on another database as main.ts does. */
const startOn = async (config: Ostoja['config']) => {
  const platform = await createPlatform(config)
  const features = createFeatures(platform)
  await prepareToRun(features)
  return { features, close: () => platform.close() }
}

beforeAll(async () => {
  ostoja = await startOstoja()
  tenant = await ostoja.newTenant()
  administrator = await ostoja.signedIn(tenant, ['administrator'])
  const all = await ostoja.newAccount(tenant, ['staff', 'security_officer'])
  actor = { tenantId: tenant, accountId: all.id, roles: ['staff', 'security_officer'] }
  scratch = await mkdtemp(join(tmpdir(), 'ostoja-erasure-test-'))
})
afterAll(async () => {
  for (const name of restored) await query(`drop database if exists ${name} with (force)`)
  await ostoja.close()
  await rm(scratch, { recursive: true, force: true })
})

describe('erasing a client', () => {
  const familyName = unlikely('Zz')
  const person = profile({ givenNames: 'Łucja', familyName, birthDate: '1983-11-14' })
  let clientId: string
  let bystander: string
  let exportId: string
  let importId: string
  let searchId: string
  let before: string
  let fileNumber: string

  beforeAll(async () => {
    const { clients, drafts, emergencyContacts, exports } = ostoja.features
    clientId = await newClient(ostoja, actor, person)
    bystander = await newClient(ostoja, actor, { givenNames: 'Jan', familyName: unlikely('Yy') })
    const seen = await clients.view(actor, clientId)
    fileNumber = seen.profile.fileNumber
    await clients.amend(actor, clientId, 1, { ...seen.profile, notes: 'changed' })
    const contactId = randomUUID()
    await emergencyContacts.add(actor, clientId, contactId, contactProfile)
    searchId = await clients.keepQuery(actor, familyName)

    const origin = (page: string) => ({ tenantId: tenant, accountId: actor.accountId, page, id: randomUUID() })
    await drafts.keep(origin(`/clients/${clientId}/edit`), `/clients/${clientId}`, [['notes', 'half a sentence']])
    await drafts.keep(origin('/clients/new'), '/clients', [
      ['givenNames', 'Lucja'],
      ['familyName', familyName],
    ])
    await drafts.keep(origin('/clients/new'), '/clients', [['familyName', 'Somebodyelse']])

    const staff = await ostoja.signedIn(tenant, ['staff'])
    const rows = `Imię;Nazwisko;Data urodzenia\nŁucja;${familyName};14.11.1983\nŁucja;${familyName};01.01.1950\nPiotr;Mazur;02.03.1970\n`
    const upload = await staff.upload('/imports', 'file', Buffer.from(rows), `${familyName} Łucja.csv`, '/imports')
    importId = String(upload.headers.location).split('/').at(-1)!

    exportId = (await exports.request(actor, {
      passphrase: 'cztery-konie-jada-przez-zielony-las',
      keyIds: [],
      format: 'viewer',
      language: 'pl',
    }))!.id
    await until('the export is ready', async () => (await exports.find(actor, exportId)).status === 'ready')
    before = await dump('before.dump')
  })

  it('is for administrators, who find somebody only by the whole file number', async () => {
    const nobody = await administrator.post('/erasures/find', { fileNumber: 'nobody-1' }, '/erasures')
    expect(nobody.status).toBe(404)
    expect(nobody.text).toContain('There is no client with this file number.')
    const found = await administrator.post(
      '/erasures/find',
      { fileNumber: ` ${fileNumber.toLowerCase()} ` },
      '/erasures',
    )
    expect([found.status, found.headers.location]).toEqual([303, `/clients/${clientId}/erase`])
    expect((await administrator.get(`/clients/${clientId}`)).status).toBe(403)
    const staff = await ostoja.signedIn(tenant, ['staff', 'security_officer'])
    expect((await staff.get(`/clients/${clientId}/erase`)).status).toBe(403)
  })

  it('shows whom, what goes and what stays, and leaves an event of that', async () => {
    const page = await administrator.get(`/clients/${clientId}/erase`)
    expect(page.status).toBe(200)
    expect(page.text).toContain(`Łucja ${familyName}`)
    expect(page.text).toContain(fileNumber)
    expect(page.text).toContain('the record, and 1 earlier version of it')
    expect(page.text).toContain('1 emergency contact<')
    const events = await query(
      `select account_id from audit_events where action = 'client.shown-for-erasure' and subject_id = $1`,
      [clientId],
    )
    expect(events.at(-1)).toEqual({ account_id: administrator.account.id })
  })

  it('asks for a reason and for the file number once more', async () => {
    const path = `/clients/${clientId}/erase`
    const empty = await administrator.post(path, {}, path)
    expect(empty.status).toBe(422)
    const other = await administrator.post(path, { reason: 'Asked by letter', fileNumber: 'X' }, path)
    expect(other.status).toBe(422)
    expect(other.text).toContain('This is not the file number of this client.')
    expect(other.text).toContain('Asked by letter')
    expect(await query('select 1 from clients where id = $1', [clientId])).toHaveLength(1)
    expect(await query('select 1 from drafts where account_id = $1', [administrator.account.id])).toEqual([])
  })

  it('leaves nothing of the person in the database but ids in the audit trail and the tombstone', async () => {
    const path = `/clients/${clientId}/erase`
    const reason = 'Letter of 3 November, GDPR art. 17'
    const done = await administrator.post(path, { reason, fileNumber }, path)
    expect([done.status, done.headers.location]).toEqual([303, '/erasures'])
    const list = await administrator.get('/erasures')
    expect(list.text).toContain(reason)
    expect(list.text).not.toContain(familyName)

    const text = await readFile(await dump('after.sql', 'plain'), 'utf8')
    const tables = [...text.matchAll(/^COPY public\.(\w+) [^\n]*\n([\s\S]*?)^\\\.$/gm)]
    expect(tables.length).toBeGreaterThan(10)
    const holding = tables.filter(([, , lines]) => lines!.includes(clientId)).map(([, name]) => name)
    expect(holding.sort()).toEqual(['audit_events', 'erasures'])
    expect(text).not.toContain(reason)
    for (const table of ['client_versions', 'emergency_contacts', 'emergency_contact_versions'])
      expect([table, await query(`select 1 from ${table} where client_id = $1`, [clientId])]).toEqual([table, []])
  })

  it('takes drafts about the person along, and leaves those about others', async () => {
    const { drafts } = ostoja.features
    const left = await Promise.all((await drafts.offers(actor)).map(({ id }) => drafts.open(actor, id)))
    expect(left.map(({ fields }) => fields)).toEqual([[['familyName', 'Somebodyelse']]])
  })

  it('takes rows of imports about the person along, and the name out of the file’s', async () => {
    const rows = await query('select number from import_rows where import_id = $1 order by number', [importId])
    expect(rows).toHaveLength(2)
    expect((await ostoja.features.imports.list(actor)).imports.map(({ name }) => name)).toEqual(['import.csv'])
  })

  it('expires exports, their files as well, and forgets searches', async () => {
    expect((await ostoja.features.exports.find(actor, exportId)).status).toBe('expired')
    await expect(ostoja.features.exports.download(actor, exportId)).rejects.toThrow()
    expect(existsSync(join(ostoja.config.exportsDir, tenant, `${exportId}.export`))).toBe(false)
    expect(await ostoja.features.clients.findQuery(actor, searchId)).toBeNull()
    expect((await ostoja.features.clients.search(actor, familyName)).hits).toEqual([])
    expect(
      (await ostoja.features.db.asTenant(actor, trx => ostoja.features.clients.recent(trx, actor))).map(({ id }) => id),
    ).not.toContain(clientId)
    await expect(ostoja.features.clients.view(actor, clientId)).rejects.toThrow()
    await ostoja.features.clients.view(actor, bystander)
  })

  it('writes ids only into a ledger outside the database, for its owner only', async () => {
    const file = join(ostoja.dataDir, 'erasures.ledger')
    const lines = (await readFile(file, 'utf8')).trim().split('\n')
    expect(lines).toEqual([
      expect.stringMatching(new RegExp(`^\\S+Z ${tenant} client ${clientId} by ${administrator.account.id}$`)),
    ])
    expect((await stat(file)).mode & 0o077).toBe(0)
  })

  it('cannot be undone by a draft that a page left open saves later', async () => {
    const origin = { tenantId: tenant, accountId: actor.accountId, page: `/clients/${clientId}/edit`, id: randomUUID() }
    await ostoja.features.drafts.keep(origin, `/clients/${clientId}`, [['notes', 'late']])
    await ostoja.features.erasures.reconcile()
    expect(await query('select 1 from drafts where page like $1', [`%${clientId}%`])).toEqual([])
  })

  it('holds after an older dump is restored into a fresh database and Ostoja starts on it', async () => {
    const { adminUrl, config } = await restore(before)
    expect(await query('select 1 from clients where id = $1', [clientId], adminUrl)).toHaveLength(1)
    const other = await startOn(config)
    try {
      expect(await query('select 1 from clients where id = $1', [clientId], adminUrl)).toEqual([])
      expect(await query('select 1 from client_versions where client_id = $1', [clientId], adminUrl)).toEqual([])
      expect(await query('select 1 from emergency_contacts where client_id = $1', [clientId], adminUrl)).toEqual([])
      expect(await query('select 1 from import_rows where import_id = $1', [importId], adminUrl)).toHaveLength(2)
      expect(await query(`select 1 from drafts`, [], adminUrl)).toHaveLength(1)
      const [tombstone] = await query('select erased_by from erasures where subject_id = $1', [clientId], adminUrl)
      expect(tombstone).toEqual({ erased_by: administrator.account.id })
      expect((await other.features.clients.search(actor, familyName)).hits).toEqual([])
      await other.features.clients.view(actor, bystander)
    } finally {
      await other.close()
    }
  })

  it('is repeated from a ledger on a machine that has none, by the command line, cut lines and all', async () => {
    const { adminUrl, config } = await restore(before)
    const kept = join(scratch, 'kept.ledger')
    await run('cp', [join(ostoja.dataDir, 'erasures.ledger'), kept])
    await appendFile(kept, '2026-11-23T16:00:00.000Z 0000')
    const environment = {
      DATA_DIR: join(scratch, 'other-machine'),
      ROOT_KEYS_FILE: config.rootKeysFile,
      PEPPERS_FILE: config.peppersFile,
      DATABASE_URL: config.databaseUrl,
      SIGNIN_DATABASE_URL: config.signinDatabaseUrl,
      OWNER_DATABASE_URL: ostoja.database.urls.owner,
      BACKUP_DATABASE_URL: ostoja.database.urls.backup,
      REDIS_URL: config.redisUrl,
    }
    const first = await runProgram('ostoja', ['erasures', 'repeat', '--from', kept], environment)
    expect([first.code, first.complaint]).toEqual([0, expect.stringContaining('1 line')])
    expect(first.output).toContain('Erased again: 1 of 1')
    expect(await query('select 1 from clients where id = $1', [clientId], adminUrl)).toEqual([])
    const own = await readFile(join(environment.DATA_DIR, 'erasures.ledger'), 'utf8')
    expect(own).toContain(clientId)
    const second = await commandHere(['erasures', 'repeat', '--from', kept], environment)
    expect(second.output).toContain('Erased again: 0 of 1')
    const none = await commandHere(['erasures', 'repeat', '--from', '/nowhere/at-all'], environment)
    expect([none.code, none.complaint.trim().split('\n').length]).toEqual([1, 1])
  })

  it('keeps in a ledger what another machine has erased', async () => {
    const file = join(ostoja.dataDir, 'erasures.ledger')
    await rm(file)
    await ostoja.features.erasures.reconcile()
    expect(await readFile(file, 'utf8')).toContain(clientId)
  })

  it('changes nothing when the ledger cannot be written', async () => {
    const doomed = await newClient(ostoja, actor)
    const file = join(ostoja.dataDir, 'erasures.ledger')
    await rm(file)
    await run('mkdir', [file])
    await expect(ostoja.features.erasures.erase(actor, doomed, 'reason')).rejects.toThrow()
    await rm(file, { recursive: true })
    await ostoja.features.clients.view(actor, doomed)
    expect(await query('select 1 from erasures where subject_id = $1', [doomed])).toEqual([])
    await ostoja.features.erasures.reconcile()
  })
})

describe('a row of an import or a draft', () => {
  const about = isAbout({
    clientId: '6b1d7c5e-9a3f-4c1e-8f00-0123456789ab',
    fileNumber: 'OST-00012',
    givenNames: 'Anna Maria',
    familyName: 'Żak-Nowak',
    birthDate: '1983-11-14',
  })
  it('is about somebody by names in any order and spelling, by file number beside a name, by id', () => {
    expect(about(['NOWAK', 'zak', 'Anna'])).toBe(true)
    expect(about(['Anna Żak-Nowak', '14.11.1983'])).toBe(true)
    expect(about(['Anna', 'Żak-Nowak', '1983-11-14', 'x'])).toBe(true)
    expect(about(['ost-00012', 'Anna', 'Kowalska'])).toBe(true)
    expect(about(['6b1d7c5e-9a3f-4c1e-8f00-0123456789ab'])).toBe(true)
  })
  it('is not about a namesake born on another day, nor about somebody whose number happens to be the same', () => {
    expect(about(['Anna', 'Żak-Nowak', '15.11.1983'])).toBe(false)
    expect(about(['Anna', 'Nowak'])).toBe(false)
    expect(about(['OST-00012', 'Piotr'])).toBe(false)
    expect(about([])).toBe(false)
  })
})

describe('destroying an organisation', () => {
  const destroy = (...args: string[]) => commandHere(['keys', 'destroy-tenant', ...args], environmentOf(ostoja))
  let doomed: string
  let before: string
  let visitor: Visitor & { account: { id: number; login: string; password: string } }

  beforeAll(async () => {
    const world = await furnish(ostoja, 'Dom Pod Lipą')
    doomed = world.tenantId
    visitor = await ostoja.signedIn(doomed, ['staff'])
    await ostoja.features.clients.keepQuery({ tenantId: doomed, accountId: visitor.account.id, roles: [] }, 'x')
    before = await dump('before-tenant.dump')
  })

  it('asks for its name, and does nothing without it', async () => {
    for (const args of [[doomed], [doomed, '--yes-destroy', 'Another']]) {
      const { code, complaint } = await destroy(...args)
      expect(code).toBe(1)
      expect(complaint.trim().split('\n')).toEqual([expect.stringMatching(/[Nn]othing was destroyed/)])
    }
    const unknown = await destroy('6b1d7c5e-9a3f-4c1e-8f00-0123456789ab', '--yes-destroy', 'x')
    expect([unknown.code, unknown.complaint]).toEqual([1, expect.stringContaining('There is no organisation')])
    expect((await destroy(installationId, '--yes-destroy', 'Ostoja')).code).toBe(1)
    expect((await visitor.get('/')).status).toBe(200)
  })

  it('leaves no key, no row, no file, no session, and lets nobody sign in', async () => {
    const args = ['keys', 'destroy-tenant', doomed, '--yes-destroy', 'Dom Pod Lipą']
    const { code, output, complaint } = await command(ostoja, args)
    expect([code, complaint]).toEqual([0, ''])
    expect(output).toMatch(/Backups made until now still hold it, sealed, and its keys, wrapped/)
    expect(output).toMatch(/20\d\d-\d\d-\d\d/)

    const tables = await query(
      `select table_name as name from information_schema.columns where table_schema = 'public' and column_name = 'tenant_id'`,
    )
    for (const { name } of tables.filter(({ name }) => !(String(name) in keptTables)))
      expect([name, await query(`select 1 from ${String(name)} where tenant_id = $1`, [doomed])]).toEqual([name, []])
    expect(await query('select name, status from tenants where id = $1', [doomed])).toEqual([
      { name: '—', status: 'closed' },
    ])
    expect(existsSync(join(ostoja.config.exportsDir, doomed))).toBe(false)
    const { redis } = ostoja.platform
    for (const key of await redis.keys('*')) {
      expect(key).not.toContain(doomed)
      if ((await redis.type(key)) === 'string') expect((await redis.get(key)) ?? '').not.toContain(doomed)
    }
    expect((await visitor.get('/')).status).toBe(303)
    await expect(ostoja.visitor().signIn(visitor.account)).rejects.toThrow('422')
  })

  it('is in the audit of the installation and of the organisation, with a tombstone', async () => {
    const events = await query(
      `select tenant_id, action from audit_events where subject_id = $1 and action like 'tenant.dest%' order by id`,
      [doomed],
    )
    expect(events.filter(({ tenant_id: of }) => of === installationId).map(({ action }) => action)).toEqual([
      'tenant.destruction-begun',
      'tenant.destroyed',
    ])
    expect(events.filter(({ tenant_id: of }) => of === doomed).map(({ action }) => action)).toEqual([
      'tenant.destroyed',
    ])
    expect(await query(`select subject_kind from erasures where tenant_id = $1`, [doomed])).toEqual([
      { subject_kind: 'tenant' },
    ])
  })

  it('harms no other organisation', async () => {
    expect(await query('select 1 from tenant_keys where tenant_id = $1', [tenant])).toHaveLength(2)
    expect((await administrator.get('/erasures')).status).toBe(200)
  })

  it('holds after an older dump is restored and Ostoja starts on it', async () => {
    const { adminUrl, config } = await restore(before)
    expect(await query('select 1 from tenant_keys where tenant_id = $1', [doomed], adminUrl)).toHaveLength(2)
    const other = await startOn(config)
    try {
      for (const table of ['tenant_keys', 'clients', 'accounts', 'logins', 'drafts', 'imports'])
        expect([table, await query(`select 1 from ${table} where tenant_id = $1`, [doomed], adminUrl)]).toEqual([
          table,
          [],
        ])
      expect(await query('select status from tenants where id = $1', [doomed], adminUrl)).toEqual([
        { status: 'closed' },
      ])
    } finally {
      await other.close()
    }
  })

  it('can be run once more', async () => {
    const { code, output } = await destroy(doomed, '--yes-destroy', '—')
    expect([code, output]).toEqual([0, expect.stringContaining('closed')])
  })

  it('is the only way in which the app may delete accounts', async () => {
    const client = new pg.Client(ostoja.config.databaseUrl)
    await client.connect()
    await client.query('begin')
    await client.query(`select set_config('app.tenant_id', $1, true)`, [tenant])
    const { rowCount } = await client.query('delete from logins')
    await client.query('rollback')
    await client.end()
    expect(rowCount).toBe(0)
  })
})
