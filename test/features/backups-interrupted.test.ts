import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createFeatures } from '../../src/composition.ts'
import { dataName, manifestName } from '../../src/features/backups/index.ts'
import { findTool } from '../../src/features/backups/dump/tools.ts'
import { installationId, systemActor } from '../../src/platform/actor.ts'
import { startWorker } from '../../src/platform/jobs/jobs.ts'
import { createMetrics } from '../../src/platform/metrics/metrics.ts'
import { backupProcess, countWhole, endWorkers, untilUnlocked, workerLogs } from '../support/backup-processes.ts'
import { inDatabase } from '../support/backups.ts'
import { command } from '../support/commands.ts'
import { startMailServer, type MailServer } from '../support/mail-server.ts'
import { startOstoja, unlikely, type Ostoja } from '../support/ostoja.ts'
import { root } from '../support/processes.ts'
import { rounds } from '../support/rounds.ts'
import { findLeaks } from '../support/leaks.ts'
import { furnish } from '../support/world.ts'

const run = promisify(execFile)
const operator = systemActor(installationId)

describe('a backup that is cut short', () => {
  let ostoja: Ostoja
  let mail: MailServer
  let scratch: string
  const name = unlikely('Sekret')

  beforeAll(async () => {
    mail = await startMailServer()
    ostoja = await startOstoja({ backups: true, worker: false, env: mail.settings })
    scratch = await mkdtemp(join(tmpdir(), 'ostoja-cut-'))
    await ostoja.newAccount(installationId, ['operator'], { email: 'operator@shelter.test' })
    // Later it would tend backups by itself, once a minute.
    const jobs = await startWorker(ostoja.config.databaseUrl, ostoja.features, ostoja.platform)
    await furnish(ostoja, name)
    await jobs.stop()
    await mkdir(ostoja.config.backups.store, { recursive: true })
  })
  afterAll(async () => {
    endWorkers()
    await ostoja.close()
    await mail.close()
    await rm(scratch, { recursive: true, force: true })
  })

  it('by death in each phase leaves nothing that looks whole and is not, and the next one is made', async () => {
    const phases = ['dump', 'check', 'restore', 'compare'] as const
    const count = rounds({ soak: 20, usual: phases.length })
    const from = performance.now()
    await ostoja.features.backups.makeNow()
    let longestMs = performance.now() - from

    /** First at the very beginning of each phase, then at random times after it. */
    const doomed = (kills: number) => {
      const afterMs = kills < phases.length ? 0 : Math.random() * longestMs
      const phase = phases[kills % phases.length]!
      return backupProcess({ config: ostoja.config, what: 'now', death: { phase, afterMs } })
    }
    for (let kills = 0; kills < count;) {
      const before = await countWhole(ostoja)
      const killed = doomed(kills)
      await killed.ended
      await untilUnlocked(ostoja)
      const whole = (await countWhole(ostoja)) - before
      if (killed.said().includes('done')) {
        longestMs *= 0.9 // it ended before its time came
        continue
      }
      if (kills < phases.length) expect([phases[kills], whole]).toEqual([phases[kills], kills === 0 ? 0 : 1])
      kills += 1
    }
    const last = backupProcess({ config: ostoja.config, what: 'now' })
    await last.says('done')
    await last.ended
    expect(await countWhole(ostoja)).toBeGreaterThan(0)
    const rows = await ostoja.features.backups.list(operator)
    expect(rows.filter(({ failure }) => failure === 'interrupted').length).toBeGreaterThan(0)
    expect(rows[0]).toMatchObject({ status: 'made', proof: 'proven' })
    expect(await ostoja.features.backups.state()).toMatchObject({ right: true })
    const names = await readdir(ostoja.config.backups.store)
    expect(names.filter(each => each.endsWith('.partial'))).toEqual([])
  })

  it('leaves nothing readable anywhere: not in store, temporary files or what the dead left behind', async () => {
    const { keysDir, store } = ostoja.config.backups
    await writeFile(join(scratch, 'file'), 'where a folder should be')
    const backups = { ...ostoja.config.backups, store: join(scratch, 'file', 'nowhere') }
    const nowhere = backupProcess({ config: { ...ostoja.config, backups }, what: 'now' })
    await nowhere.ended
    expect(nowhere.said()).toContain('failed store-unreachable')
    const keys = await Promise.all(
      ['backup-identity', 'drill-identity'].map(key => readFile(join(keysDir, key), 'utf8')),
    )
    const needles = [name, 'Święcicka-Żak', 'Józef Święcicki', '500000123', ...keys.map(key => key.trim())]
    await writeFile(join(scratch, 'log'), workerLogs.join('\n'))
    expect(workerLogs.join('\n')).toContain('"level"')
    const fetched = join(scratch, 'fetched')
    const { id } = await ostoja.features.backups.makeNow()
    expect(await command(ostoja, ['backup', 'fetch', id, '--to', fetched])).toMatchObject({ code: 0, complaint: '' })
    expect((await readdir(fetched)).sort()).toEqual([dataName(id), manifestName(id)].sort())
    const [served] = await inDatabase<{ data_directory: string }>(ostoja.database.adminUrl, 'show data_directory')
    const saidByPostgres = join(served!.data_directory, '..', 'server.log')
    expect(await readFile(saidByPostgres, 'utf8')).toContain('database system is ready')
    const folders = [store, ostoja.config.exportsDir, join(scratch, 'log'), fetched, saidByPostgres]
    expect(await findLeaks(needles, folders, scratch)).toEqual([])
  })

  it('by a full disk is told to the operators, leaves nothing, and the next night works', async () => {
    const full = join(scratch, 'full')
    await mkdir(full)
    const config = { ...ostoja.config, backups: { ...ostoja.config.backups, store: full } }
    // A disk of its own that goes with the process.
    const small = `mount -t tmpfs -o size=96k tmpfs '${full}' && "$0" "$@"; echo "left: $(ls -A '${full}')"`
    const program = [process.execPath, `${root}test/support/backup-worker.ts`, JSON.stringify({ config, what: 'now' })]
    const { stdout } = await run('unshare', [process.getuid?.() === 0 ? '-m' : '-rm', 'sh', '-c', small, ...program])
    expect(stdout).toContain('failed disk-full')
    expect(stdout).toContain('left: \n')
    const state = await ostoja.features.backups.watch()
    expect(state).toMatchObject({ right: false, wrong: ['failed'], why: 'disk-full' })
    const letter = await mail.mailTo('operator@shelter.test')
    expect(letter.text).toContain('The last attempt to create one failed.')

    await ostoja.features.backups.makeNow()
    expect(await ostoja.features.backups.watch()).toMatchObject({ right: true })
  })

  it('keeps passwords out of the list of processes', async () => {
    const { password } = new URL(ostoja.config.backups.databaseUrl!)
    const shown = join(scratch, 'shown')
    const pgBin = join(scratch, 'bin')
    await mkdir(pgBin)
    const [server] = await inDatabase<{ server_version: string }>(ostoja.database.adminUrl, 'show server_version')
    for (const name of ['pg_dump', 'pg_restore'] as const) {
      const { path } = await findTool(name, Number.parseInt(server!.server_version, 10), ostoja.config.backups.pgBin)
      // What the list shows of a process are its arguments.
      const script = `#!/bin/sh\ntr '\\0' ' ' </proc/$$/cmdline >>'${shown}'\nexec '${path}' "$@"\n`
      await writeFile(join(pgBin, name), script, { mode: 0o755 })
    }
    const recorded = createFeatures({
      ...ostoja.platform,
      metrics: createMetrics(),
      config: { ...ostoja.config, backups: { ...ostoja.config.backups, pgBin } },
    })
    const { id } = await recorded.backups.makeNow()
    expect((await recorded.backups.list(operator))[0]).toMatchObject({ id, proof: 'proven' })
    const seen = await readFile(shown, 'utf8')
    expect(seen).toMatch(/pg_dump .*--/)
    expect(seen).toMatch(/pg_restore .*--/)
    expect(seen).not.toContain(password)
  })
})
