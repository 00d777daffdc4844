import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { systemActor } from '../../src/platform/actor.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'
import { until } from '../support/until.ts'
import { createUploader } from '../support/uploads.ts'
import { createVisitor } from '../support/visitor.ts'
import { startWebProcess } from '../support/web-process.ts'

const chunk = 256 * 1024
const minute = 60_000

let ostoja: Ostoja
let admin: pg.Client
/** In each of them a file was half stored by a process that was killed. */
let tenants: [string, string]
/** What each of them used before. */
let before: number
beforeAll(async () => {
  ostoja = await startOstoja()
  admin = new pg.Client(ostoja.database.adminUrl)
  await admin.connect()
  tenants = [await ostoja.newTenant(), await ostoja.newTenant()]
  before = await usedBytes(tenants[0])
  await killInUploads()
})
afterAll(async () => {
  await admin.end()
  await ostoja.close()
})

const numberOf = async (statement: string, tenantId: string) =>
  Number((await admin.query<{ n: string }>(statement, [tenantId])).rows[0]?.n)
const chunks = (tenantId: string) =>
  numberOf('select count(*) as n from attachment_chunks where tenant_id = $1', tenantId)
/** What the organisation is counted to use; its limit is held against this. */
const usedBytes = (tenantId: string) =>
  numberOf('select coalesce(sum(bytes), 0) as n from tenant_usage where tenant_id = $1', tenantId)
const standing = async (tenantId: string) => [
  await numberOf('select count(*) as n from attachments where tenant_id = $1', tenantId),
  await chunks(tenantId),
  await usedBytes(tenantId),
]

const end = async ({ pid, close }: Awaited<ReturnType<typeof startWebProcess>>) => {
  process.kill(pid, 'SIGKILL')
  await close()
}

/** A web process killed outright while it stores a file of each tenant: nobody is left to clear up. */
const killInUploads = async () => {
  const web = await startWebProcess(ostoja.config)
  const killed = until('two pieces of each file are stored', async () =>
    (await Promise.all(tenants.map(chunks))).every(count => count >= 2),
  ).finally(() => end(web))
  const upload = async (tenantId: string) => {
    const visitor = createVisitor(web.url)
    await visitor.signIn(await ostoja.newAccount(tenantId, ['staff']))
    const uploader = await createUploader(visitor, web.url)
    const sent = { name: 'a.bin', content: [Buffer.alloc(3 * chunk)], fields: { tray: randomUUID() } }
    await uploader.breakOff(sent, () => killed)
  }
  await Promise.all(tenants.map(upload))
}

it('a process killed in the middle of an upload leaves half a file, which the rounds of any other take away', async () => {
  const [tenantId] = tenants
  const [files, pieces, bytes] = await standing(tenantId)
  expect([files, pieces! >= 2, bytes! - before >= 2 * chunk]).toEqual([1, true, true])

  const { attachments } = ostoja.features
  await attachments.sweep(systemActor(tenantId))
  expect(await standing(tenantId)).toEqual([files, pieces, bytes]) // it might still be coming
  ostoja.skip(16 * minute)
  await attachments.sweep(systemActor(tenantId))
  expect(await standing(tenantId)).toEqual([0, 0, before])
})

it('the next file that anybody of the organisation adds takes it away, too', async () => {
  const [, tenantId] = tenants
  ostoja.skip(16 * minute)
  const staff = await ostoja.signedIn(tenantId, ['staff'])
  const uploader = await createUploader(staff, ostoja.url)
  const added = await uploader.send({ name: 'b.txt', content: [Buffer.from('b')], fields: { tray: randomUUID() } })
  expect(added.status).toBe(200)
  const [files, pieces] = await standing(tenantId)
  expect([files, pieces]).toEqual([1, 1])
})
