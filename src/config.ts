import { resolve } from 'node:path'
import { z } from 'zod'
import { isTimeZone, processTimeZone } from './platform/time/wall-clock.ts'
import { connectionsByTls, type Excused } from './platform/tls/verified.ts'

/** A setting that is missing or wrong; the message lists every fault, each with its fix. */
export class ConfigFault extends Error {}

const dataDir = (env: NodeJS.ProcessEnv) => resolve(env.DATA_DIR || '.data')

const url = (schemes: string[], fix: string) =>
  z.string({ error: fix }).refine(text => schemes.some(scheme => text.startsWith(`${scheme}://`)), { error: fix })

const postgres = (name: string, role: string) =>
  url(
    ['postgres', 'postgresql'],
    `${name}: set it to a postgres:// URL of a login in the role ${role} ("bin/services env" prints one)`,
  )

const kept = (name: string, usual: number) =>
  z.coerce
    .number({ error: `${name}: a number` })
    .int(`${name}: a whole number`)
    .min(0, `${name}: 0 or more`)
    .max(1000, `${name}: at most 1000`)
    .default(usual)

const environment = z
  .object({
    NODE_ENV: z.enum(['production', 'development', 'test']).default('production'),
    DATABASE_URL: postgres('DATABASE_URL', 'ostoja_app'),
    SIGNIN_DATABASE_URL: postgres('SIGNIN_DATABASE_URL', 'ostoja_signin'),
    REDIS_URL: url(['redis', 'rediss'], 'REDIS_URL: set it to a redis:// or rediss:// URL'),
    REDIS_CA_FILE: z.string().optional(),
    DATA_DIR: z.string(),
    ROOT_KEYS_FILE: z.string(),
    PEPPERS_FILE: z.string(),
    EXPORTS_DIR: z.string(),
    TLS_CERT_FILE: z.string().optional(),
    TLS_KEY_FILE: z.string().optional(),
    HOST: z.string().default('127.0.0.1'),
    PORT: z.coerce.number({ error: 'PORT: a number from 0 to 65535' }).int().min(0).max(65535).default(8443),
    PUBLIC_URL: url(
      ['https'],
      'PUBLIC_URL: the https:// address people type, such as https://ostoja.example.org',
    ).optional(),
    TRUSTED_PROXIES: z.string().default(''),
    SMTP_URL: url(
      ['smtp', 'smtps'],
      'SMTP_URL: set it to smtp://login:password@host:587 (STARTTLS) or smtps://login:password@host:465',
    ).optional(),
    SMTP_TLS: z
      .enum(['required', 'none'], {
        error: 'SMTP_TLS: required, or none for a mail server on this very machine or in UNVERIFIED_HOSTS',
      })
      .default('required'),
    SMTP_CA_FILE: z.string().optional(),
    MAIL_FROM: z.email({ error: 'MAIL_FROM: the address that mail comes from, such as ostoja@example.org' }).optional(),
    KEY_ROTATION_DAYS: z.coerce
      .number({ error: 'KEY_ROTATION_DAYS: a number of days, 0 for never' })
      .int('KEY_ROTATION_DAYS: a whole number of days')
      .min(0, 'KEY_ROTATION_DAYS: 0 or more')
      .max(3650, 'KEY_ROTATION_DAYS: at most 3650')
      .default(90),
    FILE_KEY_ROTATION_DAYS: z.coerce
      .number({ error: 'FILE_KEY_ROTATION_DAYS: a number of days, 0 for never' })
      .int('FILE_KEY_ROTATION_DAYS: a whole number of days')
      .min(0, 'FILE_KEY_ROTATION_DAYS: 0 or more')
      .max(3650, 'FILE_KEY_ROTATION_DAYS: at most 3650')
      .default(365),
    BACKUP_DATABASE_URL: postgres('BACKUP_DATABASE_URL', 'ostoja_backup').optional(),
    DRILL_DATABASE_URL: url(
      ['postgres', 'postgresql'],
      'DRILL_DATABASE_URL: set it to a postgres:// URL of a login that may create databases',
    ).optional(),
    BACKUP_STORE: z.string().optional(),
    BACKUP_S3_ENDPOINT: url(['https', 'http'], 'BACKUP_S3_ENDPOINT: the https:// address of the S3 service').optional(),
    BACKUP_S3_REGION: z.string().default('us-east-1'),
    BACKUP_S3_KEY_ID: z.string().optional(),
    BACKUP_S3_SECRET: z.string().optional(),
    BACKUP_KEYS_DIR: z.string(),
    BACKUP_TIME: z
      .string()
      .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'BACKUP_TIME: a time of day, such as 02:00')
      .default('02:00'),
    TIME_ZONE: z
      .string()
      .refine(isTimeZone, { error: 'TIME_ZONE: the name of a time zone, such as Europe/Warsaw' })
      .default(processTimeZone),
    BACKUP_DRILL: z
      .enum(['automatic', 'by-hand'], { error: 'BACKUP_DRILL: automatic or by-hand' })
      .default('automatic'),
    BACKUP_KEEP_DAILY: kept('BACKUP_KEEP_DAILY', 7),
    BACKUP_KEEP_WEEKLY: kept('BACKUP_KEEP_WEEKLY', 5),
    BACKUP_KEEP_MONTHLY: kept('BACKUP_KEEP_MONTHLY', 12),
    PG_BIN: z.string().optional(),
    METRICS_PORT: z.coerce
      .number({ error: 'METRICS_PORT: a number from 0 to 65534' })
      .int('METRICS_PORT: a whole number')
      .min(0, 'METRICS_PORT: 0 or more')
      .max(65534, 'METRICS_PORT: at most 65534')
      .optional(),
    METRICS_HOST: z.string().default('127.0.0.1'),
    LOG_LEVEL: z
      .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
        error: 'LOG_LEVEL: one of fatal, error, warn, info, debug, trace, silent',
      })
      .default('info'),
  })
  .refine(env => (env.TLS_CERT_FILE === undefined) === (env.TLS_KEY_FILE === undefined), {
    error: 'TLS_CERT_FILE and TLS_KEY_FILE: set both or neither',
  })
  .refine(env => env.TLS_CERT_FILE !== undefined || env.TRUSTED_PROXIES !== '', {
    error:
      'TLS_CERT_FILE: without a certificate of its own Ostoja only runs behind a TLS proxy; name that proxy in TRUSTED_PROXIES, or set TLS_CERT_FILE and TLS_KEY_FILE',
  })
  .refine(env => env.SMTP_URL === undefined || (env.MAIL_FROM !== undefined && env.PUBLIC_URL !== undefined), {
    error:
      'SMTP_URL: mail also needs MAIL_FROM, the address it comes from, and PUBLIC_URL, the address its links lead to',
  })
  .refine(env => !env.BACKUP_STORE?.startsWith('s3://') || (env.BACKUP_S3_KEY_ID && env.BACKUP_S3_SECRET), {
    error: 'BACKUP_STORE: a bucket also needs BACKUP_S3_KEY_ID and BACKUP_S3_SECRET',
  })

export type BackupConfig = Readonly<{
  /** Null in a process that makes no backups. */
  databaseUrl: string | null
  /** Null where backups cannot be proven here. */
  drillDatabaseUrl: string | null
  /** A folder, or s3://bucket/prefix. */
  store: string
  s3: { endpoint: string | null; region: string; keyId: string; secret: string } | null
  keysDir: string
  /** HH:MM in `timeZone`. */
  time: string
  timeZone: string
  drill: 'automatic' | 'by-hand'
  keep: { daily: number; weekly: number; monthly: number }
  pgBin: string | null
}>

export type Config = Readonly<{
  production: boolean
  databaseUrl: string
  signinDatabaseUrl: string
  redisUrl: string
  /** The authority that signed Redis' certificate; null: the well-known ones. */
  redisCaFile: string | null
  dataDir: string
  rootKeysFile: string
  peppersFile: string
  exportsDir: string
  tls: { certFile: string; keyFile: string } | null
  host: string
  port: number
  publicUrl: string | null
  trustedProxies: readonly string[]
  /** Connections that leave this machine although nobody proves who is at the other end (UNVERIFIED_HOSTS). */
  unverified: readonly Excused[]
  logLevel: string
  /** Of the installation: in which operators, and people who have not signed in, are told the time. */
  timeZone: string
  /** Where Prometheus collects; null: nowhere. The worker, where it is a process of its own, takes the next port. */
  metrics: { host: string; port: number } | null
  /** After so many days data and index keys turn by themselves; 0: never. */
  keyRotationDays: number
  /** After so many days a root key or a pepper is due; 0: never. */
  fileKeyRotationDays: number
  backups: BackupConfig
  /** Null where this installation sends no mail. */
  mail: { url: string; from: string; tls: 'required' | 'none'; caFile: string | null; publicUrl: string } | null
}>

/**
 * Reads the settings from environment variables (each is explained in .env.example).
 * @throws ConfigFault naming every fault at once, each with its fix.
 */
export const readConfig = (env: NodeJS.ProcessEnv): Config => {
  const data = dataDir(env)
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const { env: connected, faults, excused } = connectionsByTls(set)
  const read = environment.safeParse({
    ROOT_KEYS_FILE: resolve(data, 'keys/root-keys'),
    PEPPERS_FILE: resolve(data, 'keys/peppers'),
    EXPORTS_DIR: resolve(data, 'exports'),
    BACKUP_KEYS_DIR: resolve(data, 'keys'),
    ...connected,
    DATA_DIR: data,
  })
  const wrong = [...(read.error?.issues.map(issue => issue.message) ?? []), ...faults]
  if (!read.success || wrong.length > 0) throw new ConfigFault(wrong.join('\n'))

  const values = read.data
  return Object.freeze({
    production: values.NODE_ENV === 'production',
    databaseUrl: values.DATABASE_URL,
    signinDatabaseUrl: values.SIGNIN_DATABASE_URL,
    redisUrl: values.REDIS_URL,
    redisCaFile: values.REDIS_CA_FILE ?? null,
    dataDir: values.DATA_DIR,
    rootKeysFile: values.ROOT_KEYS_FILE,
    peppersFile: values.PEPPERS_FILE,
    exportsDir: values.EXPORTS_DIR,
    tls:
      values.TLS_CERT_FILE && values.TLS_KEY_FILE
        ? { certFile: values.TLS_CERT_FILE, keyFile: values.TLS_KEY_FILE }
        : null,
    host: values.HOST,
    port: values.PORT,
    publicUrl: values.PUBLIC_URL ?? null,
    trustedProxies: values.TRUSTED_PROXIES.split(/[\s,]+/).filter(Boolean),
    unverified: excused,
    logLevel: values.LOG_LEVEL,
    timeZone: values.TIME_ZONE,
    metrics: values.METRICS_PORT === undefined ? null : { host: values.METRICS_HOST, port: values.METRICS_PORT },
    keyRotationDays: values.KEY_ROTATION_DAYS,
    fileKeyRotationDays: values.FILE_KEY_ROTATION_DAYS,
    backups: backupConfig(data, values),
    mail:
      values.SMTP_URL && values.MAIL_FROM && values.PUBLIC_URL
        ? {
            url: values.SMTP_URL,
            from: values.MAIL_FROM,
            tls: values.SMTP_TLS,
            caFile: values.SMTP_CA_FILE ?? null,
            publicUrl: values.PUBLIC_URL,
          }
        : null,
  })
}

const backupConfig = (data: string, values: z.infer<typeof environment>): BackupConfig => ({
  databaseUrl: values.BACKUP_DATABASE_URL ?? null,
  drillDatabaseUrl: values.DRILL_DATABASE_URL ?? null,
  ...backupStoreOf({ ...values, DATA_DIR: data }),
  keysDir: values.BACKUP_KEYS_DIR,
  time: values.BACKUP_TIME,
  timeZone: values.TIME_ZONE,
  drill: values.BACKUP_DRILL,
  keep: { daily: values.BACKUP_KEEP_DAILY, weekly: values.BACKUP_KEEP_WEEKLY, monthly: values.BACKUP_KEEP_MONTHLY },
  pgBin: values.PG_BIN ?? null,
})

/** Where backups are kept, for a machine that has nothing else yet as well. @param env with an absolute DATA_DIR */
export const backupStoreOf = (env: {
  DATA_DIR: string
  BACKUP_STORE?: string | undefined
  BACKUP_S3_ENDPOINT?: string | undefined
  BACKUP_S3_REGION?: string | undefined
  BACKUP_S3_KEY_ID?: string | undefined
  BACKUP_S3_SECRET?: string | undefined
}): Pick<BackupConfig, 'store' | 's3'> => ({
  store: env.BACKUP_STORE?.startsWith('s3://')
    ? env.BACKUP_STORE
    : resolve(env.BACKUP_STORE ?? `${env.DATA_DIR}/backups`),
  s3:
    env.BACKUP_S3_KEY_ID && env.BACKUP_S3_SECRET
      ? {
          endpoint: env.BACKUP_S3_ENDPOINT ?? null,
          region: env.BACKUP_S3_REGION ?? 'us-east-1',
          keyId: env.BACKUP_S3_KEY_ID,
          secret: env.BACKUP_S3_SECRET,
        }
      : null,
})
