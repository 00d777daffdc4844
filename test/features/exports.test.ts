import { readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createExports, type ExportedClient } from '../../src/features/exports/index.ts'
import { copyFailure, openCopyStore } from '../../src/composition/export-copies.ts'
import { exportWords } from '../../src/composition/emergency-export.ts'
import { loadTranslations } from '../../src/platform/i18n/translations.ts'
import { systemActor, type Actor } from '../../src/platform/actor.ts'
import { NotFound } from '../../src/platform/errors.ts'
import { extractWithTools, openWithAge } from '../support/age-cli.ts'
import { blankViewer, sampleClients, sampleManifest, samplePassphrase } from '../support/export-samples.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'

type AuditRow = { id: string; action: string; account_id: number | null; subject_id: string }

const wish = { passphrase: samplePassphrase, keyIds: [], format: 'viewer', language: 'pl' } as const
const HOUR = 60 * 60_000
const fault = new Error('the database went away')

let ostoja: Ostoja
let officer: Actor
let directory: string
let read: () => AsyncIterable<readonly ExportedClient[]>

beforeAll(async () => {
  ostoja = await startOstoja()
})
afterAll(() => ostoja.close())
beforeEach(async () => {
  const tenantId = await ostoja.newTenant()
  const { id } = await ostoja.newAccount(tenantId, ['security_officer'], { givenName: 'Ewa', familyName: 'Wrona' })
  officer = { tenantId, accountId: id, roles: ['security_officer'] }
  directory = join(ostoja.dataDir, 'exports', tenantId)
  read = () => sampleClients(120)
})

/** The feature by itself; its job runs when a test says so. */
const newExports = () =>
  createExports({
    ...ostoja.platform,
    directory: join(ostoja.dataDir, 'exports'),
    loadViewer: () => Promise.resolve(blankViewer),
    vocabulary: sampleManifest().vocabulary,
    words: exportWords(loadTranslations()),
    timeZone: () => Promise.resolve('Europe/Warsaw'),
    groups: ostoja.features.groups,
    keysInUse: ostoja.features.officerKeys.inUse,
    officers: trx => ostoja.features.accounts.activeWith(trx, 'security_officer'),
    tellOfConsent: () => Promise.resolve(),
    languageOf: ostoja.features.tenants.languageOf,
    tellOfficers: (trx, tenantId, what) =>
      ostoja.features.notices.notify(trx, tenantId, { role: 'security_officer' }, `export-${what}`),
    tellOfMade: (trx, tenantId, accountId) =>
      ostoja.features.notices.notify(trx, tenantId, { role: 'security_officer' }, 'export-made', { accountId }),
    store: openCopyStore(ostoja.config.backups),
    storeFailure: copyFailure,
    organisation: () => Promise.resolve('Dom Pod Lipą'),
    readForExport: () => read(),
    countForExport: () => Promise.resolve(120),
    accountNames: ostoja.features.accounts.names,
    enqueue: () => Promise.resolve(),
    logN: 10,
  })

const requested = async () => {
  const exports = newExports()
  const { id } = (await exports.request(officer, wish))!
  return { exports, id, job: { tenantId: officer.tenantId, exportId: id } }
}
const filesLeft = () => readdir(directory).catch(() => [])
const events = async () => {
  const rows = await ostoja.platform.db.asTenant(officer, trx =>
    trx<AuditRow>('audit_events')
      .where('action', 'like', 'export.%')
      .orderBy('id')
      .select('action', 'account_id', 'subject_id'),
  )
  return rows.map(({ action, account_id, subject_id }) => [action, account_id, subject_id])
}

describe('an export', () => {
  it('is asked for, made by the worker, fetched, and each of these is in the audit log', async () => {
    const { exports, id, job } = await requested()
    expect(await exports.find(officer, id)).toMatchObject({
      status: 'waiting',
      madeBy: 'Ewa Wrona',
      total_clients: 120,
    })
    await exports.make(job)

    const made = await exports.find(officer, id)
    expect(made).toMatchObject({ status: 'ready', done_clients: 120, contacts: 360, failure: null })
    const { file, name, size } = await exports.download(officer, id)
    expect(name).toMatch(/^ostoja-export-\d{4}-\d\d-\d\d\.html$/)
    expect((await stat(file)).size).toBe(size)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    await extractWithTools(file, `${file}.age`)
    expect(await openWithAge(`${file}.age`, samplePassphrase, `${file}.ndjson`)).toMatchObject({ code: 0 })
    expect((await readFile(`${file}.ndjson`, 'utf8')).split('\n')).toHaveLength(122)
    expect(await events()).toEqual([
      ['export.requested', officer.accountId, id],
      ['export.made', null, id],
      ['export.downloaded', officer.accountId, id],
    ])
    expect((await exports.list(officer)).map(each => each.id)).toEqual([id])
  })

  it('is told to every security officer when it is there, by name to those whose it is not', async () => {
    const { id: other } = await ostoja.newAccount(officer.tenantId, ['security_officer'])
    const { exports, job } = await requested()
    const told = (accountId: number) => ostoja.features.notices.list({ ...officer, accountId })
    expect(await told(other)).toEqual([])
    await exports.make(job)
    expect(await told(other)).toMatchObject([{ kind: 'export-made', about: 'Ewa Wrona' }])
    expect(await told(officer.accountId!)).toMatchObject([{ kind: 'export-made', about: null }])
  })

  it('leaves no passphrase and no key in Redis, the database or the queue', async () => {
    const { exports, job } = await requested()
    const names = await ostoja.platform.redis.keys('export-keys:*')
    expect(names).toHaveLength(1)
    expect(await ostoja.platform.redis.pttl(names[0]!)).toBeLessThanOrEqual(15 * 60_000)
    const waiting = await ostoja.platform.redis.lrangeBuffer(names[0]!, 0, -1)
    expect(waiting).toHaveLength(2)
    expect(waiting[0]!.equals(waiting[1]!)).toBe(false)
    for (const sealed of waiting) expect(sealed.toString('latin1')).not.toContain('"key"')

    await exports.make(job)
    expect(await ostoja.platform.redis.keys('export-keys:*')).toEqual([])
    const rows = await ostoja.platform.db.asTenant(officer, trx => trx('exports').select())
    expect(JSON.stringify(rows)).not.toContain('Latarnia')
  })

  it('is made whole by a second attempt after the first was killed half-way', async () => {
    const { exports, id, job } = await requested()
    let killed = true
    read = async function* () {
      yield* sampleClients(60)
      if (killed) throw fault
      yield* sampleClients(60)
    }
    await expect(exports.make(job)).rejects.toThrow(fault)
    expect(await exports.find(officer, id)).toMatchObject({ status: 'running', failure: null })
    expect(await filesLeft()).toEqual([])
    // A killed process removes nothing.
    await writeFile(join(directory, `${id}.export.partial`), 'half')

    killed = false
    await exports.make(job)
    expect(await exports.find(officer, id)).toMatchObject({ status: 'ready', done_clients: 120 })
    expect(await filesLeft()).toEqual([`${id}.export`])
  })

  it('has failed, and leaves nothing whole-looking, when every attempt fails', async () => {
    const { exports, id, job } = await requested()
    read = async function* () {
      yield* sampleClients(500)
      throw fault
    }
    await expect(exports.make(job)).rejects.toThrow(fault)
    await expect(exports.make(job)).rejects.toThrow(fault)
    expect(await exports.find(officer, id)).toMatchObject({ status: 'failed', failure: 'fault', sha256: null })
    expect(await filesLeft()).toEqual([])
    await expect(exports.download(officer, id)).rejects.toThrow(NotFound)
    await exports.make(job)
    expect((await events()).map(([action]) => action)).toEqual(['export.requested', 'export.failed'])
  })

  it('has failed when its key was gone before a worker came', async () => {
    const { exports, id, job } = await requested()
    await ostoja.platform.redis.flushdb()
    await exports.make(job)
    expect(await exports.find(officer, id)).toMatchObject({ status: 'failed', failure: 'key-gone' })
  })

  it('is made once when its form is sent twice, also at the same moment', async () => {
    const exports = newExports()
    const answers = await Promise.all([1, 2, 3].map(() => exports.request(officer, wish)))
    expect(answers.filter(each => each?.made)).toHaveLength(1)
    expect(new Set(answers.map(each => each?.id)).size).toBe(1)
    expect(await exports.list(officer)).toHaveLength(1)
  })

  it('that stopped moving has failed and makes room for the next', async () => {
    const { exports, id } = await requested()
    ostoja.skip(16 * 60_000)
    expect(await exports.find(officer, id)).toMatchObject({ status: 'failed', failure: 'interrupted' })
    expect(await exports.request(officer, wish)).toMatchObject({ made: true })
  })

  it('can be fetched for a day, then its file is removed', async () => {
    const { exports, id, job } = await requested()
    await exports.make(job)
    ostoja.skip(23 * HOUR)
    expect(await exports.download(officer, id)).toBeTruthy()
    expect(await exports.sweep()).toBe(0)

    ostoja.skip(2 * HOUR)
    await expect(exports.download(officer, id)).rejects.toThrow(NotFound)
    expect(await exports.find(officer, id)).toMatchObject({ status: 'expired' })
    const long = new Date(Date.now() - 30 * HOUR)
    await writeFile(join(directory, 'left.export.partial'), 'half')
    await utimes(join(directory, 'left.export.partial'), long, long)
    expect(await exports.sweep()).toBeGreaterThanOrEqual(2)
    expect(await filesLeft()).toEqual([])
  })

  it('of another organisation is not there', async () => {
    const { exports, id, job } = await requested()
    await exports.make(job)
    const stranger = { ...systemActor(await ostoja.newTenant('Other')), roles: ['security_officer'] as const }
    await expect(exports.find(stranger, id)).rejects.toThrow(NotFound)
    await expect(exports.download(stranger, id)).rejects.toThrow(NotFound)
    expect(await exports.list(stranger)).toEqual([])
  })
})
