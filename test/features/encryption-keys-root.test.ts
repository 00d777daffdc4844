import { stat } from 'node:fs/promises'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Actor } from '../../src/platform/actor.ts'
import { anotherWeb } from '../support/another-web.ts'
import { newClient, newStaff } from '../support/clients.ts'
import { whileGoingOn } from '../support/going-on.ts'
import { quick, turnUnderKills } from '../support/key-turner.ts'
import { keyIdsIn } from '../support/keys-at-work.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'

let ostoja: Ostoja
let other: Awaited<ReturnType<typeof anotherWeb>>
let admin: pg.Client
let actor: Actor

beforeAll(async () => {
  ostoja = await startOstoja({ pace: quick })
  other = await anotherWeb(ostoja)
  admin = new pg.Client(ostoja.database.adminUrl)
  await admin.connect()
  actor = await newStaff(ostoja)
})
afterAll(async () => {
  await admin.end()
  await other.close()
  await ostoja.close()
})

const partOf = (html: string, name: string) => new RegExp(`name="${name}"\\s+value="([^"]+)"`).exec(html)?.[1] ?? ''

describe('the root key', () => {
  it('turns through cuts at any point under reading, writing, signed-in pages and new organisations; every key ends under the newest', async () => {
    const file = ostoja.config.rootKeysFile
    const [before] = await keyIdsIn(file)
    const id = await newClient(ostoja, actor, { familyName: 'Korzeń' })
    const visitor = await ostoja.signedIn(actor.tenantId, ['staff'])
    const tenants: string[] = [actor.tenantId]
    let cuts = { made: 0, inTheMiddle: 0 }
    const faults = await whileGoingOn(
      async again => {
        cuts = await turnUnderKills(ostoja, 'root', {
          after: async () => {
            tenants.push(await other.features.tenants.create('Made meanwhile', 'en'))
            await again()
          },
        })
      },
      async () => {
        for (const { clients } of [ostoja.features, other.features]) {
          const { profile, last } = await clients.view(actor, id)
          await clients.amend(actor, id, last.version, { ...profile, notes: String(last.version) })
        }
        const page = await visitor.get('/clients')
        if (page.status !== 200) throw new Error(`a signed-in page was answered by ${page.status}`)
      },
    )
    expect(faults).toEqual([])
    expect(cuts.inTheMiddle).toBeGreaterThan(cuts.made / 5)

    const [current] = await keyIdsIn(file)
    expect(current).not.toBe(before)
    const { rows } = await admin.query<{ root_key_id: string }>('select distinct root_key_id from tenant_keys')
    expect(rows).toEqual([{ root_key_id: current }])
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    for (const tenantId of tenants) await newStaff(ostoja, tenantId)
    const status = await ostoja.features.encryptionKeys.status()
    for (const { id: rootId, uses } of status.roots) expect(uses > 0).toBe(rootId === current)
  })

  it('stays in its file until nothing is under it, and goes on the operator’s word', async () => {
    const file = ostoja.config.rootKeysFile
    const before = await keyIdsIn(file)
    const { roots } = await ostoja.features.encryptionKeys.dropUnused({ atOnce: true })
    expect(roots).toEqual(before.slice(1))
    expect(await keyIdsIn(file)).toEqual([before[0]])
    expect(await ostoja.features.encryptionKeys.dropUnused({ atOnce: true })).toMatchObject({ roots: [] })
    await newClient(ostoja, actor)
  })

  it('stays, on the operator’s word too, while cookies and open pages may be signed with it', async () => {
    const file = ostoja.config.rootKeysFile
    const visitor = await ostoja.signedIn(actor.tenantId, ['staff'])
    const ticket = partOf((await visitor.get('/clients/new')).text, '_page')
    const before = await keyIdsIn(file)
    await ostoja.features.encryptionKeys.rotateRoot(() => undefined)
    const { roots, waitMs } = await ostoja.features.encryptionKeys.dropUnused()
    expect(roots).toEqual([])
    expect(waitMs).toBeGreaterThan(29 * 24 * 60 * 60_000)
    expect((await keyIdsIn(file)).slice(1)).toEqual(before)
    expect((await visitor.get('/clients')).status).toBe(200)
    const typed = { _page: ticket, _action: '/clients', familyName: 'Zofia' }
    await ostoja.visitor().postBare('/drafts', typed)
    expect((await visitor.get('/clients/new')).text).toContain('data-draft-offer')
    // A month later, as the audit log tells it, nothing of the kind is good any more.
    await admin.query(`update audit_events set at = at - interval '31 days' where action = 'key.made'`)
    expect((await ostoja.features.encryptionKeys.dropUnused()).roots).toEqual(before)
  })

  it('turns once where two commands turn it at the same moment, and neither loses the other’s key', async () => {
    const file = ostoja.config.rootKeysFile
    const before = await keyIdsIn(file)
    await Promise.all([ostoja, other].map(({ features }) => features.encryptionKeys.rotateRoot(() => undefined)))
    const after = await keyIdsIn(file)
    expect(after.slice(1)).toEqual(before)
    const { rows } = await admin.query<{ root_key_id: string }>('select distinct root_key_id from tenant_keys')
    expect(rows).toEqual([{ root_key_id: after[0] }])
    await newClient(ostoja, actor)
  })
})
