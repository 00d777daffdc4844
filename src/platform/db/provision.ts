import pg from 'pg'
import { OperatorFault } from '../errors.ts'
import { connectionFault, missingRight } from './faults.ts'
import { scramVerifier } from './scram.ts'

/**
 * postgres:// URLs: one that may create roles, and the four logins that Ostoja uses, all of one server and database; and the one
 * that proves backups in databases of its own, if there is one.
 */
export type DatabaseUrls = {
  admin: string
  owner: string
  app: string
  signin: string
  backup: string
  drill?: string | undefined
}

type Login = { name: string; password: string }
type Rights = { seesEveryRow: boolean }

/** Serialises provisioners of one server: two that alter the same role at once would fail. */
const provisionLock = 7_203_418_815

/**
 * Creates what is missing of roles and database, and leaves what is right as it is: safe to repeat.
 *
 * Group roles hold the rights and cannot log in; logins are their members. BYPASSRLS is not inherited, so the backup's login
 * has it itself. `ostoja_search` owns the one function that searches every tenant's index.
 * @throws OperatorFault when the server cannot be reached or the administrative login may not do this
 */
export const provision = async (urls: DatabaseUrls): Promise<void> => {
  const owner = loginOf(urls.owner)
  const sameAsAdmin = owner.name === loginOf(urls.admin).name
  const database = databaseOf(urls.owner)

  await connected(urls.admin, async client => {
    await client.query('select pg_advisory_lock($1)', [provisionLock])
    await ensureGroups(client)
    if (!sameAsAdmin) await ensureLogin(client, owner, { seesEveryRow: false })
    await ensureLogin(client, loginOf(urls.app), { seesEveryRow: false }, 'ostoja_app')
    await ensureLogin(client, loginOf(urls.signin), { seesEveryRow: false }, 'ostoja_signin')
    await ensureLogin(client, loginOf(urls.backup), { seesEveryRow: true }, 'ostoja_backup')
    if (urls.drill) await ensureDrill(client, loginOf(urls.drill))
    await ensureMember(client, owner.name, 'ostoja_search')
    await ensureDatabase(client, database, owner.name, sameAsAdmin)
    await grantConnect(
      client,
      database,
      [urls.owner, urls.app, urls.signin, urls.backup].map(url => loginOf(url).name),
    )
  })
  await connected(urlOf(urls.admin, database), client => client.query('revoke create on schema public from public'))
}

/**
 * The groups that rights are granted to, which a database that is restored speaks of.
 * @param url a login that may create roles, or of a server that has them
 */
export const provisionGroups = (url: string): Promise<void> => connected(url, ensureGroups)

const ensureGroups = async (client: pg.Client) => {
  await ensureRole(client, 'ostoja_app', { seesEveryRow: false })
  await ensureRole(client, 'ostoja_signin', { seesEveryRow: false })
  await ensureRole(client, 'ostoja_backup', { seesEveryRow: true })
  await ensureRole(client, 'ostoja_search', { seesEveryRow: true })
}

/** It may make databases, and has no right in those of others: not even to connect to Ostoja's. */
const ensureDrill = async (client: pg.Client, login: Login) => {
  await ensureLogin(client, login, { seesEveryRow: false })
  const { rows } = await client.query<{ may: boolean }>('select rolcreatedb as may from pg_roles where rolname = $1', [
    login.name,
  ])
  if (!rows[0]?.may) await client.query(`alter role ${id(login.name)} createdb`)
}

const ensureRole = async (client: pg.Client, name: string, { seesEveryRow }: Rights) => {
  const { rows } = await client.query<{ rolbypassrls: boolean }>(
    'select rolbypassrls from pg_roles where rolname = $1',
    [name],
  )
  const [found] = rows
  const option = seesEveryRow ? 'bypassrls' : 'nobypassrls'
  if (!found) await client.query(`create role ${id(name)} ${seesEveryRow ? option : ''}`)
  else if (found.rolbypassrls !== seesEveryRow) await client.query(`alter role ${id(name)} ${option}`)
}

const ensureLogin = async (client: pg.Client, login: Login, rights: Rights, group?: string) => {
  await ensureRole(client, login.name, rights)
  await client.query(`alter role ${id(login.name)} login password ${pg.escapeLiteral(scramVerifier(login.password))}`)
  if (group) await ensureMember(client, login.name, group)
}

const ensureMember = async (client: pg.Client, member: string, group: string) => {
  const { rowCount } = await client.query(
    `select from pg_auth_members where roleid = (select oid from pg_roles where rolname = $1)
       and member = (select oid from pg_roles where rolname = $2)`,
    [group, member],
  )
  if (!rowCount) await client.query(`grant ${id(group)} to ${id(member)}`)
}

const ensureDatabase = async (client: pg.Client, database: string, owner: string, sameAsAdmin: boolean) => {
  const { rows } = await client.query<{ owner: string }>(
    'select pg_get_userbyid(datdba) as owner from pg_database where datname = $1',
    [database],
  )
  const [found] = rows
  if (!found) {
    // To hand a database to another role one must be its member; a superuser is everybody's.
    if (!sameAsAdmin) await ensureMayActAs(client, owner)
    await client.query(`create database ${id(database)} owner ${id(owner)} encoding 'UTF8' template template0`)
  } else if (!sameAsAdmin && found.owner !== owner) {
    await ensureMayActAs(client, owner)
    await client.query(`alter database ${id(database)} owner to ${id(owner)}`)
  }
}

const ensureMayActAs = async (client: pg.Client, role: string) => {
  const { rows } = await client.query<{ may: boolean }>(`select pg_has_role(current_user, $1, 'member') as may`, [role])
  if (!rows[0]?.may) await client.query(`grant ${id(role)} to current_user`)
}

/** Only these logins: groups are shared by all installations of one server, databases are not. */
const grantConnect = async (client: pg.Client, database: string, logins: string[]) => {
  await client.query(`revoke all on database ${id(database)} from public`)
  await client.query(`grant connect on database ${id(database)} to ${logins.map(id).join(', ')}`)
}

const connected = async (url: string, work: (client: pg.Client) => Promise<unknown>) => {
  const client = new pg.Client({ connectionString: url, application_name: 'ostoja', connectionTimeoutMillis: 15_000 })
  client.on('error', () => undefined) // a lost connection is reported by the query that notices it
  await client.connect().catch((fault: unknown) => {
    throw connectionFault(url, fault)
  })
  try {
    await work(client)
  } catch (fault) {
    throw missingRight(url, fault)
  } finally {
    await client.end()
  }
}

const id = (name: string) => pg.escapeIdentifier(name)

const loginOf = (url: string): Login => {
  const { username, password } = new URL(url)
  if (!username)
    throw new OperatorFault(`A database URL names no login: write it as postgres://login:password@host/database.`)
  return { name: decodeURIComponent(username), password: decodeURIComponent(password) }
}

const databaseOf = (url: string) => decodeURIComponent(new URL(url).pathname.slice(1)) || loginOf(url).name

/** The same server and login, another database. */
const urlOf = (url: string, database: string) => {
  const changed = new URL(url)
  changed.pathname = `/${encodeURIComponent(database)}`
  return changed.href
}
