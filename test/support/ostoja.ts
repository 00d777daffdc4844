import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomBytes } from 'node:crypto'
import { createApp, createFeatures, createPlatform, type Replaced } from '../../src/composition.ts'
import { readConfig, type Config } from '../../src/config.ts'
import { createBackupKeys } from '../../src/features/backups/index.ts'
import { listen } from '../../src/http/listener.ts'
import type { Role } from '../../src/platform/actor.ts'
import { systemActor } from '../../src/platform/actor.ts'
import type { Language } from '../../src/platform/i18n/translations.ts'
import { startWorker } from '../../src/platform/jobs/jobs.ts'
import { createKeys } from '../../src/platform/vault/key-files.ts'
import { freshDatabase } from './database.ts'
import { preparedTls } from './global-setup.ts'
import { ownRedisUrl } from './redis-database.ts'
import { createVisitor } from './visitor.ts'

export type TestAccount = { id: number; login: string; password: string; tenantId: string }

/** A thousandth of the cost of production. One test signs in and seals at that (test/features/key-derivation.test.ts). */
const cheapDerivation = { password: { memoryCost: 1024, timeCost: 1, parallelism: 1 }, exportLogN: 10 }

/**
 * A whole Ostoja of its own: a fresh database and Redis database, keys, certificate, the same createApp as production
 * served by HTTPS on a free port, and the worker. The clock can be moved.
 * @param env settings of its own
 * @param backups whether it has what making and proving backups needs
 * @param worker false: as when it has died
 * @param derivation what deriving keys costs; `{}` for the cost of production
 * @param replaced how long keys are kept as they were read, for tests that turn keys
 */
export const startOstoja = async ({
  env = {},
  backups = false,
  worker: works = true,
  derivation = cheapDerivation,
  ...replaced
}: { env?: NodeJS.ProcessEnv; backups?: boolean; worker?: boolean } & Pick<
  Replaced,
  'pace' | 'silence' | 'logTo' | 'derivation'
> = {}) => {
  const database = await freshDatabase()
  const dataDir = await mkdtemp(join(tmpdir(), 'ostoja-test-'))
  const { backup: BACKUP_DATABASE_URL, drill: DRILL_DATABASE_URL } = database.urls
  const config = await configure(dataDir, database.urls, {
    ...(backups ? { BACKUP_DATABASE_URL, DRILL_DATABASE_URL } : {}),
    ...env,
  })
  if (backups) await createBackupKeys(config.backups.keysDir, config.backups.drill === 'automatic')
  let skippedMs = 0
  const clock = () => new Date(Date.now() + skippedMs)

  const platform = await createPlatform(config, { clock, derivation, ...replaced })
  await platform.redis.flushdb()
  const features = createFeatures(platform)
  await features.tenants.prepareInstallation()
  const { app, routes } = createApp(features)
  const listener = await listen(app, { host: '127.0.0.1', port: 0, certificate: platform.certificate })
  const worker = works ? await startWorker(config.databaseUrl, features, platform) : null
  const leave = await platform.presence.announce(works ? 'web + worker' : 'web')
  const url = `https://localhost:${listener.port}`

  const newAccount = async (
    tenantId: string,
    roles: Role[],
    { givenName = 'Anna', familyName = 'Testowa', language = 'en' as Language, email = null as string | null } = {},
  ): Promise<TestAccount> => {
    const made = await features.accounts.create(systemActor(tenantId), {
      givenName,
      familyName,
      email,
      roles,
      language,
      mustChangePassword: false,
    })
    return { ...made, tenantId }
  }

  return {
    url,
    config,
    features,
    platform,
    routes,
    database,
    dataDir,
    /** Moves the clock on. */
    skip: (ms: number) => {
      skippedMs += ms
    },
    newTenant: (name = 'Test Shelter', language: Language = 'en') => features.tenants.create(name, language),
    newAccount,
    /** A browser-like visitor who is not signed in. */
    visitor: () => createVisitor(url),
    /** A visitor signed in by the form, as a new account with these roles. */
    signedIn: async (tenantId: string, roles: Role[]) => {
      const account = await newAccount(tenantId, roles)
      const visitor = createVisitor(url)
      await visitor.signIn(account)
      return Object.assign(visitor, { account })
    },
    close: async () => {
      await leave()
      await worker?.stop()
      await listener.close()
      await platform.close()
      await database.drop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}
export type Ostoja = Awaited<ReturnType<typeof startOstoja>>

const configure = async (
  dataDir: string,
  urls: { app: string; signin: string },
  env: NodeJS.ProcessEnv,
): Promise<Config> => {
  const tls = join(dataDir, 'tls')
  await cp(preparedTls(), tls, { recursive: true })
  const config = readConfig({
    NODE_ENV: 'test',
    DATA_DIR: dataDir,
    DATABASE_URL: urls.app,
    SIGNIN_DATABASE_URL: urls.signin,
    REDIS_URL: await ownRedisUrl(),
    TLS_CERT_FILE: join(tls, 'certificate.pem'),
    TLS_KEY_FILE: join(tls, 'key.pem'),
    LOG_LEVEL: process.env.LOG_LEVEL ?? 'silent',
    ...env,
  })
  await createKeys(config.rootKeysFile)
  await createKeys(config.peppersFile)
  return config
}

/** Text that is nowhere else, to look for. */
export const unlikely = (prefix = 'zz') => prefix + randomBytes(5).toString('hex')
