import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { slowdown } from '../support/machine.ts'
import {
  childrenOf,
  processesNaming,
  runProgram,
  startProgram,
  stillLiving,
  type LongRunning,
} from '../support/processes.ts'
import { keepPrepared } from '../support/product.ts'
import { rounds } from '../support/rounds.ts'
import { until } from '../support/until.ts'

let folder: string
let running: LongRunning | null = null

const start = (set: Record<string, string> = {}) => {
  running = startProgram('start', { DATA_DIR: folder, PORT: '0', ...set })
  return running
}
/** The product that the test before has left running, or one that is started now. */
const ready = async () => {
  const program = running ?? start()
  await program.says('Ostoja is ready: ')
  return program
}
const end = async (program: LongRunning, signal: NodeJS.Signals) => {
  running = null
  return program.end(signal)
}

const urlOf = (program: LongRunning) => /Ostoja is ready: (https:\/\/localhost:\d+)/.exec(program.output())?.[1] ?? ''

const statusOf = (url: string) =>
  new Promise<number>((resolve, reject) => {
    const asked = httpsRequest(url, { rejectUnauthorized: false, agent: false }, answer => {
      answer.resume()
      resolve(answer.statusCode ?? 0)
    })
    asked.on('error', reject).end()
  })

const freePort = () =>
  new Promise<number>(resolve => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })

const endsEverything = (signal: NodeJS.Signals) =>
  it(`ends everything it started within 5 s of ${signal}`, async () => {
    const program = await ready()
    const children = await childrenOf(program.pid)
    expect(children.map(({ command }) => command.split(' ').at(-1)).sort()).toEqual(['web', 'worker'])
    for (const { pid, command } of existsSync('/proc/self') ? children : []) {
      const known = await readFile(`/proc/${pid}/environ`, 'utf8')
      expect(known).toContain('SIGNIN_DATABASE_URL=')
      expect(known).not.toMatch(/(ADMIN|OWNER)_DATABASE_URL=/)
      expect(known.includes('BACKUP_DATABASE_URL=')).toBe(command.endsWith('worker'))
    }
    const { code, took } = await end(program, signal)
    expect(code).toBe(0)
    expect(await stillLiving(children.map(({ pid }) => pid))).toEqual([])
    expect(took / (await slowdown())).toBeLessThan(5_000)
    expect(await processesNaming(folder)).toEqual([])
    await expect(statusOf(urlOf(program))).rejects.toThrow()
    expect((await runProgram('services', ['status'], { DATA_DIR: folder })).code).toBe(3)
  })

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ostoja-start-'))
})

afterAll(async () => {
  if (running) await running.end('SIGTERM')
  await runProgram('services', ['down'], { DATA_DIR: folder })
  await rm(folder, { recursive: true, force: true })
})

describe('bin/start with an empty folder', () => {
  // The only start from nothing in a whole run; what comes later begins with a copy.
  afterAll(() => keepPrepared(folder))

  it('goes from it to a page that answers, and says where in its last line', async () => {
    const program = await ready()
    expect(program.output().trimEnd().split('\n').at(-1)).toMatch(/^Ostoja is ready: https:\/\/localhost:\d+$/)
    expect(await statusOf(`${urlOf(program)}/health/live`)).toBe(200)
    expect(await statusOf(`${urlOf(program)}/health/ready`)).toBe(200)

    const accounts = JSON.parse(await readFile(join(folder, 'demo-accounts.json'), 'utf8')) as Record<string, string>[]
    expect(accounts.length).toBeGreaterThan(2)
    for (const account of accounts) {
      expect(Object.keys(account).sort()).toEqual(['login', 'password', 'role', 'tenant', 'url'])
      expect(account.url).toBe(urlOf(program))
      expect(program.output()).toContain(account.login)
    }
  })

  it('answers plain HTTP on the same port with a redirect only', async () => {
    const program = await ready()
    const plain = new URL(urlOf(program).replace('https:', 'http:'))
    const answer = await new Promise<{ status: number; location: string; body: string }>((resolve, reject) => {
      const asked = httpRequest(new URL('/sign-in?x=1', plain), { agent: false }, got => {
        let body = ''
        got.on('data', (chunk: Buffer) => (body += chunk.toString()))
        got.on('end', () => resolve({ status: got.statusCode ?? 0, location: got.headers.location ?? '', body }))
      })
      asked.on('error', reject).end()
    })
    expect(answer).toEqual({ status: 308, location: `${urlOf(program)}/sign-in?x=1`, body: '' })
  })

  it('refuses a data folder that another one is serving, and leaves that one alone', async () => {
    const program = await ready()
    const second = await runProgram('start', [], { DATA_DIR: folder, PORT: '0' })
    expect(second.code).toBe(1)
    expect(second.complaint.trim().split('\n')).toEqual([expect.stringContaining(`already runs on ${folder}`)])
    expect(await statusOf(`${urlOf(program)}/health/ready`)).toBe(200)
  })

  endsEverything('SIGTERM')

  it('lets others read none of its files', async () => {
    const open: string[] = []
    const look = async (place: string): Promise<void> => {
      for (const entry of await readdir(place, { withFileTypes: true })) {
        const path = join(place, entry.name)
        const { mode } = await stat(path)
        if (mode & 0o077) open.push(`${path} ${(mode & 0o777).toString(8)}`)
        if (entry.isDirectory() && !['postgres', 'redis'].includes(entry.name)) await look(path)
      }
    }
    await look(folder)
    expect(open).toEqual([])
  })
})

describe('bin/start with a folder that holds data', () => {
  it('starts again with the data kept, on the port asked for, and moves the addresses in its list', async () => {
    const before = await readFile(join(folder, 'demo-accounts.json'), 'utf8')
    const port = await freePort()
    const program = start({ PORT: String(port) })
    await program.says('Ostoja is ready: ')
    expect(urlOf(program)).toBe(`https://localhost:${port}`)
    const after = await readFile(join(folder, 'demo-accounts.json'), 'utf8')
    expect(after).toBe(before.replaceAll(/https:\/\/localhost:\d+/g, `https://localhost:${port}`))
  })

  endsEverything('SIGINT')

  it('stops in the middle of starting when told to', async () => {
    /** What shows that a start has come so far. */
    const moments: Record<string, () => boolean> = {
      'PostgreSQL is starting': () => existsSync(join(folder, 'postgres/data/postmaster.pid')),
      'bin/services is at work': () => existsSync(join(folder, 'services.lock')),
      'Redis is starting': () => existsSync(join(folder, 'redis/redis.pid')),
    }
    for (const [moment, reached] of Object.entries(moments).slice(0, rounds({ soak: 3, usual: 1 }))) {
      const program = start()
      await until(moment, reached)
      await end(program, 'SIGTERM')
      expect([moment, await processesNaming(folder)]).toEqual([moment, []])
      expect(program.output()).not.toContain('Ostoja is ready')
    }
  })

  it('leaves no page serving when it is killed outright, and the next start takes over', async () => {
    const program = await ready()
    const children = await childrenOf(program.pid)
    await end(program, 'SIGKILL')
    await until('its children have ended', async () => (await stillLiving(children.map(({ pid }) => pid))).length === 0)
    await ready()
  })

  it('says so and stops the rest when one of its processes dies', async () => {
    const program = await ready()
    const worker = (await childrenOf(program.pid)).find(({ command }) => command.endsWith('worker'))
    running = null
    process.kill(worker!.pid, 'SIGKILL')
    expect(await program.ended).toBe(1)
    expect(program.output()).toContain('The worker process ended by SIGKILL')
    expect(await processesNaming(folder)).toEqual([])
  })

  it('says which port is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await new Promise(resolve => server.once('listening', resolve))
    const { port } = server.address() as { port: number }
    const { code, complaint } = await runProgram('start', [], { DATA_DIR: folder, PORT: String(port) })
    server.close()
    expect(code).toBe(1)
    expect(complaint.trim().split('\n')).toEqual([expect.stringMatching(`Port ${port} is taken`)])
  })

  it('refuses fresh keys for data that older keys have sealed', async () => {
    await rm(join(folder, 'keys/root-keys'))
    const { code, complaint } = await runProgram('start', [], { DATA_DIR: folder, PORT: '0' })
    expect(code).toBe(1)
    expect(complaint.trim().split('\n')).toEqual([expect.stringContaining('put them back from the recovery kit')])
  })
})
