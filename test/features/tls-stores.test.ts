import { execFile } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectionOf } from '../../src/features/backups/dump/tools.ts'
import { connect } from '../../src/platform/db/connect.ts'
import { connectRedis } from '../../src/platform/redis/connect.ts'
import { ensureSelfSigned } from '../../src/platform/tls/self-signed.ts'
import { postgresByTls, type Trust } from '../../src/platform/tls/verified.ts'
import { expired, selfSigned } from '../support/certificates.ts'
import { setting } from '../support/database.ts'
import { root } from '../support/processes.ts'
import { startTlsPostgres, startTlsRedis } from '../support/tls-stores.ts'

const run = promisify(execFile)
const silent = pino({ level: 'silent' })
/** A name of this machine that is not one of loopback's, so that it counts as another. */
const elsewhere = hostname()
const closings: (() => Promise<unknown>)[] = []
let folder: string
let own: { certFile: string; keyFile: string }
let stranger: { certFile: string; keyFile: string }

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ostoja-tls-'))
  own = await ensureSelfSigned(join(folder, 'own'))
  stranger = await ensureSelfSigned(join(folder, 'stranger'))
})
afterAll(async () => {
  for (const close of closings) await close()
  await rm(folder, { recursive: true, force: true })
})

const trusting = (caFile: string | null): Trust => ({ databaseCaFile: caFile, redisCaFile: caFile, unverified: [] })

describe('PostgreSQL that is not on this machine', () => {
  let url: (host: string, caFile: string | null) => string
  beforeAll(async () => {
    const { port, close } = await startTlsPostgres(own)
    closings.push(close)
    url = (host, caFile) =>
      postgresByTls('DATABASE_URL', `postgres://postgres:secret@${host}:${port}/postgres`, trusting(caFile))
  })

  const asked = async (at: string) => {
    const knex = connect(at, 1)
    const { rows } = await knex
      .raw<{ rows: { ssl: boolean; version: string }[] }>(
        'select ssl, version from pg_stat_ssl where pid = pg_backend_pid()',
      )
      .finally(() => knex.destroy())
    return rows[0]
  }

  it('is spoken to by TLS, where its certificate is of the authority that is named', async () => {
    expect(await asked(url(elsewhere, own.certFile))).toMatchObject({ ssl: true, version: 'TLSv1.3' })
  })

  it('is not spoken to where nobody, or somebody else, vouches for it', async () => {
    await expect(asked(url(elsewhere, null))).rejects.toThrow(/self-signed certificate/)
    await expect(asked(url(elsewhere, stranger.certFile))).rejects.toThrow(/certificate/)
  })

  it('is held to the name in its certificate', async () => {
    const other = await run('getent', ['hosts', 'ip6-localhost']).then(
      () => 'ip6-localhost',
      () => 'localhost.localdomain',
    )
    const at = new URL(url(elsewhere, own.certFile))
    at.hostname = other
    await expect(asked(at.href)).rejects.toThrow(/does not match certificate|ENOTFOUND/)
  })

  it('gives its backup to pg_dump on the same terms', async () => {
    const dump = (at: string) => {
      const { dbname, env } = connectionOf(at)
      return run(join(setting('PG_BIN'), 'pg_dump'), ['--schema-only', `--dbname=${dbname}`], { env })
    }
    expect((await dump(url(elsewhere, own.certFile))).stdout).toContain('PostgreSQL database dump')
    await expect(dump(url(elsewhere, stranger.certFile))).rejects.toThrow(/certificate verify failed/)
    await expect(dump(url(elsewhere, null))).rejects.toThrow(/certificate|root/)
  })
})

describe('Redis', () => {
  let port: number
  beforeAll(async () => {
    const store = await startTlsRedis(own)
    closings.push(store.close)
    port = store.port
  })

  const ping = async (host: string, caFile: string | null) => {
    const redis = connectRedis(`rediss://:secret@${host}:${port}`, caFile, silent)
    let fault: Error | undefined
    redis.on('error', told => (fault ??= told))
    try {
      return await redis.ping().catch((general: unknown) => {
        throw fault ?? general
      })
    } finally {
      redis.disconnect()
    }
  }

  it('is spoken to by rediss:// where its certificate is of the authority that is named', async () => {
    expect(await ping(elsewhere, own.certFile)).toBe('PONG')
  })

  it('is not where nobody, or somebody else, vouches for it', async () => {
    await expect(ping(elsewhere, null)).rejects.toThrow(/certificate/)
    await expect(ping(elsewhere, stranger.certFile)).rejects.toThrow(/certificate/)
  })

  it('is held to the name and the time in its certificate', async () => {
    for (const [made, fault] of [
      [await selfSigned(folder, 'cache.elsewhere.test'), /does not match certificate/],
      [await expired(folder), /expired/],
    ] as const) {
      const store = await startTlsRedis(made)
      closings.push(store.close)
      port = store.port
      await expect(ping(elsewhere, made.certFile)).rejects.toThrow(fault)
    }
  })
})

describe('the authority that deploy/make-secrets makes', () => {
  it('vouches for PostgreSQL and Redis by the names that docker-compose.yml gives them, and for nobody else', async () => {
    await mkdir(join(folder, 'deploy/secrets'), { recursive: true })
    await copyFile(`${root}deploy/make-secrets`, join(folder, 'deploy/make-secrets'))
    await run(join(folder, 'deploy/make-secrets'))
    const at = (name: string) => join(folder, 'deploy/secrets', name)
    for (const host of ['postgres', 'redis']) {
      const verify = (name: string) =>
        run('openssl', [
          'verify',
          '-CAfile',
          at('stores_authority'),
          '-verify_hostname',
          name,
          at(`${host}_certificate`),
        ])
      expect((await verify(host)).stdout).toContain('OK')
      await expect(verify('proxy')).rejects.toThrow(/hostname mismatch/i)
    }
    const { port, close } = await startTlsPostgres({
      certFile: at('postgres_certificate'),
      keyFile: at('postgres_key'),
    })
    closings.push(close)
    const url = `postgres://postgres:secret@${elsewhere}:${port}/postgres`
    const knex = connect(postgresByTls('DATABASE_URL', url, trusting(at('stores_authority'))), 1)
    await expect(knex.raw('select 1').finally(() => knex.destroy())).rejects.toThrow(/does not match certificate/)
  })
})
