import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { enqueue, startWorker } from '../../src/platform/jobs/jobs.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'
import { until } from '../support/until.ts'

const quick = { everyMs: 100, deadAfterMs: 300 }

let ostoja: Ostoja
let tenantId: string

beforeAll(async () => {
  ostoja = await startOstoja()
  tenantId = await ostoja.newTenant()
})
afterAll(() => ostoja.close())

const startOne = (task: string, work: () => Promise<void>, redis = ostoja.platform.redis) =>
  startWorker(
    ostoja.config.databaseUrl,
    { tasks: { [task]: work }, schedule: {} },
    { ...ostoja.platform, redis },
    quick,
  )
const ask = (task: string) => ostoja.features.db.asTenant({ tenantId }, trx => enqueue(trx, task, { tenantId }))
const held = async () => {
  const { rows } = (await ostoja.features.db.asTenant({ tenantId }, trx =>
    trx.raw('select attempts, last_error from graphile_worker._private_jobs'),
  )) as { rows: { attempts: number; last_error: string | null }[] }
  return rows
}

describe('a job', () => {
  it('of a transaction that fails is never done', async () => {
    const asked = ostoja.features.db.asTenant({ tenantId }, async trx => {
      await enqueue(trx, 'never', { tenantId })
      throw new Error('the change failed')
    })
    await expect(asked).rejects.toThrow('the change failed')
    expect(await held()).toEqual([])
  })

  it('that sends a letter is tried for most of a day, so that a mail server may be away for a night', async () => {
    const hoursOf = async (task: string) => {
      await ostoja.features.db.asTenant({ tenantId }, trx =>
        enqueue(trx, task, { tenantId }, { inMs: 60_000, key: task }),
      )
      const { rows } = (await ostoja.features.db.asTenant({ tenantId }, trx =>
        trx.raw('delete from graphile_worker._private_jobs where key = ? returning max_attempts as most', [task]),
      )) as { rows: { most: number }[] }
      // As graphile-worker waits: e to the attempt, in seconds, of the tenth at most.
      return Array.from({ length: rows[0]!.most - 1 }, (_, at) => Math.exp(Math.min(at + 1, 10)) / 3600).reduce(
        (sum, hours) => sum + hours,
      )
    }
    expect(await hoursOf('mail.notice')).toBeGreaterThan(15)
    expect(await hoursOf('mail.notice')).toBeLessThan(24)
    expect(await hoursOf('export.make')).toBeLessThan(0.1)
  })

  it('whose worker died is done by another, soon and not hours later', async () => {
    const task = `stuck-${randomUUID()}`
    await ask(task)
    // As a killed process leaves it: taken by a worker that no longer shows that it lives.
    await ostoja.features.db.asTenant({ tenantId }, trx =>
      trx.raw(
        `update graphile_worker._private_jobs set locked_by = 'worker-that-died', locked_at = now(), attempts = 1`,
      ),
    )
    let done = 0
    const worker = await startOne(task, async () => {
      done++
    })
    await until('the job is done', () => done > 0)
    await worker.stop()
    expect(done).toBe(1)
    expect(await held()).toEqual([])
  })

  it('of a living worker is left to it, however long it takes', async () => {
    const task = `slow-${randomUUID()}`
    const enough = (4 * quick.deadAfterMs) / quick.everyMs
    let [begun, looks] = [0, 0]
    const work = async () => {
      begun++
      await until('the workers have often looked whether it lives', () => looks > enough)
    }
    const { redis } = ostoja.platform
    const exists = redis.exists.bind(redis) as (key: string) => Promise<number>
    const counted = Object.assign(Object.create(redis) as typeof redis, {
      exists: (key: string) => {
        looks++
        return exists(key)
      },
    })
    const [one, other] = [await startOne(task, work, counted), await startOne(task, work, counted)]
    await ask(task)
    await until('the job is done', async () => (await held()).length === 0)
    expect(begun).toBe(1)
    await Promise.all([one.stop(), other.stop()])
  })

  it('that fails leaves in the queue only what kind of fault it was', async () => {
    const task = `failing-${randomUUID()}`
    await ask(task)
    const worker = await startOne(task, async () => {
      throw new TypeError('Zofia Nowak, +48 600 700 800')
    })
    await until('the job has failed', async () => (await held())[0]?.last_error)
    await worker.stop()
    expect(JSON.stringify(await held())).toContain('TypeError')
    expect(JSON.stringify(await held())).not.toContain('Nowak')
  })
})
