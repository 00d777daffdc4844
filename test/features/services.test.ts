import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseNameValues } from '../../src/start/name-value-file.ts'
import { processesNaming, runProgram } from '../support/processes.ts'
import { copyDataDir } from '../support/product.ts'
import { until } from '../support/until.ts'

const folders: string[] = []
const newFolder = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ostoja-services-'))
  folders.push(folder)
  return folder
}

const services = (command: string, folder: string) => runProgram('services', command.split(' '), { DATA_DIR: folder })

const settingsOf = async (folder: string) => {
  const { code, output, complaint } = await services('env', folder)
  expect(code, complaint).toBe(0)
  const settings = parseNameValues(output)
  return settings as { ADMIN_DATABASE_URL: string; OWNER_DATABASE_URL: string; REDIS_URL: string; PG_BIN: string }
}

const query = async (url: string, statement: string) => {
  const client = new pg.Client(url)
  await client.connect()
  try {
    return (await client.query<Record<string, string>>(statement)).rows
  } finally {
    await client.end()
  }
}

const inRedis = async <T>(url: string, work: (redis: Redis) => Promise<T>) => {
  const redis = new Redis(url, { maxRetriesPerRequest: 1 })
  redis.on('error', () => undefined) // the command itself fails, too
  try {
    return await work(redis)
  } finally {
    redis.disconnect()
  }
}

const pidsOf = async (folder: string) => {
  const postgres = (await readFile(join(folder, 'postgres/data/postmaster.pid'), 'utf8')).split('\n')[0]
  const redis = await readFile(join(folder, 'redis/redis.pid'), 'utf8')
  return [Number(postgres), Number(redis)] as const
}

const occupy = (port: number) =>
  new Promise<Server>(resolve => {
    const server = createServer().listen(port, '127.0.0.1', () => resolve(server))
  })

afterAll(async () => {
  for (const folder of folders) {
    await services('down', folder)
    await rm(folder, { recursive: true, force: true })
  }
})

describe('bin/services', () => {
  let folder: string
  beforeAll(async () => {
    folder = await newFolder()
    const { code, complaint } = await services('up', folder)
    expect(complaint).toBe('')
    expect(code).toBe(0)
  })

  it('prints connection settings that work, one NAME=value a line', async () => {
    const settings = await settingsOf(folder)
    expect(Object.keys(settings)).toEqual([
      'ADMIN_DATABASE_URL',
      'OWNER_DATABASE_URL',
      'DATABASE_URL',
      'SIGNIN_DATABASE_URL',
      'BACKUP_DATABASE_URL',
      'DRILL_DATABASE_URL',
      'PG_BIN',
      'REDIS_URL',
    ])
    expect(await query(settings.ADMIN_DATABASE_URL, 'select 1 as one')).toEqual([{ one: 1 }])
    expect(await inRedis(settings.REDIS_URL, redis => redis.ping())).toBe('PONG')
    expect((await stat(join(settings.PG_BIN, 'pg_dump'))).mode & 0o111).not.toBe(0)
  })

  it('keeps passwords where only their owner reads them, and lets nobody list the data folder', async () => {
    for (const file of ['services.env', 'services.state', 'redis/redis.conf']) {
      expect((await stat(join(folder, file))).mode & 0o077, file).toBe(0)
    }
    expect((await stat(folder)).mode & 0o066).toBe(0)
    for (const own of ['postgres', 'redis']) expect((await stat(join(folder, own))).mode & 0o077, own).toBe(0)
  })

  it('answers only on the loopback address, and only to those who know the password', async () => {
    const { ADMIN_DATABASE_URL, REDIS_URL } = await settingsOf(folder)
    expect(await query(ADMIN_DATABASE_URL, 'show listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }])
    const stranger = new URL(ADMIN_DATABASE_URL)
    stranger.password = 'guess'
    await expect(query(stranger.href, 'select 1')).rejects.toThrow(/password authentication failed/)
    const nobody = new URL(REDIS_URL)
    nobody.password = ''
    await expect(inRedis(nobody.href, redis => redis.ping())).rejects.toThrow(/NOAUTH/)
  })

  it('loses nothing that PostgreSQL has promised to keep', async () => {
    const { ADMIN_DATABASE_URL } = await settingsOf(folder)
    for (const setting of ['fsync', 'synchronous_commit', 'full_page_writes']) {
      expect(await query(ADMIN_DATABASE_URL, `show ${setting}`)).toEqual([{ [setting]: 'on' }])
    }
  })

  it('keeps everything running, on the same ports, when told to start twice', async () => {
    const before = await pidsOf(folder)
    const settings = await settingsOf(folder)
    expect((await services('up', folder)).code).toBe(0)
    expect(await pidsOf(folder)).toEqual(before)
    expect(await settingsOf(folder)).toEqual(settings)
  })

  it('starts again with all data after both were killed outright', async () => {
    const settings = await settingsOf(folder)
    await query(settings.ADMIN_DATABASE_URL, 'create table kept as select 7 as number')
    await inRedis(settings.REDIS_URL, async redis => {
      await redis.set('kept', 'yes')
      await until('Redis has written its file', async () =>
        /aof_buffer_length:0\r/.test(await redis.info('persistence')),
      )
    })
    for (const pid of await pidsOf(folder)) process.kill(pid, 'SIGKILL')

    const { code, complaint } = await services('up', folder)
    expect(complaint).toBe('')
    expect(code).toBe(0)
    const after = await settingsOf(folder)
    expect(await query(after.ADMIN_DATABASE_URL, 'select number from kept')).toEqual([{ number: 7 }])
    expect(await inRedis(after.REDIS_URL, redis => redis.get('kept'))).toBe('yes')
  })

  it('serves a copy of the data folder beside it, which has the same ports and passwords', async () => {
    const other = await newFolder()
    await services('down', folder)
    await copyDataDir(folder, other)
    expect([(await services('up', folder)).code, (await services('up', other)).code]).toEqual([0, 0])
    const [here, there] = [await settingsOf(folder), await settingsOf(other)]
    for (const name of ['ADMIN_DATABASE_URL', 'REDIS_URL'] as const)
      expect(new URL(there[name]).port).not.toBe(new URL(here[name]).port)
    await query(there.ADMIN_DATABASE_URL, 'create table only_there (id integer)')
    await inRedis(there.REDIS_URL, redis => redis.set('only there', 'yes'))
    expect(await query(here.ADMIN_DATABASE_URL, `select to_regclass('only_there') as found`)).toEqual([{ found: null }])
    expect(await inRedis(here.REDIS_URL, redis => redis.get('only there'))).toBeNull()
    expect((await services('down', other)).code).toBe(0)
    expect((await services('status', folder)).code).toBe(0)
  })

  it('moves to other ports when strangers have taken its own', async () => {
    const before = await settingsOf(folder)
    const ports = [before.ADMIN_DATABASE_URL, before.REDIS_URL].map(url => Number(new URL(url).port))
    await services('down', folder)
    const strangers = await Promise.all(ports.map(occupy))
    try {
      expect((await services('up', folder)).code).toBe(0)
      const after = await settingsOf(folder)
      expect(ports).not.toContain(Number(new URL(after.REDIS_URL).port))
      expect(await query(after.ADMIN_DATABASE_URL, 'select number from kept')).toEqual([{ number: 7 }])
    } finally {
      for (const stranger of strangers) stranger.close()
    }
  })

  it('stops both, leaves no process behind, and says so when asked', async () => {
    expect((await services('down', folder)).code).toBe(0)
    expect(await processesNaming(folder)).toEqual([])
    expect((await services('status', folder)).code).toBe(3)
    const { code, complaint } = await services('env', folder)
    expect(code).toBe(1)
    expect(complaint.trim().split('\n')).toEqual([
      expect.stringMatching(/are running; start them with: bin\/services up$/),
    ])
  })

  it('starts one alone when only one is wanted', async () => {
    const other = await newFolder()
    expect((await services('up redis', other)).code).toBe(0)
    const { output } = await services('env', other)
    expect(Object.keys(parseNameValues(output))).toEqual(['REDIS_URL'])
    await services('down', other)
  })

  it('says in one sentence what is wrong with a data folder it cannot make', async () => {
    const { code, complaint } = await runProgram('services', ['up'], { DATA_DIR: '/dev/null/data' })
    expect(code).toBe(1)
    expect(complaint.trim().split('\n')).toEqual([
      expect.stringMatching(/cannot create the data folder .*; set DATA_DIR/),
    ])
  })
})
