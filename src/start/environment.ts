import { randomBytes } from 'node:crypto'
import { join, resolve } from 'node:path'
import type { DatabaseUrls } from '../platform/db/provision.ts'
import { OperatorFault } from '../platform/errors.ts'
import { connectionsByTls } from '../platform/tls/verified.ts'
import { writeWhole } from '../platform/whole-file.ts'
import { readNameValues } from './name-value-file.ts'
import { servicesEnv } from './services.ts'

type Env = NodeJS.ProcessEnv
type Service = 'postgres' | 'redis'
type Part = 'web' | 'worker'

/** What of PostgreSQL and Redis this installation must bring itself: what its environment does not name. */
export const ownServices = (env: Env): Service[] => [
  ...(env.DATABASE_URL || env.OWNER_DATABASE_URL ? [] : (['postgres'] as const)),
  ...(env.REDIS_URL ? [] : (['redis'] as const)),
]

export const dataDirOf = (env: Env) => resolve(env.DATA_DIR || join(import.meta.dirname, '../../.data'))

/**
 * The environment with every connection in it: those it names, and those of the data folder's own running services.
 *
 * A DATABASE_URL that stands alone is an administrative login: the logins that Ostoja uses are derived from it, under names
 * of this installation's own, so that two installations on one server never share a password or a database.
 * @param needed what the caller will connect to; only that must be named or running
 * @throws OperatorFault when something is neither named nor running, or would be spoken to without TLS
 */
export const completeEnvironment = async (
  env: Env,
  needed: readonly Service[] = ['postgres', 'redis'],
): Promise<Env> => {
  const dataDir = dataDirOf(env)
  const given = withoutEmpty(env)
  const services = ownServices(given).some(service => needed.includes(service)) ? await servicesEnv(dataDir) : {}
  const database = given.DATABASE_URL || given.OWNER_DATABASE_URL ? await givenDatabase(given, dataDir) : {}
  const { env: connected, faults } = connectionsByTls({ ...services, ...given, ...database })
  if (faults.length > 0) throw new OperatorFault(faults.join('\n'))
  return { ...connected, DATA_DIR: dataDir }
}

const never: Record<Part, readonly string[]> = {
  web: ['ADMIN_DATABASE_URL', 'OWNER_DATABASE_URL', 'BACKUP_DATABASE_URL', 'DRILL_DATABASE_URL'],
  worker: ['ADMIN_DATABASE_URL', 'OWNER_DATABASE_URL'],
}

/** What a part of Ostoja may know: a process that serves pages holds no login that could pass over row security. */
export const environmentFor = (part: Part, env: Env): Env =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !never[part].includes(name)))

const allUrls = ['DATABASE_URL', 'SIGNIN_DATABASE_URL', 'OWNER_DATABASE_URL', 'BACKUP_DATABASE_URL'] as const

const givenDatabase = async (env: Env, dataDir: string): Promise<Env> => {
  const missing = allUrls.filter(name => !env[name])
  if (missing.length === 0) return {}
  const admin = env.DATABASE_URL
  if (missing.length < 3 || !admin) {
    throw new OperatorFault(
      `${missing.join(' and ')} missing: set all of ${allUrls.join(', ')}, or DATABASE_URL alone to a login that may create roles.`,
    )
  }
  if (!URL.canParse(admin)) {
    throw new OperatorFault('DATABASE_URL is no URL: write it as postgres://login:password@host/database.')
  }
  const roles = await installationRoles(join(dataDir, 'database-roles.env'))
  const as = (login: string, password: string | undefined, database?: string) => {
    const url = new URL(admin)
    if (database) url.pathname = `/${database}`
    url.username = `ostoja_${login}_${roles.SUFFIX ?? ''}`
    url.password = password ?? ''
    return url.href
  }
  return {
    ADMIN_DATABASE_URL: admin,
    OWNER_DATABASE_URL: admin,
    DATABASE_URL: as('app', roles.APP_PASSWORD),
    SIGNIN_DATABASE_URL: as('signin', roles.SIGNIN_PASSWORD),
    BACKUP_DATABASE_URL: as('backup', roles.BACKUP_PASSWORD),
    DRILL_DATABASE_URL: as('drill', roles.DRILL_PASSWORD, 'postgres'),
  }
}

const installationRoles = async (file: string): Promise<Record<string, string>> => {
  const known = await readNameValues(file)
  if (known?.DRILL_PASSWORD) return known
  const password = () => randomBytes(24).toString('hex')
  const made = {
    SUFFIX: randomBytes(4).toString('hex'),
    APP_PASSWORD: password(),
    SIGNIN_PASSWORD: password(),
    BACKUP_PASSWORD: password(),
    DRILL_PASSWORD: password(),
    ...known, // of a version that knew fewer
  }
  const lines = Object.entries(made).map(([name, value]) => `${name}=${value}\n`)
  await writeWhole(file, lines.join(''))
  return made
}

const withoutEmpty = (env: Env): Env => Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))

/** What `provision` needs; null when no administrative login is known, and the roles are somebody else's care. */
export const databaseUrlsOf = (env: Env): DatabaseUrls | null => {
  const { ADMIN_DATABASE_URL: admin, OWNER_DATABASE_URL: owner, DATABASE_URL: app } = env
  const { SIGNIN_DATABASE_URL: signin, BACKUP_DATABASE_URL: backup } = env
  const drill = env.DRILL_DATABASE_URL
  return admin && owner && app && signin && backup ? { admin, owner, app, signin, backup, drill } : null
}
