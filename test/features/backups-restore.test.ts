import { chmod, copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { backupInFiles, dataName, manifestName, verifyBackup, type Manifest } from '../../src/features/backups/index.ts'
import { signedText } from '../../src/platform/vault/signed-text.ts'
import { readKeys } from '../../src/platform/vault/key-files.ts'
import { dropDatabases, inDatabase, newDatabase, restoreOf } from '../support/backups.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'
import { startSmallPostgres } from '../support/small-postgres.ts'
import { furnish } from '../support/world.ts'

/** One that can be made again afterwards by itself, without what came after it. */
const later = '2026-11-23-91-announcements'

describe('a backup that is restored elsewhere', () => {
  let ostoja: Ostoja
  let folder: string
  let whole: Manifest

  beforeAll(async () => {
    ostoja = await startOstoja({ backups: true })
    folder = await mkdtemp(join(tmpdir(), 'ostoja-restore-'))
    await chmod(folder, 0o711) // the server's user passes through
    await furnish(ostoja, 'Przystań')
    whole = await ostoja.features.backups.makeNow()
  })
  afterAll(async () => {
    await ostoja.close()
    await dropDatabases()
    await rm(folder, { recursive: true, force: true })
  })

  const fileOf = (id: string) => join(ostoja.config.backups.store, dataName(id))
  const tablesOf = async (url: string) =>
    (
      await inDatabase<{ name: string }>(url, `select tablename as name from pg_tables where schemaname = 'public'`)
    ).map(({ name }) => name)
  /** The same file beside a manifest that says something else, as this installation would have signed it. */
  const saying = async (change: Partial<Manifest>): Promise<string> => {
    const at = join(folder, dataName(whole.id))
    await copyFile(fileOf(whole.id), at)
    const roots = await readKeys(ostoja.config.rootKeysFile)
    await writeFile(join(folder, manifestName(whole.id)), signedText({ ...whole, ...change }, roots, 'backup manifest'))
    await expect(verifyBackup(backupInFiles(at), roots)).resolves.toMatchObject(change)
    return at
  }

  /** Writes until there is no room for another page. */
  const fill = async (url: string) => {
    for (let mebibyte = 0; mebibyte < 100; mebibyte++)
      await inDatabase(url, `insert into filler select repeat('x', 7000) from generate_series(1, 128)`)
  }

  it('of a newer Ostoja is refused before anything is changed', async () => {
    const url = await newDatabase()
    const file = await saying({ migrations: [...whole.migrations, '2099-01-01-01-wonders'] })
    await expect(restoreOf(ostoja, file, url)).rejects.toMatchObject({ problem: 'newer-schema' })
    expect(await tablesOf(url)).toEqual([])
  })

  it('of a newer PostgreSQL is refused before anything is changed', async () => {
    const url = await newDatabase()
    const file = await saying({ server: { version: '99.1', major: 99 } })
    await expect(restoreOf(ostoja, file, url)).rejects.toMatchObject({ problem: 'server-too-old' })
    expect(await tablesOf(url)).toEqual([])
  })

  it('onto a disk that fills up leaves nothing, says so, and succeeds where there is room', async () => {
    const postgres = await startSmallPostgres(folder, 30_000_000)
    const at = (name: string) => Object.assign(new URL(postgres.url), { pathname: `/${name}` }).href
    try {
      await inDatabase(postgres.url, `create tablespace small location '${postgres.small}'`)
      await inDatabase(postgres.url, 'create database narrow template template0 tablespace small')
      for (const name of ['filler', 'wide'])
        await inDatabase(postgres.url, `create database ${name} template template0`)
      for (const name of ['filler', 'some_room']) {
        await inDatabase(at('filler'), `create table ${name} (page text) tablespace small`)
        await inDatabase(at('filler'), `alter table ${name} alter page set storage plain`)
      }
      await inDatabase(at('filler'), `insert into some_room select repeat('x', 7000) from generate_series(1, 60)`)
      await expect(fill(at('filler'))).rejects.toMatchObject({ code: '53100' })
      await expect(restoreOf(ostoja, fileOf(whole.id), at('narrow'))).rejects.toMatchObject({ problem: 'disk-full' })
      await inDatabase(at('filler'), 'drop table some_room')
      await expect(restoreOf(ostoja, fileOf(whole.id), at('narrow'))).rejects.toMatchObject({ problem: 'disk-full' })
      expect(await tablesOf(at('narrow'))).toEqual([])
      expect((await restoreOf(ostoja, fileOf(whole.id), at('wide'))).rows).toBeGreaterThan(10)
    } finally {
      await postgres.stop()
    }
  })

  it('of an older Ostoja is brought to this one, with everything in it', async () => {
    const owner = ostoja.database.adminUrl
    await inDatabase(owner, 'drop table announcements')
    await inDatabase(owner, 'drop policy closed_keys_in_use on closed_keys')
    await inDatabase(owner, `delete from migrations where name = '${later}'`)
    const old = await ostoja.features.backups.makeNow()
    expect(old.migrations).not.toContain(later)
    const url = await newDatabase()
    expect(await restoreOf(ostoja, fileOf(old.id), url)).toMatchObject({ migrated: [later] })
    expect(await tablesOf(url)).toContain('announcements')
    expect(await inDatabase(url, 'select from clients')).toHaveLength(2)
  })
})
