import { execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseNameValues } from '../../src/start/name-value-file.ts'
import { createKeys } from '../../src/platform/vault/key-files.ts'
import { setting } from '../support/database.ts'
import { plainEnvironment, root, runProgram, startProgram, type Ended } from '../support/processes.ts'
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
const redisUrl = (database: number) => {
  const url = new URL(setting('REDIS_URL'))
  url.pathname = `/${database}`
  return url.href
}
const machine = (name: string, DATABASE_URL: string, redis: number) => ({
  DATA_DIR: join(folder, name),
  PORT: '0',
  DEMONSTRATION: 'no',
  DATABASE_URL,
  REDIS_URL: redisUrl(redis),
})
const withInput = (args: string[], typed: string, set: Record<string, string>) =>
  new Promise<Ended>(resolve => {
    const child = spawn(`${root}bin/ostoja`, args, { env: plainEnvironment(set) })
    let [output, complaint] = ['', '']
    child.stdout.on('data', (bytes: Buffer) => (output += bytes.toString()))
    child.stderr.on('data', (bytes: Buffer) => (complaint += bytes.toString()))
    child.on('close', code => resolve({ code: code ?? 1, output, complaint }))
    child.stdin.end(typed)
  })

/** Starts, does `work` with the address, and stops. */
const whileRunning = async <T>(set: Record<string, string>, work: (url: string) => Promise<T>): Promise<T> => {
  const program = startProgram('start', set)
  try {
    await program.says('Ostoja is ready: https://', 100_000)
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
  const logins = await query(
    `select rolname from pg_roles where rolname ~ '^ostoja_(app|signin|backup|drill)_[0-9a-f]{8}$'`,
  )
  for (const { rolname } of logins) await query(`drop role if exists ${String(rolname)}`).catch(() => undefined)
  await rm(folder, { recursive: true, force: true })
})

describe('an empty machine with a recovery kit and a dump', () => {
  let first: ReturnType<typeof machine>
  let account: { login: string; password: string }
  let kit: string

  beforeAll(async () => {
    first = machine('first', await newDatabase(), 13)
    await whileRunning(first, async () => {
      const tenant = await runProgram('ostoja', ['tenant', 'create', '--name', 'Dom Pod Lipą'], first)
      const wish = ['account', 'create', '--tenant', tenant.output.trim(), '--role', 'administrator']
      const made = await withInput(wish, 'Zofia\nŻółkiewska\n\n', first)
      const { login, password } = parseNameValues(made.output.replaceAll(': ', '='))
      account = { login: login!, password: password! }
      const out = join(folder, 'kit')
      expect((await withInput(['recovery-kit', 'create', '--out', out], `${passphrase}\n`, first)).code).toBe(0)
      kit = join(
        out,
        (await readdir(out)).find(name => name.endsWith('.age'))!,
      )
    })
  }, 180_000)

  it('becomes a running Ostoja, where people sign in with their passwords', { timeout: 180_000 }, async () => {
    const second = machine('second', await newDatabase(), 14)
    const dump = join(folder, 'first.dump')
    const tool = (name: string) => join(process.env.PG_BIN ?? '', name)
    await run(tool('pg_dump'), ['--format=custom', '--no-sync', `--file=${dump}`, first.DATABASE_URL])
    await run(tool('pg_restore'), ['--dbname', second.DATABASE_URL, '--exit-on-error', dump])

    const tooEarly = await runProgram('start', [], second)
    expect([tooEarly.code, tooEarly.complaint]).toEqual([
      1,
      expect.stringContaining('put them back from the recovery kit'),
    ])

    const opened = await withInput(['recovery-kit', 'open', kit, '--into', second.DATA_DIR], `${passphrase}\n`, {})
    expect([opened.code, opened.complaint]).toEqual([0, ''])
    await whileRunning(second, async url => {
      const visitor = createVisitor(url)
      await visitor.post('/sign-in', account, '/sign-in')
      const page = await visitor.get('/account/password')
      expect([page.status, page.text]).toEqual([200, expect.stringContaining('Zofia')])
      expect((await withInput(['recovery-kit', 'verify', kit], `${passphrase}\n`, second)).code).toBe(0)
    })
  })

  it('is told by bin/start which is wrong, before anything is changed', { timeout: 180_000 }, async () => {
    const keys = join(first.DATA_DIR, 'keys')
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
      const { code, output, complaint } = await runProgram('start', [], first)
      expect([sentence, code, output]).toEqual([sentence, 1, ''])
      expect(complaint.trim().split('\n')).toEqual([expect.stringMatching(sentence)])
      await cp(spare, keys, { recursive: true })
    }
  })
})
