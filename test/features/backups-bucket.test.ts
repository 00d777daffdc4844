import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dataName, manifestName } from '../../src/features/backups/index.ts'
import { createBucketStore } from '../../src/features/backups/store/s3.ts'
import { installationId, systemActor } from '../../src/platform/actor.ts'
import { startBucketServer, type BucketServer } from '../support/bucket-server.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'

const operator = systemActor(installationId)
const megabyte = 1_000_000

describe('a bucket as a store of backups', () => {
  let bucket: BucketServer
  let ostoja: Ostoja

  beforeAll(async () => {
    bucket = await startBucketServer()
    ostoja = await startOstoja({ backups: true, env: bucket.settings })
  })
  afterAll(async () => {
    await ostoja.close()
    await bucket.close()
  })

  it('takes a backup, proves it from there, lists it and gives it back', async () => {
    const { backups } = ostoja.features
    const made = await backups.makeNow()
    const [row] = await backups.list(operator)
    expect(row).toMatchObject({ id: made.id, status: 'made', proof: 'proven' })
    const names = (await backups.store.list()).map(({ name }) => name)
    expect(names.sort()).toEqual([dataName(made.id), manifestName(made.id)].sort())
    const { size, stream } = await backups.open(operator, made.id, 'data')
    expect((await buffer(stream)).length).toBe(size)
  })

  it('that goes away half-way shows nothing that looks whole, and the next backup works', async () => {
    const { backups } = ostoja.features
    const before = (await backups.store.list()).map(({ name }) => name)
    bucket.cutAfter(60_000)
    await expect(backups.makeNow()).rejects.toMatchObject({ problem: 'store-unreachable' })
    expect(await backups.state()).toMatchObject({ right: false, wrong: ['failed'], why: 'store-unreachable' })
    bucket.mend()
    expect((await backups.store.list()).map(({ name }) => name)).toEqual(before)
    const next = await backups.makeNow()
    expect((await backups.store.list()).map(({ name }) => name)).toContain(manifestName(next.id))
    expect(await backups.state()).toMatchObject({ right: true })
  })

  it('takes large files in parts, whole or not at all', async () => {
    const store = createBucketStore({ store: 's3://backups/large', s3: bucket.s3 })
    const content = randomBytes(40 * megabyte)
    const inPieces = () =>
      Readable.from(
        Array.from({ length: 400 }, (_, at) => content.subarray(at * 100_000, (at + 1) * 100_000)),
        { objectMode: false },
      )
    await store.write('whole', inPieces())
    expect((await buffer((await store.read('whole'))!)).equals(content)).toBe(true)
    bucket.cutAfter(25 * megabyte)
    await expect(store.write('cut', inPieces())).rejects.toMatchObject({ problem: 'store-unreachable' })
    bucket.mend()
    async function* failing() {
      yield content.subarray(0, 20 * megabyte)
      await Promise.reject(new Error('the dump failed'))
    }
    await expect(store.write('unfinished', Readable.from(failing(), { objectMode: false }))).rejects.toThrow(
      'the dump failed',
    )
    expect((await store.list()).map(({ name }) => name)).toEqual(['whole'])
    await store.remove('whole')
    expect(await store.read('whole')).toBeNull()
    expect(await store.size('whole')).toBeNull()
  })
})
