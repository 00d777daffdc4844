import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createHash, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { generateX25519Identity, identityToRecipient } from 'age-encryption'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Actor } from '../../src/platform/actor.ts'
import { openCopyStore } from '../../src/composition/export-copies.ts'
import { startBucketServer, type BucketServer } from '../support/bucket-server.ts'
import { clientProfile } from '../support/world.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'
import type { Visitor } from '../support/visitor.ts'

const DAY = 24 * 60 * 60_000

let ostoja: Ostoja
let bucket: BucketServer
let inBucket: Ostoja
beforeAll(async () => {
  bucket = await startBucketServer()
  ;[ostoja, inBucket] = await Promise.all([
    startOstoja({ worker: false }),
    startOstoja({ worker: false, env: bucket.settings }),
  ])
})
afterAll(async () => {
  await Promise.all([ostoja.close(), inBucket.close()])
  await bucket.close()
})

const storeOf = (where: Ostoja) => openCopyStore(where.config.backups)
const copiesOn = async ({ visitor }: { visitor: Visitor }) => {
  const page = (await visitor.get('/readiness')).text
  const [, state, part = ''] = /data-part="copies" data-state="(\w+)"([\s\S]*?)<\/li>/.exec(page) ?? []
  return { state, href: /<a [^>]*href="([^"]+)"/.exec(part)?.[1], text: part }
}
const folder = () => join(ostoja.config.backups.store, 'exports')

/** An organisation whose exports make themselves each day, of which two are kept. */
const newOffice = async (where: Ostoja) => {
  const tenantId = await where.newTenant()
  const visitor = await where.signedIn(tenantId, ['security_officer'])
  const actor: Actor = { tenantId, accountId: visitor.account.id, roles: ['security_officer'] }
  const publicKey = await identityToRecipient(await generateX25519Identity())
  const { officerKeys, clients, exports, notices } = where.features
  await officerKeys.register(actor, { name: 'Laptop', publicKey })
  const clientId = randomUUID()
  await clients.create(actor, clientId, clientProfile)
  await exports.plans.change(actor, { everyDays: 1, keep: 2, freshDays: 7 })
  const newest = async () => (await exports.list(actor))[0]!
  /** One round of the worker up to where the copy is due. */
  const make = async () => {
    await exports.plans.run(tenantId)
    await exports.make({ tenantId, exportId: (await newest()).id })
    return newest()
  }
  const copy = () => exports.copies.tend({ tenantId })
  const names = async () =>
    (await storeOf(where).list())
      .map(({ name }) => name)
      .filter(name => name.includes(tenantId))
      .toSorted()
  const kinds = async () => (await notices.list(actor)).map(({ kind }) => kind)
  return { tenantId, visitor, actor, clientId, make, copy, names, kinds, newest }
}

describe('copies of exports in the backup store', () => {
  it.each(['a folder', 'a bucket'])('are the export itself, and go when newer ones take its place: %s', async kind => {
    const where = kind === 'a folder' ? ostoja : inBucket
    const { tenantId, visitor, make, copy, names, newest, kinds } = await newOffice(where)
    const made = await make()
    expect(made.copy_state).toBeNull()
    expect(await copiesOn({ visitor })).toMatchObject({ state: 'due', href: '/exports' })
    await copy()
    expect((await newest()).copy_state).toBe('stored')
    expect(await copiesOn({ visitor })).toMatchObject({ state: 'good', href: '/exports' })
    const [name] = await names()
    expect(name).toBe(`export-${tenantId}-${made.created_at.toISOString().slice(0, 10)}-${made.id}.html`)
    const hash = createHash('sha256')
    for await (const piece of (await storeOf(where).read(name!))!) hash.update(piece as Buffer)
    expect(hash.digest('hex')).toBe(made.sha256)
    expect((await visitor.get(`/exports/${made.id}`)).text).toContain('Stored on')
    expect(await kinds()).toContain('export-waiting')

    for (let turn = 0; turn < 2; turn++) {
      where.skip(DAY)
      await make()
      await copy()
    }
    expect(await names()).toHaveLength(3)
    await where.features.exports.plans.run(tenantId)
    await copy()
    expect(await names()).toHaveLength(2)
    expect((await names()).some(each => each.includes(made.id))).toBe(false)
  })

  it('are tried again once the store can be reached, and the officers are told meanwhile', async () => {
    const { visitor, make, copy, names, newest, kinds } = await newOffice(ostoja)
    const made = await make()
    await rm(folder(), { recursive: true, force: true })
    await writeFile(folder(), 'in the way')
    await expect(copy()).rejects.toThrow()
    await expect(copy()).rejects.toThrow()
    expect(await newest()).toMatchObject({ copy_state: 'failed', copy_failure: 'store-unreachable' })
    expect((await kinds()).filter(kind => kind === 'export-not-stored')).toHaveLength(1)
    expect((await visitor.get(`/exports/${made.id}`)).text).toContain('the store could not be reached')
    expect((await visitor.get('/exports')).text).toContain('No copy')
    const sign = await copiesOn({ visitor })
    expect(sign).toMatchObject({ state: 'bad', href: `/exports/${made.id}` })
    expect(sign.text).toContain('View the export that was not copied')

    await rm(folder())
    await copy()
    expect((await newest()).copy_state).toBe('stored')
    expect(await names()).toHaveLength(1)
    expect((await copiesOn({ visitor })).state).toBe('good')
  })

  it('are never made of a file that is not what was made', async () => {
    const { actor, make, copy, names, newest } = await newOffice(ostoja)
    const made = await make()
    const { file } = await ostoja.features.exports.download(actor, made.id)
    const bytes = await readFile(file)
    bytes[bytes.length >> 1]! ^= 1
    await writeFile(file, bytes)
    await expect(copy()).rejects.toThrow()
    expect((await newest()).copy_failure).toBe('altered')
    expect(await names()).toEqual([])
  })

  it('go when somebody who may be in them is erased, and when the organisation is destroyed', async () => {
    const first = await newOffice(ostoja)
    await first.make()
    await first.copy()
    expect(await first.names()).toHaveLength(1)
    const { exports, erasures, db } = ostoja.features
    const { createExportErasing } = await import('../../src/features/exports/index.ts')
    const erasing = createExportErasing({ directory: ostoja.config.exportsDir, clock: () => new Date() })
    await db.asTenant(first.actor, trx => erasing.withdraw(trx, first.actor))
    expect((await first.newest()).copy_state).toBe('leaving')
    await first.copy()
    expect(await first.names()).toEqual([])

    const second = await newOffice(ostoja)
    await second.make()
    await second.copy()
    await erasures.destroyTenant(second.tenantId)
    await exports.copies.tend({ tenantId: second.tenantId })
    expect(await second.names()).toEqual([])
    expect((await readdir(folder())).every(name => !name.includes(second.tenantId))).toBe(true)
  })
})
