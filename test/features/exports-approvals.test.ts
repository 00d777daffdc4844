import { readFile } from 'node:fs/promises'
import { Decrypter, generateX25519Identity, identityToRecipient } from 'age-encryption'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Actor } from '../../src/platform/actor.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'
import { until } from '../support/until.ts'
import { clientProfile, contactProfile } from '../support/world.ts'

const HOUR = 60 * 60_000
const hiddenPlace = 'ul. Ukryta 7'
const hiddenContactPlace = 'ul. Tajna 3'

let ostoja: Ostoja
beforeAll(async () => {
  ostoja = await startOstoja()
})
afterAll(() => ostoja.close())

const newOffice = async () => {
  const tenantId = await ostoja.newTenant()
  const asker = await ostoja.signedIn(tenantId, ['security_officer'])
  const colleague = await ostoja.signedIn(tenantId, ['security_officer'])
  const actor: Actor = { tenantId, accountId: asker.account.id, roles: ['security_officer'] }
  const identity = await generateX25519Identity()
  const { officerKeys, clients, emergencyContacts, exports } = ostoja.features
  await officerKeys.register(actor, { name: 'Laptop', publicKey: await identityToRecipient(identity) })
  const keyIds = (await officerKeys.list(actor)).map(({ id }) => id)
  const clientId = crypto.randomUUID()
  const address = { use: 'home' as const, postalCode: null, city: null, region: null, country: null }
  await clients.create(actor, clientId, {
    ...clientProfile,
    addresses: [
      { ...address, line: 'ul. Jawna 1' },
      { ...address, line: hiddenPlace, hidden: true },
    ],
  })
  await emergencyContacts.add(actor, clientId, crypto.randomUUID(), {
    ...contactProfile,
    address: hiddenContactPlace,
    addressHidden: true,
  })
  const make = async (format: 'fhir' | 'csv' | 'vcard', withHidden: boolean) => {
    const fields = {
      format,
      passphrase: '',
      repeated: '',
      'keyIds[]': keyIds[0]!,
      ...(withHidden ? { withHidden: 'on' } : {}),
    }
    return asker.post('/exports', fields, '/exports/new')
  }
  const open = async (path: string) => {
    const id = path.split('/').at(-1)!
    await until('the export is ready', async () => (await exports.find(actor, id)).status === 'ready')
    const decrypter = new Decrypter()
    decrypter.addIdentity(identity)
    return decrypter.decrypt(await readFile((await exports.download(actor, id)).file), 'text')
  }
  const ask = () => asker.post('/exports/approvals', {}, '/exports/approvals')
  const approvalId = async () => (await exports.approvals.list(actor))[0]!.id
  const kinds = async (accountId: number) =>
    (await ostoja.features.notices.list({ ...actor, accountId })).map(({ kind }) => kind)
  return { tenantId, actor, asker, colleague, make, open, ask, approvalId, kinds }
}

describe('hidden addresses in an export', () => {
  it('are in none without the consent of a second officer, and in one with it', async () => {
    const { actor, asker, colleague, make, open, ask, approvalId, kinds } = await newOffice()
    const without = await open((await make('fhir', false)).headers.location!)
    expect(without).toContain('Jawna')
    for (const hidden of [hiddenPlace, hiddenContactPlace]) expect(without).not.toContain(hidden)
    expect((await make('fhir', true)).status).toBe(409)

    await ask()
    await ask()
    expect(await ostoja.features.exports.approvals.list(actor)).toHaveLength(1)
    expect((await make('fhir', true)).status).toBe(409)
    expect(await kinds(colleague.account.id)).toContain('consent-asked')
    const path = `/exports/approvals/${await approvalId()}/approve`
    expect((await asker.post(path, {}, '/exports/approvals')).status).toBe(409)
    expect((await colleague.post(path, {}, '/exports/approvals')).status).toBe(303)
    expect((await colleague.post(path, {}, '/exports/approvals')).status).toBe(409)
    expect(await kinds(asker.account.id)).toContain('consent-approved')

    expect((await asker.get('/exports/new')).text).toContain('name="withHidden"')
    const location = (await make('csv', true)).headers.location!
    const csv = await open(location)
    for (const hidden of [hiddenPlace, hiddenContactPlace]) expect(csv).toContain(`do not give out: ${hidden}`)
    expect((await asker.get(location)).text).toContain('Hidden addresses')
    // Used up.
    expect((await make('csv', true)).status).toBe(409)
    expect((await asker.get('/exports/new')).text).not.toContain('name="withHidden"')
    const events = await ostoja.platform.db.asTenant(actor, async trx => {
      const rows: { action: string }[] = await trx('audit_events')
        .where('action', 'like', 'export-approval.%')
        .orderBy('id')
      return rows.map(({ action }) => action)
    })
    expect(events).toEqual(['export-approval.asked', 'export-approval.approved'])
  })

  it('are marked in FHIR and never in an address book', async () => {
    const { colleague, make, open, ask, approvalId } = await newOffice()
    for (const format of ['fhir', 'vcard'] as const) {
      await ask()
      await colleague.post(`/exports/approvals/${await approvalId()}/approve`, {}, '/exports/approvals')
      const plain = await open((await make(format, true)).headers.location!)
      expect([format, plain.includes(hiddenPlace)]).toEqual([format, format === 'fhir'])
      if (format === 'fhir') expect(plain).toContain(`"valueBoolean":true}],"text":"${hiddenPlace}"`)
    }
  })

  it('wait for no wish that was refused, is a day old, or has nobody to agree', async () => {
    const { asker, colleague, make, ask, approvalId, kinds } = await newOffice()
    await ask()
    expect(
      (await colleague.post(`/exports/approvals/${await approvalId()}/refuse`, {}, '/exports/approvals')).status,
    ).toBe(303)
    expect(await kinds(asker.account.id)).toContain('consent-refused')
    expect((await make('fhir', true)).status).toBe(409)

    await ask()
    const late = await approvalId()
    ostoja.skip(25 * HOUR)
    await colleague.signIn(colleague.account)
    expect((await colleague.post(`/exports/approvals/${late}/approve`, {}, '/exports/approvals')).status).toBe(409)

    const alone = await ostoja.signedIn(await ostoja.newTenant(), ['security_officer'])
    expect((await alone.post('/exports/approvals', {}, '/exports/approvals')).status).toBe(409)
    const stranger = await ostoja.signedIn(await ostoja.newTenant(), ['security_officer'])
    expect((await stranger.post(`/exports/approvals/${late}/approve`, {}, '/exports/approvals')).status).toBe(404)
  })
})
