import { spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ledgerName } from '../../src/features/backups/index.ts'
import { plainEnvironment, root, runProgram, type Ended } from '../support/processes.ts'
import { startProduct, type Product } from '../support/product.ts'
import { until } from '../support/until.ts'
import { createVisitor, type Visitor } from '../support/visitor.ts'

const passphrase = 'żółw-kaktus-Latarnia-7-wiosło'
let folder: string
let first: Product
let second: string

/** One line of the README, typed into a shell; a line that goes on for ever is left when it says `until`. */
const typeLine = (line: string, typed: string, env: Record<string, string>, until?: string) =>
  new Promise<Ended & { stop: () => Promise<unknown> }>((resolve, reject) => {
    const child = spawn('bash', ['-c', line], { cwd: root, env: plainEnvironment(env), detached: true })
    let [output, complaint] = ['', '']
    const closed = new Promise(done => child.on('close', done))
    const stop = () => {
      child.kill('SIGTERM')
      return closed
    }
    child.stdout.on('data', (bytes: Buffer) => {
      output += bytes.toString()
      if (until && output.includes(until)) resolve({ code: 0, output, complaint, stop })
    })
    child.stderr.on('data', (bytes: Buffer) => (complaint += bytes.toString()))
    child.on('error', reject)
    child.on('close', code => resolve({ code: code ?? 1, output, complaint, stop }))
    // A command that reads nothing may have ended before.
    child.stdin.on('error', () => undefined)
    child.stdin.end(typed)
  })

const signedIn = async (url: string, role: string): Promise<Visitor> => {
  const visitor = createVisitor(url)
  const account = first.accounts.find(each => each.tenant === 'Harbour Home Care' && each.role === role)!
  await visitor.signIn(account)
  return visitor
}

/** The job that the worker does each minute by itself. */
const tendBackupsNow = async ({ services }: Product) => {
  const client = new pg.Client(services.DATABASE_URL)
  await client.connect()
  await client.query(`select graphile_worker.add_job('backups.tend', '{}')`)
  await client.end()
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ostoja-gone-'))
  second = join(folder, 'second')
  first = await startProduct()
})
afterAll(async () => {
  await first.remove()
  await runProgram('services', ['down'], { DATA_DIR: second })
  await rm(folder, { recursive: true, force: true })
})

describe('when everything is gone', () => {
  it('README’s lines bring back a running Ostoja, without those who were erased', async () => {
    const store = join(folder, 'store')
    const own = { DATA_DIR: first.dataDir, BACKUP_STORE: join(first.dataDir, 'backups') }
    const made = await runProgram('ostoja', ['backup', 'now'], own)
    expect([made.code, made.output]).toEqual([0, expect.stringContaining('Proven: restored')])
    const kitFolder = join(folder, 'kit')
    const kitMade = await typeLine(`bin/ostoja recovery-kit create --out ${kitFolder}`, `${passphrase}\n`, own)
    expect(kitMade.code).toBe(0)
    const kit = join(
      kitFolder,
      (await readdir(kitFolder)).find(name => name.endsWith('.age'))!,
    )

    // Somebody is erased after the backup; the ledger reaches the store by itself.
    const staff = await signedIn(first.url, 'staff')
    const clients = [...(await staff.get('/clients')).text.matchAll(/href="\/clients\/([0-9a-f-]{36})"/g)].map(
      match => match[1]!,
    )
    const [kept, erased] = [clients[0]!, clients.find(id => id !== clients[0])!]
    const administrator = await signedIn(first.url, 'administrator')
    const page = (await administrator.get(`/clients/${erased}/erase`)).text
    const fileNumber = /<dl class="facts">[\s\S]*?<dd[^>]*>\s*([^<]+?)\s*<\/dd>/.exec(page)![1]!
    const answer = await administrator.post(
      `/clients/${erased}/erase`,
      { reason: 'asked for it', fileNumber },
      `/clients/${erased}/erase`,
    )
    expect(answer.status).toBe(303)
    await tendBackupsNow(first)
    await until('the ledger is in the store', async () => (await readdir(own.BACKUP_STORE)).includes(ledgerName))
    expect((await staff.get(`/clients/${kept}`)).status).toBe(200)

    // Only the backups and the kit are left.
    await first.stop()
    await typeLine(`cp -a ${own.BACKUP_STORE} ${store}`, '', {})
    await first.remove()

    const readme = await readFile(`${root}README.md`, 'utf8')
    const section = readme.slice(readme.indexOf('### When everything is gone'))
    const lines = /```sh\n([\s\S]*?)```/.exec(section)![1]!.trim().split('\n')
    expect(lines.length).toBeLessThanOrEqual(5)
    expect(lines[0]).toBe('npm ci') // what this test itself stands on
    const restored = join(folder, 'restored')
    const yours = (line: string) =>
      line.replace('/mnt/backups', store).replaceAll('/tmp/restored', restored).replace('KIT.age', kit)
    const empty = { DATA_DIR: second, PORT: '0' }
    const script = lines.slice(1).map(yours).join('\n')
    const run = await typeLine(script, `${passphrase}\n`, empty, 'Ostoja is ready: https://')
    try {
      expect([run.code, run.output]).toEqual([0, expect.stringContaining('Ostoja is ready')])
      expect(run.output).toContain('each table as its manifest says')
      expect(run.output).toContain('Erased again: 1 of 1')
      const url = /is ready: (\S+)/.exec(run.output)![1]!
      const again = await signedIn(url, 'staff')
      expect((await again.get(`/clients/${kept}`)).status).toBe(200)
      expect((await again.get(`/clients/${erased}`)).status).toBe(404)
      const proven = await runProgram('ostoja', ['backup', 'now'], empty)
      expect([proven.code, proven.output]).toEqual([0, expect.stringContaining('Proven: restored')])
    } finally {
      await run.stop()
    }
  })
})
