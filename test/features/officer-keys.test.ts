import { generateHybridIdentity, generateX25519Identity, identityToRecipient } from 'age-encryption'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Actor } from '../../src/platform/actor.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'

let ostoja: Ostoja
beforeAll(async () => {
  ostoja = await startOstoja()
})
afterAll(() => ostoja.close())

const newPublicKey = async () => identityToRecipient(await generateX25519Identity())
const register = async (visitor: Awaited<ReturnType<Ostoja['signedIn']>>, name: string, publicKey: string) =>
  visitor.post('/exports/keys', { name, publicKey }, '/exports/keys')
const inUse = (tenantId: string) =>
  ostoja.platform.db.asTenant({ tenantId }, trx => ostoja.features.officerKeys.inUse(trx))
const kindsOf = async ({ id: accountId, tenantId }: { id: number; tenantId: string }) => {
  const actor: Actor = { tenantId, accountId, roles: ['security_officer'] }
  return (await ostoja.features.notices.list(actor)).map(({ kind, about }) => [kind, about])
}

describe('a security officer’s public key', () => {
  it('is registered, listed, told to every officer, and retired by a colleague; each is in the audit log', async () => {
    const tenantId = await ostoja.newTenant()
    const officer = await ostoja.signedIn(tenantId, ['security_officer'])
    const colleague = await ostoja.signedIn(tenantId, ['security_officer'])
    const publicKey = await newPublicKey()
    expect((await register(officer, 'Laptop w biurze', ` ${publicKey}\n`)).headers.location).toBe('/exports/keys')
    const page = await colleague.get('/exports/keys')
    expect(page.text).toContain(publicKey)
    expect(page.text).toContain('Laptop w biurze')
    const [key] = await inUse(tenantId)
    expect(key?.publicKey).toBe(publicKey)
    expect(await kindsOf(officer.account)).toContainEqual(['officer-key-registered', null])
    expect(await kindsOf(colleague.account)).toContainEqual(['officer-key-registered', 'Anna Testowa'])

    const again = await register(colleague, 'The same', publicKey)
    expect(again.status).toBe(422)
    expect(again.text).toContain('already registered')

    const retired = await colleague.post(`/exports/keys/${key!.id}/retire`, {}, '/exports/keys')
    expect(retired.status).toBe(303)
    expect(await inUse(tenantId)).toEqual([])
    expect(await kindsOf(officer.account)).toContainEqual(['officer-key-retired', null])
    const events = await ostoja.platform.db.asTenant({ tenantId }, trx =>
      trx('audit_events').where('action', 'like', 'officer-key.%').orderBy('id').select('action', 'account_id'),
    )
    expect(events).toEqual([
      { action: 'officer-key.registered', account_id: officer.account.id },
      { action: 'officer-key.retired', account_id: colleague.account.id },
    ])
    // Retired, it may be registered anew.
    expect((await register(officer, 'Laptop', publicKey)).status).toBe(303)
  })

  it('is refused with its own message where it is no public key, and a secret one is never sent back', async () => {
    const officer = await ostoja.signedIn(await ostoja.newTenant(), ['security_officer'])
    const identity = await generateX25519Identity()
    const publicKey = await identityToRecipient(identity)
    const mistyped = publicKey.slice(0, -1) + (publicKey.endsWith('q') ? 'p' : 'q')
    const nobody = 'age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq6c8c2y'
    const hybrid = await identityToRecipient(await generateHybridIdentity())
    for (const [typed, message] of [
      [identity, 'This is the private key'],
      [`# created\n${identity.toLowerCase()}`, 'This is the private key'],
      [mistyped, 'a character is missing or wrong'],
      [publicKey.slice(0, 40), 'a character is missing or wrong'],
      [nobody, 'a character is missing or wrong'],
      [hybrid.slice(0, 900), 'A key of this kind'],
      ['', 'problem'],
    ] as const) {
      const answer = await register(officer, 'Laptop', typed)
      expect([typed, answer.status]).toEqual([typed, 422])
      expect(answer.text).toContain('id="publicKey-problem"')
      expect(answer.text).toContain(message)
      expect(answer.text.toUpperCase()).not.toContain(identity)
      expect(answer.text).toContain('value="Laptop"')
    }
    expect((await register(officer, '  ', publicKey)).text).toContain('id="name-problem"')
    expect(await inUse(officer.account.tenantId)).toEqual([])
  })

  it('is used only while its owner is a security officer', async () => {
    const tenantId = await ostoja.newTenant()
    const officer = await ostoja.signedIn(tenantId, ['security_officer'])
    await register(officer, 'Laptop', await newPublicKey())
    expect(await inUse(tenantId)).toHaveLength(1)
    const { accounts } = ostoja.features
    const administrator: Actor = {
      tenantId,
      accountId: (await ostoja.newAccount(tenantId, ['administrator'])).id,
      roles: ['administrator'],
    }
    const { givenName, familyName, email, language, revision } = await accounts.find(administrator, officer.account.id)
    const form = { givenName, familyName, email, language, roles: ['staff' as const] }
    await accounts.amend(administrator, officer.account.id, form, revision)
    expect(await inUse(tenantId)).toEqual([])
  })

  it('of another organisation is not there', async () => {
    const tenantId = await ostoja.newTenant()
    const officer = await ostoja.signedIn(tenantId, ['security_officer'])
    await register(officer, 'Laptop', await newPublicKey())
    const [key] = await inUse(tenantId)
    const stranger = await ostoja.signedIn(await ostoja.newTenant(), ['security_officer'])
    expect((await stranger.post(`/exports/keys/${key!.id}/retire`, {}, '/exports/keys')).status).toBe(404)
    expect(await inUse(tenantId)).toHaveLength(1)
  })
})
