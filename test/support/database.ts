import { randomBytes } from 'node:crypto'
import pg from 'pg'

/** A setting that bin/test gives. Tests run on real services, so there is no default. */
export const setting = (name: string): string => {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set: run the tests by bin/test, or set what "bin/services env" prints`)
  return value
}

export const templateName = 'ostoja_test_template'

export type OwnUrls = { owner: string; app: string; signin: string; backup: string; drill: string }

/** The logins' URLs for one database of the test cluster; drills make databases of their own. */
export const ownUrls = (database: string): OwnUrls => {
  const on = (name: string) => {
    const url = new URL(setting(name))
    url.pathname = `/${database}`
    return url.href
  }
  return {
    owner: on('OWNER_DATABASE_URL'),
    app: on('DATABASE_URL'),
    signin: on('SIGNIN_DATABASE_URL'),
    backup: on('BACKUP_DATABASE_URL'),
    drill: setting('DRILL_DATABASE_URL'),
  }
}

export type FreshDatabase = { urls: OwnUrls; adminUrl: string; drop: () => Promise<void> }

/** A database of its own, copied from the template. */
export const freshDatabase = async (): Promise<FreshDatabase> => {
  const name = `ostoja_test_${randomBytes(6).toString('hex')}`
  const urls = ownUrls(name)
  await asAdmin(`create database ${name} template ${templateName} owner ${new URL(urls.owner).username}`)
  const adminUrl = new URL(setting('ADMIN_DATABASE_URL'))
  adminUrl.pathname = `/${name}`
  return { urls, adminUrl: adminUrl.href, drop: () => asAdmin(`drop database if exists ${name} with (force)`) }
}

const asAdmin = async (statement: string) => {
  const admin = new pg.Client(setting('ADMIN_DATABASE_URL'))
  await admin.connect()
  await admin.query(statement)
  await admin.end()
}
