import pg from 'pg'
import { migrate } from '../../src/platform/db/migrate.ts'
import { provision } from '../../src/platform/db/provision.ts'
import { ownUrls, setting, templateName } from './database.ts'

/** Makes the database that every test file starts from: empty, with all migrations. */
export const setup = async () => {
  await dropTemplate()
  const urls = ownUrls(templateName)
  await provision({ admin: setting('ADMIN_DATABASE_URL'), ...urls })
  await migrate(urls.owner)
}

export const teardown = () => dropTemplate()

const dropTemplate = async () => {
  const admin = new pg.Client(setting('ADMIN_DATABASE_URL'))
  await admin.connect()
  await admin.query(`drop database if exists ${templateName} with (force)`)
  await admin.end()
}
