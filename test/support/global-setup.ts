import { join } from 'node:path'
import pg from 'pg'
import { migrate } from '../../src/platform/db/migrate.ts'
import { provision } from '../../src/platform/db/provision.ts'
import { ensureSelfSigned } from '../../src/platform/tls/self-signed.ts'
import { ownUrls, setting, templateName } from './database.ts'

/** The folder of the certificate that every Ostoja of a test run gets a copy of. */
export const preparedTls = () => join(setting('DATA_DIR'), 'tls')

/** Prepares what every test file starts from: an empty database with all migrations, and a certificate. */
export const setup = async () => {
  await dropTemplate()
  const urls = ownUrls(templateName)
  await provision({ admin: setting('ADMIN_DATABASE_URL'), ...urls })
  await migrate(urls.owner)
  await ensureSelfSigned(preparedTls())
}

export const teardown = () => dropTemplate()

const dropTemplate = async () => {
  const admin = new pg.Client(setting('ADMIN_DATABASE_URL'))
  await admin.connect()
  await admin.query(`drop database if exists ${templateName} with (force)`)
  await admin.end()
}
