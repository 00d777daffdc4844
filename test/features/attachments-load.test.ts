import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemActor } from '../../src/platform/actor.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'
import { createUploader, idsIn, type Uploader } from '../support/uploads.ts'
import { createVisitor } from '../support/visitor.ts'
import { startWebProcess } from '../support/web-process.ts'

const megabyte = 1024 * 1024
const files = 100
const perTray = 2
const most = 250

let ostoja: Ostoja
let admin: pg.Client
beforeAll(async () => {
  ostoja = await startOstoja({ worker: false })
  admin = new pg.Client(ostoja.database.adminUrl)
  await admin.connect()
})
afterAll(async () => {
  await admin.end()
  await ostoja.close()
})

/** In MB: what a process holds, and the most it ever held (Linux, proc(5)). */
const memoryOf = async (pid: number, what: 'VmRSS' | 'VmHWM') =>
  Number(new RegExp(`${what}:\\s+(\\d+) kB`).exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024

/** A file whose pieces all differ from those of others. */
const fileOf = function* (number: number, random: Buffer): Generator<Buffer> {
  for (let piece = 0; piece < 25; piece++) {
    const bytes = Buffer.from(random)
    bytes.writeUInt32BE(number, 0)
    bytes.writeUInt32BE(piece, 4)
    yield bytes
  }
}
const hashOf = (pieces: Iterable<Buffer>) => {
  const hash = createHash('sha256')
  for (const piece of pieces) hash.update(piece)
  return hash.digest('hex')
}

const signedIn = async (url: string): Promise<{ tenantId: string; uploader: Uploader }> => {
  const tenantId = await ostoja.newTenant()
  const visitor = createVisitor(url)
  await visitor.signIn(await ostoja.newAccount(tenantId, ['staff']))
  return { tenantId, uploader: await createUploader(visitor, url) }
}

describe.runIf(process.platform === 'linux')('one web process', () => {
  it(`takes in ${files} files of 25 MB and gives them back, many at once, in less than ${most} MB`, async () => {
    const web = await startWebProcess(ostoja.config)
    try {
      const { tenantId, uploader } = await signedIn(web.url)
      const random = randomBytes(megabyte)
      const ids = new Map<number, string>()

      const sendTray = async (first: number) => {
        const tray = randomUUID()
        for (let number = first; number < first + perTray; number++) {
          const answer = await uploader.send({
            name: `${number}.bin`,
            content: fileOf(number, random),
            fields: { tray },
          })
          expect(answer.status, answer.text).toBe(200)
          ids.set(number, idsIn(answer.text).at(-1)!)
        }
      }
      await Promise.all(Array.from({ length: files / perTray }, (_, tray) => sendTray(tray * perTray)))
      expect(ids.size).toBe(files)
      const takenIn = await memoryOf(web.pid, 'VmHWM')

      const readBack = async ([number, id]: [number, string]) => {
        const hash = createHash('sha256')
        const back = await uploader.read(`/attachments/${id}`, piece => hash.update(piece))
        expect([number, back.status, back.whole, hash.digest('hex')]).toEqual([
          number,
          200,
          true,
          hashOf(fileOf(number, random)),
        ])
      }
      const waiting = [...ids]
      await Promise.all(
        Array.from({ length: 8 }, async () => {
          for (let next = waiting.shift(); next; next = waiting.shift()) await readBack(next)
        }),
      )
      const givenBack = await memoryOf(web.pid, 'VmHWM')
      console.log(`most memory: ${takenIn.toFixed(0)} MB taking in, ${givenBack.toFixed(0)} MB after giving back`)
      expect(takenIn).toBeLessThan(most)
      expect(givenBack).toBeLessThan(most)

      await admin.query('delete from attachments where tenant_id = $1', [tenantId])
    } finally {
      await web.close()
    }
  }, 600_000)

  it('that is killed in the middle of an upload leaves nothing that a sweep does not take', async () => {
    const web = await startWebProcess(ostoja.config)
    const { tenantId, uploader } = await signedIn(web.url)
    const count = async (table: string) =>
      Number(
        (await admin.query<{ n: string }>(`select count(*) as n from ${table} where tenant_id = $1`, [tenantId]))
          .rows[0]!.n,
      )
    const sent = { name: 'a.bin', content: [Buffer.alloc(5 * megabyte)], fields: { tray: randomUUID() } }
    await uploader.breakOff(sent, async () => {
      while ((await count('attachment_chunks')) < 10) await new Promise(resolve => setTimeout(resolve, 20))
      process.kill(web.pid, 'SIGKILL')
    })
    await web.close()
    expect(await count('attachments')).toBe(1)

    const sweep = () => ostoja.features.attachments.sweep(systemActor(tenantId))
    await sweep()
    expect(await count('attachments')).toBe(1)
    ostoja.skip(16 * 60_000)
    await sweep()
    expect([await count('attachments'), await count('attachment_chunks')]).toEqual([0, 0])
  }, 180_000)
})
