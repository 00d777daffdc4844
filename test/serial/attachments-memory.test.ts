import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'
import { rounds } from '../support/rounds.ts'
import { createUploader, idsIn, type Uploader } from '../support/uploads.ts'
import { createVisitor } from '../support/visitor.ts'
import { startWebProcess } from '../support/web-process.ts'

const megabyte = 1024 * 1024
/** Six held at once would already be too much, even for a process that is as small as after its start. */
const files = rounds({ soak: 100, usual: 6 })
const perTray = 2
const most = 250

let ostoja: Ostoja
beforeAll(async () => {
  ostoja = await startOstoja({ worker: false })
})
afterAll(async () => {
  await ostoja.close()
})

/** The most that a process ever held, in MB (Linux, proc(5)). */
const peakOf = async (pid: number) =>
  Number(/VmHWM:\s+(\d+) kB/.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024

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

/** `prove`: types the password again, before a file leaves. */
const signedIn = async (url: string): Promise<Uploader & { prove: (id: string) => PromiseLike<unknown> }> => {
  const tenantId = await ostoja.newTenant()
  const visitor = createVisitor(url)
  const account = await ostoja.newAccount(tenantId, ['staff'])
  await visitor.signIn(account)
  const prove = (id: string) => visitor.post(`/attachments/${id}/download`, { password: account.password })
  return { ...(await createUploader(visitor, url)), prove }
}

describe.runIf(process.platform === 'linux')('one web process', () => {
  it(`takes in ${files} files of 25 MB and gives them back, many at once, in less than ${most} MB`, async () => {
    const web = await startWebProcess(ostoja.config)
    try {
      const uploader = await signedIn(web.url)
      const idle = await peakOf(web.pid)
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
      const takenIn = await peakOf(web.pid)

      const readBack = async ([number, id]: [number, string]) => {
        const hash = createHash('sha256')
        const back = await uploader.read(`/attachments/${id}/download`, piece => hash.update(piece))
        expect([number, back.status, back.whole, hash.digest('hex')]).toEqual([
          number,
          200,
          true,
          hashOf(fileOf(number, random)),
        ])
      }
      await uploader.prove(ids.get(0)!)
      const waiting = [...ids]
      await Promise.all(
        Array.from({ length: 8 }, async () => {
          for (let next = waiting.shift(); next; next = waiting.shift()) await readBack(next)
        }),
      )
      const givenBack = await peakOf(web.pid)
      console.log(
        `most memory: ${idle.toFixed(0)} MB idle, ${takenIn.toFixed(0)} MB taking in, ${givenBack.toFixed(0)} MB after giving back`,
      )
      expect(givenBack).toBeLessThan(most)
    } finally {
      await web.close()
    }
  })
})
