import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { installationId, systemActor } from '../../src/platform/actor.ts'
import { anotherWeb } from '../support/another-web.ts'
import { backupProcess, countWhole, endWorkers, untilUnlocked } from '../support/backup-processes.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'
import { rounds } from '../support/rounds.ts'
import { until } from '../support/until.ts'

const operator = systemActor(installationId)

describe('nights', () => {
  let ostoja: Ostoja
  let others: Awaited<ReturnType<typeof anotherWeb>>[]
  beforeAll(async () => {
    ostoja = await startOstoja({
      backups: true,
      worker: false,
      env: { TIME_ZONE: 'Europe/Warsaw', BACKUP_KEEP_DAILY: '2' },
    })
    others = [await anotherWeb(ostoja), await anotherWeb(ostoja)]
    await ostoja.newTenant()
  })
  afterAll(async () => {
    endWorkers()
    for (const other of others) await other.close()
    await ostoja.close()
  })

  it('are looked after every minute', () => {
    expect(ostoja.features.schedule['backups.tend']).toBe('* * * * *')
  })

  it('bring one proven backup each, with three workers at once and one that dies now and then', async () => {
    const count = rounds({ soak: 20, usual: 3 })
    const day = 24 * 60 * 60_000
    const firstNight = Date.UTC(2027, 2, 27, 1, 5) // 02:05 in Warsaw; the clocks go forward on the 28th
    const nights = async () => (await ostoja.features.backups.list(operator)).map(row => row.night)
    for (let night = 0; night < count; night++) {
      const at = firstNight + night * day
      ostoja.skip(at - ostoja.platform.clock().getTime())
      if (night % 3 === 0) {
        const before = await nights()
        const doomed = backupProcess({ config: ostoja.config, what: 'tend', at })
        await until('a backup was begun', async () => (await nights()).length > before.length)
        if (night > 0) await pause(Math.random() * 900)
        await doomed.kill()
        await untilUnlocked(ostoja)
      }
      ostoja.skip(60_000)
      await Promise.all([ostoja, ...others].map(({ features }) => features.backups.tend()))
      ostoja.skip(120_000)
      await ostoja.features.backups.tend()
    }
    const rows = await ostoja.features.backups.list(operator)
    const made = rows.filter(({ status }) => status === 'made' || status === 'removed').map(row => row.night)
    expect(made).toHaveLength(count)
    expect(new Set(made).size).toBe(count)
    expect(rows.filter(({ status, proof }) => status === 'made' && proof !== 'proven')).toEqual([])
    expect(await countWhole(ostoja)).toBeLessThan(count)
  })
})
