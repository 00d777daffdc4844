import { resolve } from 'node:path'
import { z } from 'zod'

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

const isLoopback = (address: string) => ['localhost', '127.0.0.1', '[::1]'].includes(new URL(address).hostname)

const environment = z
  .object({
    NODE_ENV: z.enum(['production', 'development', 'test']).default('production'),
    DATABASE_URL: postgres('DATABASE_URL', 'ostoja_app'),
    SIGNIN_DATABASE_URL: postgres('SIGNIN_DATABASE_URL', 'ostoja_signin'),
    REDIS_URL: url(['redis', 'rediss'], 'REDIS_URL: set it to a redis:// or rediss:// URL'),
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
      .enum(['required', 'none'], { error: 'SMTP_TLS: required, or none for a mail server on this very machine' })
      .default('required'),
    SMTP_CA_FILE: z.string().optional(),
    MAIL_FROM: z.email({ error: 'MAIL_FROM: the address that mail comes from, such as ostoja@example.org' }).optional(),
    KEY_ROTATION_DAYS: z.coerce
      .number({ error: 'KEY_ROTATION_DAYS: a number of days, 0 for never' })
      .int('KEY_ROTATION_DAYS: a whole number of days')
      .min(0, 'KEY_ROTATION_DAYS: 0 or more')
      .max(3650, 'KEY_ROTATION_DAYS: at most 3650')
      .default(90),
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
  .refine(env => env.SMTP_TLS === 'required' || (env.SMTP_URL !== undefined && isLoopback(env.SMTP_URL)), {
    error: 'SMTP_TLS: none is only for a mail server on this very machine (localhost, 127.0.0.1 or ::1 in SMTP_URL)',
  })

export type Config = Readonly<{
  production: boolean
  databaseUrl: string
  signinDatabaseUrl: string
  redisUrl: string
  dataDir: string
  rootKeysFile: string
  peppersFile: string
  exportsDir: string
  tls: { certFile: string; keyFile: string } | null
  host: string
  port: number
  publicUrl: string | null
  trustedProxies: readonly string[]
  logLevel: string
  /** After so many days data and index keys turn by themselves; 0: never. */
  keyRotationDays: number
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
  const read = environment.safeParse({
    ROOT_KEYS_FILE: resolve(data, 'keys/root-keys'),
    PEPPERS_FILE: resolve(data, 'keys/peppers'),
    EXPORTS_DIR: resolve(data, 'exports'),
    ...set,
    DATA_DIR: data,
  })
  if (!read.success) throw new ConfigFault(read.error.issues.map(issue => issue.message).join('\n'))

  const values = read.data
  return Object.freeze({
    production: values.NODE_ENV === 'production',
    databaseUrl: values.DATABASE_URL,
    signinDatabaseUrl: values.SIGNIN_DATABASE_URL,
    redisUrl: values.REDIS_URL,
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
    logLevel: values.LOG_LEVEL,
    keyRotationDays: values.KEY_ROTATION_DAYS,
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
