import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import pg from 'pg'
import { backupInFiles, readIdentities, restoreInto } from '../../src/features/backups/index.ts'
import { readKeys } from '../../src/platform/vault/key-files.ts'
import { setting } from './database.ts'
import type { Ostoja } from './ostoja.ts'

/** Asks a database. */
export const inDatabase = async <Row extends pg.QueryResultRow>(url: string, statement: string): Promise<Row[]> => {
  const client = new pg.Client(url)
  await client.connect()
  try {
    return (await client.query<Row>(statement)).rows
  } finally {
    await client.end()
  }
}

const made: string[] = []

/** An empty database of the administrator's. @returns its URL */
export const newDatabase = async (): Promise<string> => {
  const name = `ostoja_backups_${randomBytes(4).toString('hex')}`
  await inDatabase(setting('ADMIN_DATABASE_URL'), `create database ${name} template template0`)
  made.push(name)
  const url = new URL(setting('ADMIN_DATABASE_URL'))
  url.pathname = `/${name}`
  return url.href
}

/** Drops what newDatabase made. */
export const dropDatabases = async () => {
  for (const name of made.splice(0))
    await inDatabase(setting('ADMIN_DATABASE_URL'), `drop database if exists ${name} with (force)`)
}

/** Restores a backup of an Ostoja with its own keys. */
export const restoreOf = async (ostoja: Ostoja, file: string, url: string, identity?: string) =>
  restoreInto({
    source: backupInFiles(file),
    identities: await readIdentities(identity ?? join(ostoja.config.backups.keysDir, 'backup-identity')),
    roots: await readKeys(ostoja.config.rootKeysFile),
    url,
    pgBin: ostoja.config.backups.pgBin,
    tell: () => undefined,
  })
