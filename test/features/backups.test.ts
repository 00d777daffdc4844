import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { generateX25519Identity } from 'age-encryption'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { backupInFiles, dataName, manifestName, verifyBackup, type Manifest } from '../../src/features/backups/index.ts'
import { installationId, systemActor } from '../../src/platform/actor.ts'
import { createKeys, readKeys } from '../../src/platform/vault/key-files.ts'
import { dropDatabases, inDatabase, newDatabase, restoreOf } from '../support/backups.ts'
import { startOstoja, unlikely, type Ostoja } from '../support/ostoja.ts'
import { rounds } from '../support/rounds.ts'
import { furnish } from '../support/world.ts'

const run = promisify(execFile)
const operator = systemActor(installationId)

describe('a backup', () => {
  let ostoja: Ostoja
  let folder: string
  let made: Manifest
  let file: string
  const name = unlikely('Zażółcka')

  beforeAll(async () => {
    ostoja = await startOstoja({ backups: true })
    folder = await mkdtemp(join(tmpdir(), 'ostoja-backups-'))
    await furnish(ostoja, name)
    made = await ostoja.features.backups.makeNow()
    file = join(ostoja.config.backups.store, dataName(made.id))
  })
  afterAll(async () => {
    await ostoja.close()
    await dropDatabases()
    await rm(folder, { recursive: true, force: true })
  })

  it('is proven: restored, compared, and sealed rows of each organisation opened', async () => {
    const [row] = await ostoja.features.backups.list(operator)
    expect(row).toMatchObject({ id: made.id, status: 'made', proof: 'proven', failure: null, proof_failure: null })
    expect(row!.opened_rows).toBeGreaterThan(4)
    expect(Number(row!.rows)).toBe(Object.values(made.tables).reduce((sum, count) => sum + count, 0))
    expect(await ostoja.features.backups.state()).toMatchObject({ right: true, wrong: [], busy: false })
    const own = createHash('sha256').update(ostoja.config.backups.databaseUrl!).digest('hex').slice(0, 12)
    const databases = await inDatabase(
      ostoja.database.adminUrl,
      `select datname from pg_database where datname like 'ostoja_drill_${own}_%'`,
    )
    expect(databases).toEqual([])
  })

  it('is an age file that Debian’s age opens and pg_restore lists, and its manifest says what it needs', async () => {
    const identity = join(ostoja.config.backups.keysDir, 'backup-identity')
    const { stdout } = await run('sh', ['-c', `age -d -i '${identity}' '${file}' | pg_restore --list`])
    expect(stdout).toContain('TABLE DATA public clients')
    const roots = await readKeys(ostoja.config.rootKeysFile)
    expect(made.recoveryKit).toMatchObject({ rootKeys: [roots.current.id], backupIdentity: true })
    expect(made.tables['public.clients']).toBe(2)
    expect((await stat(file)).mode & 0o077).toBe(0)
  })

  it('restores into an empty database, where everything is as it was', async () => {
    const url = await newDatabase()
    const restored = await restoreOf(ostoja, file, url)
    expect(restored.rows).toBe(Object.values(made.tables).reduce((sum, count) => sum + count, 0))
    const owners = await inDatabase(
      url,
      `select distinct pg_get_userbyid(proowner) as owner from pg_proc where prosecdef and pronamespace = 'public'::regnamespace`,
    )
    expect(owners).toEqual([{ owner: 'ostoja_search' }])
    await expect(restoreOf(ostoja, file, url)).rejects.toMatchObject({ problem: 'database-not-empty' })
  })

  it('says of every single flipped bit that it was altered', async () => {
    const roots = await readKeys(ostoja.config.rootKeysFile)
    const [data, manifest] = [
      await readFile(file),
      await readFile(join(ostoja.config.backups.store, manifestName(made.id))),
    ]
    const places = rounds({ soak: 200, usual: 40 })
    for (let place = 0; place < places; place++) {
      const inManifest = place % 4 === 0
      const changed = Buffer.from(inManifest ? manifest : data)
      const at = Math.floor(
        (((place >> (inManifest ? 2 : 0)) + Math.random()) / (inManifest ? places / 4 : places)) * changed.length,
      )
      changed[at]! ^= 1 << (place % 8)
      await writeFile(join(folder, dataName(made.id)), inManifest ? data : changed)
      await writeFile(join(folder, manifestName(made.id)), inManifest ? changed : manifest)
      const problem = await verifyBackup(backupInFiles(join(folder, dataName(made.id))), roots).then(
        () => 'taken',
        (fault: unknown) => (fault as { problem?: string }).problem,
      )
      expect([place, at, problem]).toEqual([place, at, 'altered'])
    }
  })

  it('says what else is wrong, each in its own words', async () => {
    const roots = await readKeys(ostoja.config.rootKeysFile)
    const at = (id: string) => join(folder, dataName(id))
    const check = () => verifyBackup(backupInFiles(at(made.id)), roots)
    const put = async () => {
      await copyFile(file, at(made.id))
      await copyFile(file.replace('.age', '.manifest'), at(made.id).replace('.age', '.manifest'))
    }
    await put()
    await expect(check()).resolves.toMatchObject({ id: made.id })
    await writeFile(at(made.id), (await readFile(file)).subarray(0, -1))
    await expect(check()).rejects.toMatchObject({ problem: 'cut' })
    await put()
    await rm(at(made.id).replace('.age', '.manifest'))
    await expect(check()).rejects.toMatchObject({ problem: 'manifest-missing' })
    await writeFile(at(made.id), 'a holiday picture')
    await expect(check()).rejects.toMatchObject({ problem: 'not-a-backup' })
    await writeFile(at(made.id).replace('.age', '.manifest'), '{"also":"none"}\n{}\n')
    await expect(check()).rejects.toMatchObject({ problem: 'not-a-backup' })

    await put()
    const others = join(folder, 'other-root-keys')
    await createKeys(others)
    await expect(verifyBackup(backupInFiles(at(made.id)), await readKeys(others))).rejects.toMatchObject({
      problem: 'missing-root-key',
    })
    await writeFile(join(folder, 'stranger'), `${await generateX25519Identity()}\n`)
    const stranger = join(folder, 'stranger')
    await expect(restoreOf(ostoja, file, await newDatabase(), stranger)).rejects.toMatchObject({
      problem: 'wrong-identity',
    })
    await expect(restoreOf(ostoja, file, await newDatabase(), join(folder, 'nobody'))).rejects.toMatchObject({
      problem: 'no-drill-identity',
    })
  })

  it('can be handed to an operator, which is on record, and to nobody else', async () => {
    const { backups } = ostoja.features
    const { size, stream } = await backups.open(operator, made.id, 'data')
    stream.destroy()
    expect(size).toBe(made.file.size)
    const tenantId = await ostoja.newTenant()
    await expect(backups.open(systemActor(tenantId), made.id, 'data')).rejects.toThrow()
    const events = await ostoja.platform.db.asTenant(operator, trx =>
      trx('audit_events').whereLike('action', 'backup.%').pluck('action'),
    )
    expect(events).toEqual(expect.arrayContaining(['backup.made', 'backup.proven', 'backup.fetched']))
  })

  it('leaves nothing in the store but whole files', async () => {
    const names = await readdir(ostoja.config.backups.store)
    expect(names.sort()).toEqual([dataName(made.id), manifestName(made.id)].sort())
  })
})
