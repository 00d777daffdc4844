import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { systemActor } from '../../src/platform/actor.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'
import { createUploader } from '../support/uploads.ts'
import { createVisitor } from '../support/visitor.ts'
import { startWebProcess } from '../support/web-process.ts'

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 })

const chunk = 256 * 1024
const minute = 60_000

let ostoja: Ostoja
let admin: pg.Client
let tenantId: string
let web: Awaited<ReturnType<typeof startWebProcess>>
beforeAll(async () => {
  ostoja = await startOstoja()
  admin = new pg.Client(ostoja.database.adminUrl)
  await admin.connect()
})
afterAll(async () => {
  await admin.end()
  await ostoja.close()
})

const numberOf = async (statement: string) =>
  Number((await admin.query<{ n: string }>(statement, [tenantId])).rows[0]?.n)
const chunks = () => numberOf('select count(*) as n from attachment_chunks where tenant_id = $1')
const standing = async () => [
  await numberOf('select count(*) as n from attachments where tenant_id = $1'),
  await chunks(),
  await usedBytes(),
]
/** What the organisation is counted to use; its limit is held against this. */
const usedBytes = () => numberOf('select coalesce(sum(bytes), 0) as n from tenant_usage where tenant_id = $1')

/** A web process killed outright while it stores a file: nobody is left to clear up. */
const killInUpload = async () => {
  web = await startWebProcess(ostoja.config)
  const account = await ostoja.newAccount(tenantId, ['staff'])
  const visitor = createVisitor(web.url)
  await visitor.signIn(account)
  const uploader = await createUploader(visitor, web.url)
  const sent = { name: 'a.bin', content: [Buffer.alloc(3 * chunk)], fields: { tray: randomUUID() } }
  await uploader.breakOff(sent, async () => {
    while ((await chunks()) < 2) await new Promise(resolve => setTimeout(resolve, 20))
    process.kill(web.pid, 'SIGKILL')
    await web.close()
  })
}

it('a process killed in the middle of an upload leaves half a file, which the rounds of any other take away', async () => {
  tenantId = await ostoja.newTenant()
  const before = await usedBytes()
  await killInUpload()
  const [files, pieces, bytes] = await standing()
  expect([files, pieces! >= 2, bytes! - before >= 2 * chunk]).toEqual([1, true, true])

  const { attachments } = ostoja.features
  await attachments.sweep(systemActor(tenantId))
  expect(await standing()).toEqual([files, pieces, bytes]) // it might still be coming
  ostoja.skip(16 * minute)
  await attachments.sweep(systemActor(tenantId))
  expect(await standing()).toEqual([0, 0, before])
})

it('the next file that anybody of the organisation adds takes it away, too', async () => {
  tenantId = await ostoja.newTenant()
  await killInUpload()
  ostoja.skip(16 * minute)
  const staff = await ostoja.signedIn(tenantId, ['staff'])
  const uploader = await createUploader(staff, ostoja.url)
  const added = await uploader.send({ name: 'b.txt', content: [Buffer.from('b')], fields: { tray: randomUUID() } })
  expect(added.status).toBe(200)
  const [files, pieces] = await standing()
  expect([files, pieces]).toEqual([1, 1])
})
