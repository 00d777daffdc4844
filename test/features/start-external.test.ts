import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseNameValues, readNameValues } from '../../src/start/name-value-file.ts'
import { setting } from '../support/database.ts'
import { runProgram, startProgram } from '../support/processes.ts'
import { ownRedisUrl } from '../support/redis-database.ts'

const database = `ostoja_external_${randomBytes(4).toString('hex')}`
const admin = new URL(setting('ADMIN_DATABASE_URL'))
let folder: string

const query = async (statement: string, url = admin.href) => {
  const client = new pg.Client(url)
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows
  } finally {
    await client.end()
  }
}

const onDatabase = (login?: string, password?: string) => {
  const url = new URL(admin)
  url.pathname = `/${database}`
  if (login) url.username = login
  if (password) url.password = password
  return url.href
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ostoja-external-'))
  await query(`create database ${database}`)
})

afterAll(async () => {
  await query(`drop database if exists ${database} with (force)`)
  const { SUFFIX = 'none' } = (await readNameValues(join(folder, 'database-roles.env'))) ?? {}
  const logins = ['app', 'signin', 'backup', 'drill'].map(login => `ostoja_${login}_${SUFFIX}`)
  for (const login of [...logins, 'ostoja_powerless']) await query(`drop role if exists ${login}`)
  await rm(folder, { recursive: true, force: true })
})

describe('bin/start with a database and a Redis of somebody else’s', () => {
  it('starts neither, and makes logins of its own on that database', async () => {
    const program = startProgram('start', {
      DATA_DIR: folder,
      PORT: '0',
      DEMONSTRATION: 'no',
      DATABASE_URL: onDatabase(),
      REDIS_URL: await ownRedisUrl(),
    })
    try {
      await program.says('Ostoja is ready: ')
      const kept = await readdir(folder)
      expect(kept).toContain('database-roles.env')
      expect(kept).not.toContain('postgres')
      expect(kept).not.toContain('redis')

      const roles = parseNameValues(await readFile(join(folder, 'database-roles.env'), 'utf8'))
      const app = onDatabase(`ostoja_app_${roles.SUFFIX ?? ''}`, roles.APP_PASSWORD)
      expect(await query('select current_database() as name', app)).toEqual([{ name: database }])
      await expect(query('delete from migrations', app)).rejects.toThrow(/permission denied/)
    } finally {
      expect((await program.end('SIGTERM')).code).toBe(0)
    }
    expect(await query('select 1 as still_there')).toEqual([{ still_there: 1 }])
  })

  it('says which rights the given login lacks', async () => {
    await query(`create role ostoja_powerless login password 'none'`)
    await query(`grant connect on database ${database} to ostoja_powerless`)
    const { code, complaint } = await runProgram('start', [], {
      DATA_DIR: folder,
      PORT: '0',
      DATABASE_URL: onDatabase('ostoja_powerless', 'none'),
      REDIS_URL: await ownRedisUrl(),
    })
    expect(code).toBe(1)
    expect(complaint.trim().split('\n')).toEqual([
      expect.stringMatching(/may not create roles .*: use a superuser, or/),
    ])
  })

  it('says that nobody answers there', async () => {
    const { code, complaint } = await runProgram('start', [], {
      DATA_DIR: folder,
      PORT: '0',
      DATABASE_URL: 'postgresql://somebody:secret@127.0.0.1:1/nothing',
      REDIS_URL: await ownRedisUrl(),
    })
    expect(code).toBe(1)
    expect(complaint.trim().split('\n')).toEqual([
      expect.stringMatching(/No PostgreSQL answers at somebody@127\.0\.0\.1:1\/nothing: start it/),
    ])
    expect(complaint).not.toContain('secret')
  })
})
