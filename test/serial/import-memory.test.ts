import { afterAll, beforeAll, expect, it } from 'vitest'
import { beginImport } from '../support/import-upload.ts'
import { memoryInUse } from '../support/memory.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'
import { rounds } from '../support/rounds.ts'

let ostoja: Ostoja
beforeAll(async () => {
  ostoja = await startOstoja({ worker: false })
})
afterAll(() => ostoja.close())

it('an upload of far more than 50 MB is refused in words, without the server growing by it', async () => {
  const staff = await ostoja.signedIn(await ostoja.newTenant(), ['staff'])
  const { send, answer, end } = await beginImport(ostoja, staff)
  const block = Buffer.from(`A;Anna;Nowak;${'x'.repeat(4080)}\r\n`.repeat(256))
  const held: number[] = []
  for (let sent = 1; sent <= rounds({ soak: 200, usual: 100 }); sent++) {
    await send(block)
    if (sent % 20 === 0) held.push(memoryInUse())
  }
  end()
  const { status, text } = await answer
  expect(status).toBe(413)
  expect(text).toContain('The file is larger than 50 MB.')
  // The first 20 MB also load code and buffers; from there on what is held must not follow what is sent.
  const [afterFirst = 0, ...later] = held
  expect((Math.max(...later) - afterFirst) / 1024 / 1024).toBeLessThan(50)
  const { tenantId } = staff.account
  for (const table of ['imports', 'import_rows'])
    expect(await ostoja.platform.db.asTenant({ tenantId }, trx => trx(table).select('id'))).toEqual([])
})
