import { hkdfSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { DestinationStream } from 'pino'
import type { Config } from '../config.ts'
import { systemClock, type Clock } from '../platform/clock.ts'
import { connect } from '../platform/db/connect.ts'
import { usualPatience } from '../platform/db/watch.ts'
import { pendingMigrations } from '../platform/db/migrate.ts'
import { createDb } from '../platform/db/tenant.ts'
import { createUnscoped } from '../platform/db/unscoped.ts'
import { createLive } from '../platform/live/live.ts'
import { createLog } from '../platform/log.ts'
import { createMetrics } from '../platform/metrics/metrics.ts'
import { createMailer } from '../platform/mail/mailer.ts'
import { createPresence } from '../platform/redis/presence.ts'
import { connectRedis, usualAnswerMs } from '../platform/redis/connect.ts'
import { endOfCertificate, followCertificate } from '../platform/tls/certificate.ts'
import { createKeyChecks } from '../platform/vault/key-checks.ts'
import type { NamedKey } from '../platform/vault/key-files.ts'
import { createKeyRings, ringFreshMs } from '../platform/vault/key-ring.ts'
import { followKeys, keyFilePollMs } from '../platform/vault/live-keys.ts'
import { createPasswords, type PasswordCost } from '../platform/vault/passwords.ts'
import { createVault } from '../platform/vault/vault.ts'

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string
}

/**
 * How long a process may go on with keys as it has read them: from the database, and from the key files; and what is added
 * to be sure. In milliseconds.
 */
const keyPace = { ringFreshMs, filePollMs: keyFilePollMs, marginMs: 15_000 }

/** What deriving keys costs, where it is not the cost of production: of passwords, and of exports (log2 of scrypt's N). */
export type KeyDerivation = { password?: PasswordCost; exportLogN?: number }

/** How long PostgreSQL and Redis may be silent before they count as gone. In milliseconds. */
const usualSilence = { postgres: usualPatience, redisMs: usualAnswerMs }

/** What tests replace. */
export type Replaced = {
  clock?: Clock
  pace?: typeof keyPace
  silence?: typeof usualSilence
  logTo?: DestinationStream
  derivation?: KeyDerivation
}

/** `serves`: whether pages are served, for which a certificate is needed. */
type Purpose = { serves?: boolean }

/** The ground everything stands on: keys, database, Redis, log. Nothing connects before its first use. */
export const createPlatform = async (
  config: Config,
  {
    clock = systemClock,
    pace = keyPace,
    silence = usualSilence,
    logTo,
    derivation = {},
    serves = true,
  }: Replaced & Purpose = {},
) => {
  const roots = await followKeys(config.rootKeysFile, pace.filePollMs)
  const peppers = await followKeys(config.peppersFile, pace.filePollMs)
  const log = createLog(config.logLevel, logTo)
  /** Null behind a TLS proxy, and where no pages are served. */
  const certificate = serves && config.tls ? await followCertificate(config.tls, { log, now: clock }) : null
  const redis = connectRedis(config.redisUrl, config.redisCaFile, log, silence.redisMs)
  const knex = connect(config.databaseUrl, 10, silence.postgres)
  const db = createDb(knex, clock)
  const keysDb = createDb(connect(config.databaseUrl, 2, silence.postgres))
  const unscoped = createUnscoped(connect(config.signinDatabaseUrl, 4, silence.postgres))
  const passwords = createPasswords(peppers, derivation.password)
  const derive = (purpose: string, from = roots.current) =>
    Buffer.from(hkdfSync('sha256', from.key, '', `ostoja ${purpose}`, 32))
  const live = createLive(redis, log)
  const rings = createKeyRings(keysDb, roots, { freshMs: pace.ringFreshMs })

  /** What is signed with a root key stays good while that key is in the file: the list follows the file, current one first. */
  const ofEveryRoot = <T>(make: (root: NamedKey) => T): T[] => {
    const list = roots.all.map(make)
    roots.onChange(() => list.splice(0, list.length, ...roots.all.map(make)))
    return list
  }

  return {
    config,
    clock,
    log,
    certificate,
    /** When it ends, in a process too that serves no pages but knows where the files are. */
    certificateUntil: async (): Promise<Date | null> =>
      certificate ? certificate.standing().validTo : config.tls && endOfCertificate(config.tls),
    redis,
    live,
    db,
    unscoped,
    rings,
    vault: createVault(rings),
    passwords,
    keyChecks: createKeyChecks({
      db,
      unscoped,
      files: {
        root: { file: config.rootKeysFile, keys: roots },
        pepper: { file: config.peppersFile, keys: peppers },
      },
    }),
    /** Null where this installation sends no mail. */
    mailer: config.mail && createMailer(config.mail),
    rootKeys: { path: config.rootKeysFile, keys: roots },
    peppers: { path: config.peppersFile, keys: peppers },
    pace,
    derivation,
    /** For what only has to stay the same: the oldest root key's, so that a new one forgets no counts. */
    derive: (purpose: string) => derive(purpose, roots.all.at(-1)),
    /** The first signs, all are good. */
    deriveEach: (purpose: string) => ofEveryRoot(root => derive(purpose, root)),
    /** The first signs; cookies signed before a root key turned stay good. */
    sessionSecrets: ofEveryRoot(root => derive('session cookie', root).toString('base64')),
    metrics: createMetrics(),
    /** Connections of the pool that pages and verbs use. */
    connections: () => {
      const { pool } = knex.client as { pool: Record<'numUsed' | 'numFree' | 'numPendingAcquires', () => number> }
      return { used: pool.numUsed(), free: pool.numFree(), waiting: pool.numPendingAcquires() }
    },
    version,
    presence: createPresence(redis, version),
    pendingMigrations: () => pendingMigrations(knex),
    /** @returns the version of the server that answers */
    askPostgres: async (): Promise<string> => {
      const { rows } = await knex.raw<{ rows: { server_version: string }[] }>('show server_version')
      return rows[0]?.server_version.split(' ')[0] ?? ''
    },
    /** @returns version and, where it may lose sessions to make room, its policy of eviction */
    askRedis: async (): Promise<{ version: string; evicts: boolean }> => {
      const facts = await redis.info()
      const fact = (name: string) => new RegExp(`^${name}:(.*)`, 'm').exec(facts)?.[1]?.trim() ?? ''
      return { version: fact('redis_version'), evicts: !['', 'noeviction'].includes(fact('maxmemory_policy')) }
    },
    checks: {
      database: async () => (await knex.raw('select 1')) !== undefined,
      migrations: async () => (await pendingMigrations(knex)).length === 0,
      redis: async () => Boolean(await redis.ping()),
    },
    close: async () => {
      await Promise.all([knex.destroy(), keysDb.close(), unscoped.close(), passwords.close()])
      certificate?.close()
      roots.close()
      peppers.close()
      live.close()
      redis.disconnect()
    },
  }
}
export type Platform = Awaited<ReturnType<typeof createPlatform>>
