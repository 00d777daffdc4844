import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { prepareToRun } from '../../src/composition.ts'
import { readNameValues } from '../../src/start/name-value-file.ts'
import { createKeys } from '../../src/platform/vault/key-files.ts'
import { command } from '../support/commands.ts'
import { setting } from '../support/database.ts'
import { startOstoja, type Ostoja, type TestAccount } from '../support/ostoja.ts'
import { runProgram, startProgram } from '../support/processes.ts'
import { createVisitor } from '../support/visitor.ts'

const run = promisify(execFile)
const passphrase = 'żółw-kaktus-Latarnia-7-wiosło'
const databases: string[] = []
let folder: string

const query = async (statement: string) => {
  const client = new pg.Client(setting('ADMIN_DATABASE_URL'))
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows
  } finally {
    await client.end()
  }
}
const newDatabase = async () => {
  const name = `ostoja_recovery_${randomBytes(4).toString('hex')}`
  databases.push(name)
  await query(`create database ${name}`)
  const url = new URL(setting('ADMIN_DATABASE_URL'))
  url.pathname = `/${name}`
  return url.href
}
const ostoja = (args: string[], set: Record<string, string> = {}) => runProgram('ostoja', args, set, `${passphrase}\n`)

/** Starts, does `work` with the address, and stops. */
const whileRunning = async <T>(set: Record<string, string>, work: (url: string) => Promise<T>): Promise<T> => {
  const program = startProgram('start', set)
  try {
    await program.says('Ostoja is ready: https://')
    return await work(/is ready: (\S+)/.exec(program.output())![1]!)
  } finally {
    await program.end('SIGTERM')
  }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ostoja-recovery-'))
})
afterAll(async () => {
  for (const name of databases) await query(`drop database if exists ${name} with (force)`)
  const { SUFFIX = 'none' } = (await readNameValues(join(folder, 'second/database-roles.env'))) ?? {}
  for (const login of ['app', 'signin', 'backup', 'drill']) await query(`drop role if exists ostoja_${login}_${SUFFIX}`)
  await rm(folder, { recursive: true, force: true })
})

describe('an empty machine with a recovery kit and a dump', () => {
  let first: Ostoja
  let account: TestAccount
  let kit: string

  beforeAll(async () => {
    first = await startOstoja({ worker: false, backups: true })
    await prepareToRun(first.features)
    const tenant = await first.newTenant('Dom Pod Lipą')
    account = await first.newAccount(tenant, ['administrator'], { givenName: 'Zofia', familyName: 'Żółkiewska' })
    const out = join(folder, 'kit')
    expect((await command(first, ['recovery-kit', 'create', '--out', out], `${passphrase}\n`)).code).toBe(0)
    const name = (await readdir(out)).find(each => each.endsWith('.age'))!
    kit = join(out, name)
  })
  afterAll(() => first.close())

  it('becomes a running Ostoja, where people sign in with their passwords', async () => {
    const second = {
      DATA_DIR: join(folder, 'second'),
      PORT: '0',
      DEMONSTRATION: 'no',
      DATABASE_URL: await newDatabase(),
      REDIS_URL: first.config.redisUrl,
    }
    const dump = join(folder, 'first.dump')
    const tool = (name: string) => join(process.env.PG_BIN ?? '', name)
    await run(tool('pg_dump'), ['--format=custom', '--no-sync', `--file=${dump}`, first.database.adminUrl])
    await run(tool('pg_restore'), ['--dbname', second.DATABASE_URL, '--exit-on-error', dump])

    const tooEarly = await runProgram('start', [], second)
    expect([tooEarly.code, tooEarly.complaint]).toEqual([
      1,
      expect.stringContaining('put them back from the recovery kit'),
    ])

    const opened = await ostoja(['recovery-kit', 'open', kit, '--into', second.DATA_DIR])
    expect([opened.code, opened.complaint]).toEqual([0, ''])
    await whileRunning(second, async url => {
      const visitor = createVisitor(url)
      await visitor.signIn(account)
      const page = await visitor.get('/account')
      expect([page.status, page.text]).toEqual([200, expect.stringContaining('Zofia')])
      expect((await ostoja(['recovery-kit', 'verify', kit], second)).code).toBe(0)
    })
  })

  it('is told by bin/start which is wrong, before anything is changed', async () => {
    const { urls } = first.database
    const environment = {
      DATA_DIR: first.dataDir,
      PORT: '0',
      OWNER_DATABASE_URL: urls.owner,
      DATABASE_URL: urls.app,
      SIGNIN_DATABASE_URL: urls.signin,
      BACKUP_DATABASE_URL: urls.backup,
      REDIS_URL: first.config.redisUrl,
    }
    const keys = join(first.dataDir, 'keys')
    const spare = join(folder, 'spare')
    await cp(keys, spare, { recursive: true })
    const path = join(keys, 'root-keys')
    const own = await readFile(path, 'utf8')
    const at = own.indexOf(':') + 3
    const states = {
      'it is gone|they are gone': () => rm(path),
      'was altered since': () => writeFile(path, own.slice(0, at) + (own[at] === 'A' ? 'B' : 'A') + own.slice(at + 1)),
      'was altered or damaged': () => writeFile(path, own.slice(0, 30)),
      'is another installation’s root key': async () => {
        await rm(path)
        await createKeys(path)
      },
    }
    for (const [sentence, change] of Object.entries(states)) {
      await change()
      const { code, output, complaint } = await runProgram('start', [], environment)
      expect([sentence, code, output]).toEqual([sentence, 1, ''])
      expect(complaint.trim().split('\n')).toEqual([expect.stringMatching(sentence)])
      await cp(spare, keys, { recursive: true })
    }
  })
})
