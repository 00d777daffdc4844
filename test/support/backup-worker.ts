// A process of its own that makes or tends backups, for tests that kill it: node test/support/backup-worker.ts '{"config":…,"what":"now"|"tend","at":ms}'
import { createFeatures, createPlatform } from '../../src/composition.ts'
import type { Config } from '../../src/config.ts'

const { config, what, at } = JSON.parse(process.argv[2]!) as { config: Config; what: 'now' | 'tend'; at?: number }
const skew = at === undefined ? 0 : at - Date.now()
const platform = await createPlatform(config, { clock: () => new Date(Date.now() + skew) })
const { backups } = createFeatures(platform)

process.stdout.write('ready\n')
try {
  if (what === 'now') await backups.makeNow()
  else await backups.tend()
  process.stdout.write('done\n')
} catch (fault) {
  process.stdout.write(`failed ${(fault as { problem?: string }).problem ?? String(fault)}\n`)
} finally {
  await platform.close()
}
