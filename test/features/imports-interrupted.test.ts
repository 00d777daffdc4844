import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createImports } from '../../src/features/imports/index.ts'
import type { Actor } from '../../src/platform/actor.ts'
import { startWorker } from '../../src/platform/jobs/jobs.ts'
import { beginImport } from '../support/import-upload.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'
import { rounds } from '../support/rounds.ts'
import { until } from '../support/until.ts'

type Staff = Awaited<ReturnType<Ostoja['signedIn']>>

let ostoja: Ostoja
let worker: Awaited<ReturnType<typeof startWorker>>
beforeAll(async () => {
  ostoja = await startOstoja({ worker: false })
  worker = await newWorker()
})
afterAll(async () => {
  await worker.stop()
  await ostoja.close()
})

const newWorker = () => startWorker(ostoja.config.databaseUrl, ostoja.features, ostoja.platform)

const staffOf = async (): Promise<Staff> => ostoja.signedIn(await ostoja.newTenant(), ['staff'])

const asOwner = async <T extends pg.QueryResultRow>(statement: string): Promise<T[]> => {
  const admin = new pg.Client(ostoja.database.adminUrl)
  await admin.connect()
  const { rows } = await admin.query<T>(statement)
  await admin.end()
  return rows
}
const countOf = async (table: string, { account }: Staff) =>
  Number(
    (await asOwner<{ count: string }>(`select count(*) from ${table} where tenant_id = '${account.tenantId}'`))[0]!
      .count,
  )

const actorOf = ({ account }: Staff): Actor => ({ tenantId: account.tenantId, accountId: account.id, roles: ['staff'] })

describe('an upload', () => {
  it('that breaks off leaves nothing', async () => {
    const staff = await staffOf()
    const { upload, send, answer } = await beginImport(ostoja, staff)
    answer.catch(() => undefined)
    for (let row = 0; row < 20; row++) await send(`A${row};Anna;Nowak;${'x'.repeat(100)}\r\n`.repeat(200))
    await until('some rows are stored', async () => (await countOf('import_rows', staff)) > 0)

    upload.destroy()
    await until('the import is gone', async () => (await countOf('imports', staff)) === 0)
    expect([await countOf('imports', staff), await countOf('import_rows', staff)]).toEqual([0, 0])
  })

  it('whose server died is swept away, and is nowhere to be seen before that', async () => {
    const staff = await staffOf()
    const { imports } = ostoja.features
    /** So many rows are stored; those after them wait for their batch to become whole. */
    const stored = rounds({ soak: 20_000, usual: 1000 })
    let bury: () => void = () => undefined
    async function* dying() {
      yield Buffer.from(`Imię;Uwagi\n${`Anna;${'x'.repeat(100)}\n`.repeat(stored + 200)}`)
      await new Promise<void>(resolve => (bury = resolve))
    }
    const death = imports.upload(actorOf(staff), 'people.csv', dying()).catch(() => undefined)
    await until('all whole batches are stored', async () => (await countOf('import_rows', staff)) === stored)
    const [half] = await asOwner<{ id: string }>(`select id from imports where tenant_id = '${staff.account.tenantId}'`)
    expect((await staff.get(`/imports/${half!.id}`)).status).toBe(404)
    expect((await staff.get('/imports')).text).toContain('No imports yet')

    ostoja.skip(16 * 60_000)
    await imports.work.sweep(actorOf(staff))
    expect([await countOf('imports', staff), await countOf('import_rows', staff)]).toEqual([0, 0])
    bury()
    await death
  })
})

describe('a job', () => {
  const uploaded = async (staff: Staff, rows: number) => {
    const { imports } = ostoja.features
    async function* file() {
      yield Buffer.from('Nr teczki;Imię;Nazwisko\n')
      for (let row = 0; row < rows; row++) yield Buffer.from(`K-${row};Anna;Nowak\n`)
    }
    const outcome = await imports.upload(actorOf(staff), 'people.csv', file())
    if (!outcome.ok) throw outcome.fault
    return outcome.importId
  }
  const reading = {
    columns: ['fileNumber', 'givenNames', 'familyName'] as ('fileNumber' | 'givenNames' | 'familyName')[],
    dayOrder: 'day-first' as const,
    dropDigits: false,
    encoding: 'utf-8' as const,
  }

  const stateOf = async (importId: string) =>
    (
      await asOwner<{ state: string; rows_done: number; result: { counts: object } }>(
        `select state, rows_done, result from imports where id = '${importId}'`,
      )
    )[0]!
  const untilState = (importId: string, state: string) =>
    until(`the import is ${state}`, async () => {
      const now = await stateOf(importId)
      return now.state === state ? now : null
    })

  it('killed in the middle of a batch goes on where it stopped, and nobody goes in twice', async () => {
    const staff = await staffOf()
    const { clients } = ostoja.features
    let batches = 0
    let bury: () => void = () => undefined
    const dying = createImports({
      ...ostoja.platform,
      country: ostoja.features.settings.countryWithin,
      turnMs: Infinity,
      timeZone: () => Promise.resolve('UTC'),
      clients: {
        ...clients,
        createMany: async (...args) => {
          const made = await clients.createMany(...args)
          if (++batches === 2) await new Promise<void>(resolve => (bury = resolve))
          return made
        },
      },
    })
    const importId = await uploaded(staff, 1150)
    await dying.chooseColumns(actorOf(staff), importId, reading)
    await untilState(importId, 'previewed')
    await asOwner(
      `update imports set state = 'importing', started_by = ${staff.account.id}, started_at = now() where id = '${importId}'`,
    )
    const death = dying.work.carryOut(actorOf(staff), importId).catch(() => undefined)
    await until('the second batch is under way', () => batches === 2)
    // As when its process is killed: the connection goes, and with it everything of the second batch.
    await asOwner(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and state = 'idle in transaction'`,
    )

    expect((await stateOf(importId)).state).toBe('importing')
    expect(await countOf('clients', staff)).toBe(500)

    // A page that asks how far it is finds the worker silent, and has another go on.
    ostoja.skip(61_000)
    await staff.get(`/imports/${importId}/progress`)
    expect((await untilState(importId, 'done')).result).toMatchObject({ counts: { new: 1150, refused: 0 } })
    expect(await countOf('clients', staff)).toBe(1150)
    bury()
    await death
    expect(await countOf('clients', staff)).toBe(1150)
    expect(
      await asOwner(
        `select file_number_token from clients where tenant_id = '${staff.account.tenantId}' group by 1 having count(*) > 1`,
      ),
    ).toEqual([])
  })

  it('with a row that the records don’t take refuses that row, and takes the others', async () => {
    const staff = await staffOf()
    const { clients } = ostoja.features
    const picky = createImports({
      ...ostoja.platform,
      country: ostoja.features.settings.countryWithin,
      turnMs: Infinity,
      timeZone: () => Promise.resolve('UTC'),
      clients: {
        ...clients,
        createMany: (trx, actor, made, id) => {
          if (made.some(({ profile }) => profile.fileNumber === 'K-77')) throw new Error('poison')
          return clients.createMany(trx, actor, made, id)
        },
      },
    })
    const importId = await uploaded(staff, 100)
    await picky.chooseColumns(actorOf(staff), importId, reading)
    await asOwner(
      `update imports set state = 'importing', started_by = ${staff.account.id}, started_at = now() where id = '${importId}'`,
    )
    await picky.work.carryOut(actorOf(staff), importId)
    expect(await stateOf(importId)).toMatchObject({ state: 'done', result: { counts: { new: 99, refused: 1 } } })
    expect((await staff.get(`/imports/${importId}/rows`)).text).toContain('The row could not be saved.')
  })

  it('refuses who was added by somebody else after the preview', async () => {
    const staff = await staffOf()
    const { imports } = ostoja.features
    const [first, second] = [await uploaded(staff, 3), await uploaded(staff, 5)]
    for (const id of [first, second]) await imports.chooseColumns(actorOf(staff), id, reading)
    for (const id of [first, second]) {
      await imports.start(actorOf(staff), id)
      await untilState(id, 'done')
    }
    expect((await stateOf(second)).result).toMatchObject({ counts: { new: 2, refused: 3 } })
  })

  it('checks a large file in the background and shows how far it is', async () => {
    const rows = rounds({ soak: 5000, usual: 2100 })
    const { imports } = ostoja.features
    await worker.stop()
    const staff = await staffOf()
    const importId = await uploaded(staff, rows)
    await imports.chooseColumns(actorOf(staff), importId, reading)
    expect((await staff.get(`/imports/${importId}`)).text).toContain('Checking the rows')
    const { body } = await staff.get(`/imports/${importId}/progress`)
    worker = await newWorker()
    expect(body).toMatchObject({ done: false, value: 0, max: rows })
    await untilState(importId, 'previewed')
    expect((await staff.get(`/imports/${importId}`)).text).toContain(`Import ${rows.toLocaleString('en')} rows`)
  })
})

describe('taking back a large import', () => {
  it('is done in the background, in the name of who asked', async () => {
    const staff = await staffOf()
    const { imports } = ostoja.features
    async function* file() {
      for (let row = 0; row < 2100; row++) yield Buffer.from(row === 0 ? 'Nr teczki;Imię\n' : `K-${row};Anna\n`)
    }
    const upload = await imports.upload(actorOf(staff), 'people.csv', file())
    if (!upload.ok) throw upload.fault
    const id = upload.importId
    const states = (wanted: string) =>
      until(`the import is ${wanted}`, async () => {
        const view = await imports.view(actorOf(staff), id)
        return view.state === wanted ? view : null
      })
    await imports.chooseColumns(actorOf(staff), id, (await imports.columns(actorOf(staff), id)).reading)
    await states('previewed')
    await imports.start(actorOf(staff), id)
    await states('done')

    const colleague = await ostoja.signedIn(staff.account.tenantId, ['staff'])
    await imports.takeBack(actorOf(colleague), id)
    expect((await states('taken-back')).result.takenBack).toEqual({ removed: 2099, reverted: 0, kept: 0 })
    const [event] = await asOwner(
      `select account_id from audit_events where action = 'import.taken-back' and subject_id = '${id}'`,
    )
    expect(event).toEqual({ account_id: colleague.account.id })
  })
})
