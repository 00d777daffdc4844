import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Config } from '../../src/config.ts'
import { backupInFiles, dataName, idOfName, manifestName, verifyBackup } from '../../src/features/backups/index.ts'
import { installationId, systemActor } from '../../src/platform/actor.ts'
import { readKeys } from '../../src/platform/vault/key-files.ts'
import { inDatabase } from '../support/backups.ts'
import { command } from '../support/commands.ts'
import { startMailServer, type MailServer } from '../support/mail-server.ts'
import { startOstoja, unlikely, type Ostoja } from '../support/ostoja.ts'
import { root } from '../support/processes.ts'
import { findLeaks } from '../support/leaks.ts'
import { furnish } from '../support/world.ts'

const run = promisify(execFile)
const operator = systemActor(installationId)

const children = new Set<ChildProcess>()
afterAll(() => {
  for (const child of children) child.kill('SIGKILL')
})

/** Everything that processes have said, at the most talkative. */
const logs: string[] = []

const worker = (config: Config, what: 'now' | 'tend', at?: number) => {
  const child = spawn(
    process.execPath,
    [`${root}test/support/backup-worker.ts`, JSON.stringify({ config: { ...config, logLevel: 'trace' }, what, at })],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  children.add(child)
  let said = ''
  child.stdout.on('data', (bytes: Buffer) => (said += bytes.toString()))
  child.stderr.on('data', (bytes: Buffer) => (said += bytes.toString()))
  const ended = once(child, 'close').then(() => logs.push(said))
  return {
    said: () => said,
    says: async (word: string) => {
      while (!said.includes(word)) {
        if (child.exitCode !== null) throw new Error(`it ended: ${said}`)
        await pause(2)
      }
    },
    kill: async () => {
      child.kill('SIGKILL')
      await ended
    },
    ended,
  }
}

/** Everything in the store that looks whole is whole. @returns how many there are */
const allWhole = async (ostoja: Ostoja): Promise<number> => {
  const roots = await readKeys(ostoja.config.rootKeysFile)
  const names = await readdir(ostoja.config.backups.store)
  const manifests = names.filter(name => name.endsWith('.manifest') && !name.startsWith('.'))
  for (const name of manifests)
    await verifyBackup(backupInFiles(join(ostoja.config.backups.store, dataName(idOfName(name)!))), roots)
  return manifests.length
}

describe('a backup that is cut short', { timeout: 480_000 }, () => {
  let ostoja: Ostoja
  let mail: MailServer
  let scratch: string
  const name = unlikely('Sekret')

  beforeAll(async () => {
    mail = await startMailServer()
    ostoja = await startOstoja({ backups: true, env: mail.settings })
    scratch = await mkdtemp(join(tmpdir(), 'ostoja-cut-'))
    await ostoja.newAccount(installationId, ['operator'], { email: 'operator@shelter.test' })
    await furnish(ostoja, name)
    await mkdir(ostoja.config.backups.store, { recursive: true })
  }, 120_000)
  afterAll(async () => {
    await ostoja.close()
    await mail.close()
    await rm(scratch, { recursive: true, force: true })
  })

  it('by death at 20 points leaves nothing that looks whole and is not, and the next one is made', async () => {
    const first = worker(ostoja.config, 'now')
    await first.says('ready')
    const from = performance.now()
    await first.says('done')
    let tookMs = performance.now() - from
    await first.ended

    let next = worker(ostoja.config, 'now')
    for (let kills = 0; kills < 20;) {
      const killed = next
      await killed.says('ready')
      await pause(((kills + Math.random()) / 20) * tookMs)
      await killed.kill()
      if (killed.said().includes('done'))
        tookMs *= 0.9 // it has become quicker than the first
      else kills += 1
      await allWhole(ostoja)
      next = worker(ostoja.config, 'now')
    }
    await next.says('done')
    await next.ended
    expect(await allWhole(ostoja)).toBeGreaterThan(0)
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
    const nowhere = worker(
      { ...ostoja.config, backups: { ...ostoja.config.backups, store: join(scratch, 'file', 'nowhere') } },
      'now',
    )
    await nowhere.ended
    expect(nowhere.said()).toContain('failed store-unreachable')
    const keys = await Promise.all(
      ['backup-identity', 'drill-identity'].map(key => readFile(join(keysDir, key), 'utf8')),
    )
    const needles = [name, 'Święcicka-Żak', 'Józef Święcicki', '500000123', ...keys.map(key => key.trim())]
    await writeFile(join(scratch, 'log'), logs.join('\n'))
    expect(logs.join('\n')).toContain('"level"')
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
    expect(letter.text).toContain('The last try to make one failed.')

    await ostoja.features.backups.makeNow()
    expect(await ostoja.features.backups.watch()).toMatchObject({ right: true })
  })

  it('keeps passwords out of the list of processes', async () => {
    const { password } = new URL(ostoja.config.backups.databaseUrl!)
    const making = ostoja.features.backups.makeNow()
    let seen = ''
    for (let look = 0; look < 30; look++) {
      const pids = (await readdir('/proc')).filter(entry => /^\d+$/.test(entry))
      for (const pid of pids) {
        const command = await readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => '')
        if (/pg_dump|pg_restore/.test(command)) seen += command
      }
      await pause(10)
    }
    await making
    expect(seen).toContain('pg_')
    expect(seen).not.toContain(password)
  })
})

describe('nights', { timeout: 600_000 }, () => {
  let ostoja: Ostoja
  beforeAll(async () => {
    ostoja = await startOstoja({ backups: true, env: { TIME_ZONE: 'Europe/Warsaw', BACKUP_KEEP_DAILY: '7' } })
    await ostoja.newTenant()
  })
  afterAll(() => ostoja.close())

  it('bring one proven backup each, with two workers that die now and then: 20 of them', async () => {
    const day = 24 * 60 * 60_000
    const firstNight = Date.UTC(2027, 2, 20, 1, 5) // 02:05 in Warsaw; the clocks go forward on the 28th
    for (let night = 0; night < 20; night++) {
      const at = firstNight + night * day
      ostoja.skip(at - ostoja.platform.clock().getTime()) // its own worker is a third one
      if (night % 3 === 0) {
        const doomed = worker(ostoja.config, 'tend', at)
        await doomed.says('ready')
        await pause(Math.random() * 900)
        await doomed.kill()
      }
      const both = [worker(ostoja.config, 'tend', at + 60_000), worker(ostoja.config, 'tend', at + 60_000)]
      await Promise.all(both.map(({ ended }) => ended))
      const again = worker(ostoja.config, 'tend', at + 180_000)
      await again.ended
    }
    const rows = await ostoja.features.backups.list(operator)
    const nights = rows.filter(({ status }) => status === 'made' || status === 'removed').map(row => row.night)
    expect(nights).toHaveLength(20)
    expect(new Set(nights).size).toBe(20)
    expect(rows.filter(({ status, proof }) => status === 'made' && proof !== 'proven')).toEqual([])
    expect(await allWhole(ostoja)).toBeLessThan(20)
  })
})
