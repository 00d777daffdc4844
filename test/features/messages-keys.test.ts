import { randomUUID } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Actor } from '../../src/platform/actor.ts'
import type { ArrivingFile } from '../../src/platform/web/multipart.ts'
import { startKeysAtWork, type KeysAtWork } from '../support/keys-at-work.ts'
import { turnsOf } from '../support/turns.ts'

let ostoja: KeysAtWork['ostoja']
let admin: KeysAtWork['admin']
let close: KeysAtWork['close']
beforeAll(async () => {
  ;({ ostoja, admin, close } = await startKeysAtWork())
})
afterAll(() => close())

async function* oneFile(name: string, content: Buffer): AsyncGenerator<ArrivingFile> {
  const bytes = async function* () {
    yield content
  }
  yield { field: 'files', name, bytes: bytes() }
}

/** Two people of an organisation of their own, and a thread between them with a file. */
const correspondence = async () => {
  const tenantId = await ostoja.newTenant()
  const person = async (): Promise<Actor & { accountId: number }> => {
    const { id: accountId } = await ostoja.newAccount(tenantId, ['staff'])
    return { tenantId, accountId, roles: ['staff'] }
  }
  const [anna, marek] = [await person(), await person()]
  const { attachments, messages } = ostoja.features
  const content = Buffer.from('Plan opieki '.repeat(60_000)) // of several pieces
  const tray = randomUUID()
  await attachments.trays.putIn(anna, tray, oneFile('plan.txt', content))
  const ids = { thread: randomUUID(), message: randomUUID(), client: null }
  const to = { accounts: [marek.accountId], roles: [] }
  await messages.start(anna, ids, { to, subject: 'Klucze', text: 'Leżą w dyżurce.', urgent: false, tray })
  return { tenantId, marek, ids, content }
}

const rowsOf = async (table: string, tenantId: string) =>
  Number(
    (await admin.query<{ n: string }>(`select count(*) as n from ${table} where tenant_id = $1`, [tenantId])).rows[0]!
      .n,
  )

describe('messages and their files', () => {
  it('are read, found and opened under keys that have turned, with nothing left under the old ones', async () => {
    const { tenantId, marek, ids, content } = await correspondence()
    const { attachments, encryptionKeys, messages } = ostoja.features
    const turns = turnsOf(ostoja.features)
    for (const kind of ['data', 'index', 'root'] as const) await turns[kind](tenantId)

    const [tenant] = (await encryptionKeys.status(tenantId)).tenants
    expect(tenant!.keys.filter(({ purpose }) => purpose === 'data')).toMatchObject([{ current: true }])
    expect(tenant!.keys.filter(({ purpose }) => purpose === 'index')).toMatchObject([{ current: true }])
    expect((await messages.search(marek, 'dyzur')).threads.map(({ id }) => id)).toEqual([ids.thread])
    const thread = await messages.read(marek, ids.thread)
    expect(JSON.stringify(thread)).toContain('Leżą w dyżurce.')
    const files = await ostoja.platform.db.asTenant(marek, trx => attachments.ofMessages(trx, marek, [ids.message]))
    const [file] = files.get(ids.message)!
    const opened = await attachments.open(marek, file!.id)
    expect([opened.name, (await buffer(opened.bytes)).equals(content)]).toEqual(['plan.txt', true])
  })

  it('go with an organisation that is destroyed', async () => {
    const { tenantId } = await correspondence()
    const tables = ['message_threads', 'messages', 'attachments', 'attachment_chunks']
    for (const table of tables) expect([table, (await rowsOf(table, tenantId)) > 0]).toEqual([table, true])
    await ostoja.features.erasures.destroyTenant(tenantId)
    for (const table of tables) expect([table, await rowsOf(table, tenantId)]).toEqual([table, 0])
  })
})
