import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { generateX25519Identity, identityToRecipient } from 'age-encryption'
import { dataName, type BackupRow } from '../src/features/backups/index.ts'
import { installationId, systemActor } from '../src/platform/actor.ts'
import { servicesDown, servicesEnv, servicesUp } from '../src/start/services.ts'
import type { Ground } from './ground.ts'
import { memoryOf } from './load.ts'
import type { Report } from './report.ts'
import { compareRows, lastEventOf } from './same-rows.ts'
import { onDatabase, type Process } from './world.ts'

const run = promisify(execFile)
const root = fileURLToPath(new URL('..', import.meta.url))
const operator = systemActor(installationId)
const rounds = 3
const passphrase = 'żółw-kaktus-Latarnia-7-wiosło'

/** A backup by the worker against the bare tools on the same database in turn; its drill; and a restore on an empty data folder. */
export const measureBackup = async ({ world, clients }: Ground, worker: Process, report: Report) => {
  const folder = await mkdtemp(join(tmpdir(), 'ostoja-bench-backup-'))
  try {
    const recipient = await identityToRecipient(await generateX25519Identity())
    const times = { bare: [] as number[], compressed: [] as number[], ours: [] as number[] }
    let last: BackupRow | undefined
    let lastEvent = ''
    for (let round = 0; round < rounds; round++) {
      times.bare.push(await bareTools(world.env, recipient, 0, folder))
      lastEvent = await lastEventOf(world.adminUrl)
      last = await byWorker(world.features.backups)
      times.ours.push(seconds(last.started_at, last.finished_at))
    }
    times.compressed.push(await bareTools(world.env, recipient, 1, folder))
    report.fact('backup: bytes uncompressed', (await stat(join(folder, 'bare-0.age'))).size)
    report.fact('backup: bytes at compression 1', (await stat(join(folder, 'bare-1.age'))).size)
    report.fact('backup: pg_dump -Fc -Z0 | age, s', middle(times.bare))
    report.fact('backup: pg_dump -Fc -Z1 | age, s', middle(times.compressed))
    report.fact('backup: by the worker, s', middle(times.ours))
    report.atMost(
      `Backup of ${clients} clients: time of pg_dump -Fc -Z0 | age`,
      middle(times.ours) / middle(times.bare),
      1.2,
    )
    report.fact('backup: drill, s', seconds(last!.proof_started_at, last!.proof_finished_at))
    report.fact('backup: sealed values opened by the drill', last!.opened_rows ?? 0)
    report.atMost('Memory of the worker after backups and drills', memoryOf(worker.pid), 250, 'MB')
    report.fact('backup: restore on an empty data folder, s', await restoreElsewhere(world, last!.id, folder))
    report.fact('backup: rows that are the same after the restore', await rowsElsewhere(world, lastEvent, folder))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const bareTools = async (env: NodeJS.ProcessEnv, recipient: string, level: number, folder: string): Promise<number> => {
  const from = performance.now()
  const script = `set -o pipefail; "$PG_BIN/pg_dump" -Fc -Z${level} "$BACKUP_DATABASE_URL" | age -r ${recipient} -o '${folder}/bare-${level}.age'`
  await rm(join(folder, `bare-${level}.age`), { force: true })
  await run('bash', ['-c', script], { env })
  return (performance.now() - from) / 1000
}

const byWorker = async (backups: Ground['world']['features']['backups']): Promise<BackupRow> => {
  const id = await backups.request(operator)
  for (;;) {
    const row = (await backups.list(operator)).find(each => each.id === id)!
    if (row.status === 'failed' || row.proof === 'failed')
      throw new Error(`the backup failed: ${row.failure ?? row.proof_failure}`)
    if (row.proof === 'proven') return row
    await pause(200)
  }
}

/** By the command of the README, down to the last row compared; starting is not measured. */
const restoreElsewhere = async ({ env, features }: Ground['world'], id: string, folder: string): Promise<number> => {
  const kitFolder = join(folder, 'kit')
  await typed(['recovery-kit', 'create', '--out', kitFolder], env)
  const kit = (await readdir(kitFolder)).find(name => name.endsWith('.age'))!
  const elsewhere = { PATH: env.PATH, DATA_DIR: join(folder, 'elsewhere') }
  const backup = join(features.backups.store.where, dataName(id))
  const from = performance.now()
  await typed(['restore', '--kit', join(kitFolder, kit), '--backup', backup, '--no-start'], elsewhere)
  return (performance.now() - from) / 1000
}

/** @returns how many; all of them, or it throws */
const rowsElsewhere = async ({ adminUrl }: Ground['world'], lastEvent: string, folder: string): Promise<number> => {
  const elsewhere = join(folder, 'elsewhere')
  await servicesUp(elsewhere, ['postgres'])
  try {
    const { ADMIN_DATABASE_URL = '', OWNER_DATABASE_URL = '' } = await servicesEnv(elsewhere)
    return await compareRows(adminUrl, onDatabase(ADMIN_DATABASE_URL, OWNER_DATABASE_URL), lastEvent)
  } finally {
    await servicesDown(elsewhere)
  }
}

const typed = async (args: string[], env: NodeJS.ProcessEnv) => {
  const child = spawn(join(root, 'bin/ostoja'), args, { env, stdio: ['pipe', 'ignore', 'inherit'] })
  child.stdin.end(`${passphrase}\n`)
  const [code] = (await once(child, 'close')) as [number]
  if (code !== 0) throw new Error(`bin/ostoja ${args[0]!} ended with code ${code}`)
}

const seconds = (from: Date | null, to: Date | null) => ((to?.getTime() ?? 0) - (from?.getTime() ?? 0)) / 1000
const middle = (values: readonly number[]) =>
  [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)]!
