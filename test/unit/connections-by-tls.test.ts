import { describe, expect, it } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { connectionsByTls, isThisMachine } from '../../src/platform/tls/verified.ts'
import { fileURLToPath } from 'node:url'
import { completeEnvironment } from '../../src/start/environment.ts'

const caFile = fileURLToPath(new URL('../../package.json', import.meta.url))
const checked = (env: NodeJS.ProcessEnv) => connectionsByTls(env)
const urlOf = (env: NodeJS.ProcessEnv) => checked(env).env.DATABASE_URL
const ground = {
  DATABASE_URL: 'postgres://a@store.example.org/c',
  SIGNIN_DATABASE_URL: 'postgres://a@store.example.org/c',
  REDIS_URL: 'rediss://cache.example.org',
  TRUSTED_PROXIES: 'loopback',
}

describe('a connection that leaves this machine', () => {
  it('checks who PostgreSQL is, unasked, and believes the authority that is named', () => {
    expect(urlOf({ DATABASE_URL: 'postgres://a:b@store/c' })).toBe('postgres://a:b@store/c?sslmode=verify-full')
    const named = urlOf({ DATABASE_URL: 'postgres://a:b@store/c', DATABASE_CA_FILE: caFile })
    expect(new URL(named!).searchParams.get('sslrootcert')).toBe(caFile)
    expect(readConfig(ground).databaseUrl).toContain('sslmode=verify-full')
  })

  it.each(['disable', 'prefer', 'require', 'verify-ca', 'no-verify'])('may not ask for sslmode=%s', mode => {
    const { faults } = checked({ DATABASE_URL: `postgres://a@store/c?sslmode=${mode}` })
    expect(faults).toHaveLength(1)
    expect(faults[0]).toMatch(/^DATABASE_URL: .*verify-full.*name store in UNVERIFIED_HOSTS$/)
  })

  it('is to a name, since that is what a certificate is checked by; a host in the query counts', () => {
    expect(checked({ DATABASE_URL: 'postgres://a@10.1.2.3/c' }).faults[0]).toContain('the name that stands in')
    expect(checked({ DATABASE_URL: 'postgres://a@localhost/c?host=store&sslmode=disable' }).faults).toHaveLength(1)
    expect(checked({ DATABASE_URL: 'postgres://a@store/c?ssl=0' }).faults).toHaveLength(1)
  })

  it('may not go to Redis, or to a backup store, in the clear', () => {
    expect(checked({ REDIS_URL: 'redis://cache:6379' }).faults[0]).toContain('rediss://')
    expect(checked({ BACKUP_S3_ENDPOINT: 'http://store' }).faults[0]).toContain('https://')
    expect(checked({ REDIS_URL: 'rediss://cache:6379', BACKUP_S3_ENDPOINT: 'https://store' }).faults).toEqual([])
  })

  it('is let be where a setting says so of its host, and of no other', () => {
    const env = { DATABASE_URL: 'postgres://a@Store/c?sslmode=disable', REDIS_URL: 'redis://cache' }
    expect(checked({ ...env, UNVERIFIED_HOSTS: 'store, cache' })).toMatchObject({ faults: [], env })
    expect(checked({ ...env, UNVERIFIED_HOSTS: 'cache' }).faults).toHaveLength(1)
  })

  it('is named as let be where that setting is why, and only there', () => {
    const env = {
      DATABASE_URL: 'postgres://a@localhost/c?host=store&sslmode=disable',
      SIGNIN_DATABASE_URL: 'postgres://a@store/c?sslmode=verify-full',
      REDIS_URL: 'redis://cache',
      BACKUP_S3_ENDPOINT: 'https://bucket',
      SMTP_URL: 'smtp://mail',
      SMTP_TLS: 'none',
      UNVERIFIED_HOSTS: 'store,cache,bucket,mail',
    }
    expect(checked(env).excused).toEqual([
      { setting: 'DATABASE_URL', host: 'store' },
      { setting: 'REDIS_URL', host: 'cache' },
      { setting: 'SMTP_URL', host: 'mail' },
    ])
    expect(checked({ ...env, SMTP_TLS: 'required' }).excused).toHaveLength(2)
    expect(checked({ REDIS_URL: 'redis://127.0.0.1', UNVERIFIED_HOSTS: '127.0.0.1' }).excused).toEqual([])
    expect(readConfig({ ...ground, REDIS_URL: 'redis://cache', UNVERIFIED_HOSTS: 'cache' }).unverified).toEqual([
      { setting: 'REDIS_URL', host: 'cache' },
    ])
  })

  it('needs an authority that can be read', () => {
    expect(checked({ DATABASE_CA_FILE: '/nowhere' }).faults[0]).toContain('/nowhere cannot be read')
  })

  it('is refused by every way in, with all faults at once', async () => {
    const wrong = { ...ground, REDIS_URL: 'redis://cache', DATABASE_URL: 'postgres://a@store/c?sslmode=require' }
    expect(() => readConfig(wrong)).toThrow(/DATABASE_URL[\s\S]*REDIS_URL/)
    const whole = { ...wrong, OWNER_DATABASE_URL: ground.DATABASE_URL, BACKUP_DATABASE_URL: ground.DATABASE_URL }
    await expect(completeEnvironment(whole)).rejects.toThrow(/DATABASE_URL[\s\S]*REDIS_URL/)
  })
})

describe('a connection on this machine', () => {
  it('stays as it is', () => {
    for (const url of [
      'postgres://a@127.0.0.1/c',
      'postgres://a@[::1]/c',
      'postgres://a@localhost/c',
      'postgres:///c?host=/run',
    ])
      expect(checked({ DATABASE_URL: url })).toMatchObject({ faults: [], env: { DATABASE_URL: url } })
    expect(checked({ REDIS_URL: 'redis://127.0.0.1' }).faults).toEqual([])
  })

  it('is told by the address, not by how it begins', () => {
    expect(['127.9.9.9', '::1', '[::1]', 'LOCALHOST', '/run/postgresql'].map(isThisMachine)).toEqual(
      Array(5).fill(true),
    )
    expect(['127.0.0.1.example.org', 'localhost.example.org', '10.0.0.1', '::2'].map(isThisMachine)).toEqual(
      Array(4).fill(false),
    )
  })
})
