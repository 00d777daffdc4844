import { readFile } from 'node:fs/promises'
import { Decrypter } from 'age-encryption'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Actor } from '../../src/platform/actor.ts'
import { extractWithTools } from '../support/age-cli.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'
import { until } from '../support/until.ts'
import { clientProfile } from '../support/world.ts'

const passphrase = 'krokus lampa wiadro sowa'

let ostoja: Ostoja
beforeAll(async () => {
  ostoja = await startOstoja()
})
afterAll(() => ostoja.close())

describe('an export of groups', () => {
  it('holds the clients of those groups alone, says so, and is not the fresh one that readiness asks for', async () => {
    const tenantId = await ostoja.newTenant()
    const officer = await ostoja.signedIn(tenantId, ['security_officer', 'staff'])
    const actor: Actor = { tenantId, accountId: officer.account.id, roles: ['security_officer', 'staff'] }
    const { exports, groups } = ostoja.features
    const group = { id: crypto.randomUUID(), name: 'Nocna zmiana' }
    await groups.create(actor, group)
    const ids = [crypto.randomUUID(), crypto.randomUUID()]
    for (const [at, id] of ids.entries())
      await ostoja.features.clients.create(actor, id, { ...clientProfile, familyName: `Osoba${at}` })
    await ostoja.platform.db.asTenant(actor, trx => groups.keep(trx, actor, ids[0]!, [group.id]))

    expect((await officer.get('/exports/new')).text).toContain('Nocna zmiana')
    const fields = { format: 'viewer', passphrase, repeated: passphrase }
    const gone = { ...fields, 'groupIds[]': crypto.randomUUID() }
    expect((await officer.post('/exports', gone, '/exports/new')).status).toBe(409)
    const asked = await officer.post('/exports', { ...fields, 'groupIds[]': group.id }, '/exports/new')
    const id = asked.headers.location!.split('/').at(-1)!
    await until('the export is ready', async () => (await exports.find(actor, id)).status === 'ready')
    expect(await exports.find(actor, id)).toMatchObject({ total_clients: 1, done_clients: 1, group_ids: [group.id] })

    const { file } = await exports.download(actor, id)
    await extractWithTools(file, `${file}.age`)
    const decrypter = new Decrypter()
    decrypter.addPassphrase(passphrase)
    const plain = await decrypter.decrypt(await readFile(`${file}.age`), 'text')
    expect(plain).toContain('Osoba0')
    expect(plain).not.toContain('Osoba1')
    expect(JSON.parse(plain.split('\n')[0]!)).toMatchObject({ groups: ['Nocna zmiana'] })
    expect((await officer.get('/readiness')).text).toContain('data-part="export" data-state="bad"')
  })
})
