import { readFileSync } from 'node:fs'
import { BlockList, isIP } from 'node:net'

/** Whom connections to databases believe, and where nobody has to be believed. */
export type Trust = {
  /** PEM of the authority that signed PostgreSQL's certificate; null: the well-known ones. */
  databaseCaFile: string | null
  redisCaFile: string | null
  /** Hosts that are spoken to although nobody proves who they are: said by whoever runs the installation. */
  unverified: readonly string[]
}
/** A connection that is let be because a setting says so of its host. `setting`: where its address stands. */
export type Excused = { setting: string; host: string }
/** A connection that would go out unencrypted, or to whoever answers. The message says where and how to mend it. */
export class TlsFault extends Error {}

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

/** Whether a host is this very machine; the path of a socket is, too. */
export const isThisMachine = (host: string): boolean => {
  const bare = host.replace(/^\[|\]$/g, '').toLowerCase()
  const family = isIP(bare)
  return family ? loopback.check(bare, family === 6 ? 'ipv6' : 'ipv4') : bare === 'localhost' || bare.startsWith('/')
}

export const trustOf = (env: NodeJS.ProcessEnv): Trust => ({
  databaseCaFile: env.DATABASE_CA_FILE || null,
  redisCaFile: env.REDIS_CA_FILE || null,
  unverified: (env.UNVERIFIED_HOSTS ?? '')
    .split(/[\s,]+/)
    .filter(Boolean)
    .map(host => host.toLowerCase()),
})

/** Where a connection goes to: PostgreSQL's may be named in the query. */
const hostOf = (url: string): string => {
  const { searchParams, hostname } = new URL(url)
  return searchParams.get('host') ?? decodeURIComponent(hostname)
}

const excused = (host: string, { unverified }: Trust) => isThisMachine(host) || unverified.includes(host.toLowerCase())
const orName = (host: string) => `or, if the way to it is yours alone, name ${host} in UNVERIFIED_HOSTS`

/**
 * The URL of a PostgreSQL login with what makes every program that is given it (our own connections, pg_dump, pg_restore) check
 * the server's certificate and name. On this machine, and where excused, it stays as it is.
 * @param name the setting it comes from
 * @throws TlsFault where it asks for less
 */
export const postgresByTls = (name: string, url: string, trust: Trust): string => {
  const place = new URL(url)
  const host = hostOf(url)
  const mode = place.searchParams.get('sslmode')
  if (mode !== 'verify-full' && (host === '' || excused(host, trust))) return url

  if (place.searchParams.has('ssl') || (mode !== null && mode !== 'verify-full'))
    throw new TlsFault(
      `${name}: ${host} must prove who it is; leave sslmode (and ssl) out of the address or write sslmode=verify-full, ${orName(host)}`,
    )
  // The name in a certificate is what is checked, and our client checks none for an address.
  if (isIP(host.replace(/^\[|\]$/g, '')) && !isThisMachine(host))
    throw new TlsFault(
      `${name}: write the name that stands in the certificate of ${host} in its place, ${orName(host)}`,
    )
  place.searchParams.set('sslmode', 'verify-full')
  if (trust.databaseCaFile && !place.searchParams.has('sslrootcert'))
    place.searchParams.set('sslrootcert', trust.databaseCaFile)
  return place.href
}

/** @throws TlsFault where Redis would be spoken to in the clear, and not on this machine */
export const redisByTls = (name: string, url: string, trust: Trust): string => {
  const { protocol, hostname } = new URL(url)
  if (protocol === 'rediss:' || excused(hostname, trust)) return url
  throw new TlsFault(`${name}: ${hostname} would be spoken to in the clear; write rediss://, ${orName(hostname)}`)
}

/** @throws TlsFault where a service would be spoken to by plain HTTP, and not on this machine */
export const httpsOnly = (name: string, url: string, trust: Trust): string => {
  const { protocol, hostname } = new URL(url)
  if (protocol === 'https:' || excused(hostname, trust)) return url
  throw new TlsFault(`${name}: ${hostname} would be spoken to in the clear; write https://, ${orName(hostname)}`)
}

const databaseUrls = [
  'DATABASE_URL',
  'SIGNIN_DATABASE_URL',
  'OWNER_DATABASE_URL',
  'BACKUP_DATABASE_URL',
  'DRILL_DATABASE_URL',
  'ADMIN_DATABASE_URL',
  'RESTORE_DATABASE_URL',
] as const

/** @param tls SMTP_TLS. What is returned throws TlsFault where letters would leave this machine in the clear */
const mailByTls =
  (tls: string | undefined): typeof httpsOnly =>
  (name, url, trust) => {
    const { protocol, hostname } = new URL(url)
    if (tls !== 'none' || protocol === 'smtps:' || excused(hostname, trust)) return url
    throw new TlsFault(
      `${name}: ${hostname} would be given letters in the clear; leave out SMTP_TLS=none, which is for a mail server on this very machine, ${orName(hostname)}`,
    )
  }

type Checked = { env: NodeJS.ProcessEnv; faults: string[]; excused: Excused[] }

/**
 * The environment with every connection in it by TLS, checked, but on this machine.
 * @returns also what cannot be, each fault with its fix, and what is let be
 */
export const connectionsByTls = (env: NodeJS.ProcessEnv): Checked => {
  const trust = trustOf(env)
  const faults: string[] = []
  const letBe: Excused[] = []
  const checked = (check: typeof postgresByTls, name: string): NodeJS.ProcessEnv => {
    const url = env[name]
    if (!url || !URL.canParse(url)) return {} // whoever reads it says what is wrong with it
    const [fault, strictly] = [trust, { ...trust, unverified: [] }].map(each => faultOf(() => check(name, url, each)))
    if (fault) faults.push(fault)
    else if (strictly) letBe.push({ setting: name, host: hostOf(url) })
    return fault ? {} : { [name]: check(name, url, trust) }
  }
  for (const [name, file] of Object.entries({
    DATABASE_CA_FILE: trust.databaseCaFile,
    REDIS_CA_FILE: trust.redisCaFile,
  }))
    if (file && !isReadable(file))
      faults.push(`${name}: ${file} cannot be read; name the authority's certificate in PEM`)
  const parts = [
    ...databaseUrls.map(name => checked(postgresByTls, name)),
    checked(redisByTls, 'REDIS_URL'),
    checked(httpsOnly, 'BACKUP_S3_ENDPOINT'),
    checked(mailByTls(env.SMTP_TLS), 'SMTP_URL'),
  ]
  return { env: Object.assign({}, env, ...parts) as NodeJS.ProcessEnv, faults, excused: letBe }
}

const faultOf = (check: () => unknown): string | null => {
  try {
    check()
    return null
  } catch (fault) {
    if (fault instanceof TlsFault) return fault.message
    throw fault
  }
}

const isReadable = (file: string) => {
  try {
    return readFileSync(file).length > 0
  } catch {
    return false
  }
}
