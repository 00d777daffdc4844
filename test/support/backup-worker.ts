// A process of its own that makes or tends backups, for tests that kill it:
// node test/support/backup-worker.ts '{"config":…,"what":"now"|"tend","at":ms,"death":{"phase":…,"afterMs":…}}'
import { createFeatures, createPlatform } from '../../src/composition.ts'
import type { Config } from '../../src/config.ts'
import type { Tell } from '../../src/features/backups/index.ts'

/** The work of a worker. `death`: in this phase of making a backup, or so long after, the process kills itself. */
export type BackupWork = {
  config: Config
  what: 'now' | 'tend'
  at?: number | undefined
  death?: { phase: Parameters<Tell>[0]['phase']; afterMs: number } | undefined
}

const { config, what, at, death } = JSON.parse(process.argv[2]!) as BackupWork
const skew = at === undefined ? 0 : at - Date.now()
const platform = await createPlatform(config, { clock: () => new Date(Date.now() + skew) })
const { backups } = createFeatures(platform)

const die = () => process.kill(process.pid, 'SIGKILL')
let dying = false
const tell: Tell = ({ phase }) => {
  if (dying || phase !== death?.phase) return
  dying = true
  if (death.afterMs > 0) setTimeout(die, death.afterMs)
  else die()
}

process.stdout.write('ready\n')
try {
  if (what === 'now') await backups.makeNow(tell)
  else await backups.tend()
  process.stdout.write('done\n')
} catch (fault) {
  process.stdout.write(`failed ${(fault as { problem?: string }).problem ?? String(fault)}\n`)
} finally {
  await platform.close()
}
