import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createAccountPowers, createAccounts, type AccountNeeds } from '../../src/features/accounts/index.ts'
import { createSettings } from '../../src/features/settings/index.ts'
import { systemActor } from '../../src/platform/actor.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { NotFound } from '../../src/platform/errors.ts'
import { untilSomebodyWaits } from '../support/locks.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'
import { until } from '../support/until.ts'

let ostoja: Ostoja
let tenant: string

beforeAll(async () => {
  ostoja = await startOstoja()
  tenant = await ostoja.newTenant()
})
afterAll(() => ostoja.close())

const person = { givenName: 'Ewa', familyName: 'Lis', email: null, language: 'en' as const }
const rowOf = (id: number) =>
  ostoja.features.db.asTenant({ tenantId: tenant }, trx => trx('accounts').where({ id }).first('*')) as Promise<
    Record<string, unknown>
  >

const needs = (replaced: Partial<AccountNeeds>): AccountNeeds => ({
  ...ostoja.platform,
  ownerOf: () => Promise.resolve(null),
  notify: () => Promise.resolve(),
  tellFormerAddress: () => Promise.resolve(),
  sendFirstLink: null,
  revokeLinks: () => Promise.resolve(),
  rolesGiven: () => Promise.resolve(),
  endSession: () => Promise.resolve(true),
  ...replaced,
})

describe('while passwords wait to be hashed', () => {
  it('no connection to the database waits with them', async () => {
    const { db } = ostoja.features
    const { passwords } = ostoja.platform
    const ids = []
    for (let made = 0; made < 6; made++) ids.push((await ostoja.newAccount(tenant, ['staff'])).id)
    let open: () => void = () => undefined
    const gate = new Promise<void>(resolve => (open = resolve))
    let [waiting, done] = [0, 0]
    const hash = async (password: string) => {
      waiting++
      await gate
      return passwords.hash(password)
    }
    const gated = needs({ passwords: { ...passwords, hash } })
    const [accounts, powers] = [createAccounts(gated), createAccountPowers(gated)]
    const administrator = { ...systemActor(tenant), accountId: 0 }
    const actions = [
      ...Array.from({ length: 6 }, () => accounts.create(systemActor(tenant), { ...person, roles: ['staff'] })),
      ...ids.map(id => powers.resetPassword(administrator, id, randomUUID())),
    ].map(action => action.then(() => done++))
    // With a connection each they could not all come so far, nor could anybody else.
    await until('all wait for their hash', () => waiting === actions.length)
    await db.asTenant({ tenantId: tenant }, trx => trx('accounts').first('id'))
    expect(done).toBe(0)
    open()
    await Promise.all(actions)
    expect(done).toBe(12)
  })
})

describe('where the sessions cannot be reached', () => {
  const unreachable = () => needs({ endSession: () => Promise.reject(new Error('Redis is gone')) })

  it('a role is not taken away, nor anybody shut out or given a password: all of it can be tried again', async () => {
    const { id, login, password } = await ostoja.newAccount(tenant, ['staff', 'security_officer'])
    const before = await rowOf(id)
    const actor = systemActor(tenant)
    const [accounts, powers] = [createAccounts(unreachable()), createAccountPowers(unreachable())]
    const form = { ...person, roles: ['staff' as const] }
    await expect(accounts.amend(actor, id, form, before.revision as number)).rejects.toThrow('Redis')
    await expect(powers.deactivate(actor, id)).rejects.toThrow('Redis')
    await expect(powers.resetPassword({ ...actor, accountId: 0 }, id, randomUUID())).rejects.toThrow('Redis')
    expect(await rowOf(id)).toEqual(before)
    await ostoja.visitor().signIn({ login, password })
  })

  it('saving the settings once more makes them hold', async () => {
    const applied: number[] = []
    let reachable = false
    const settings = createSettings({
      db: ostoja.features.db,
      clock: systemClock,
      timeZone: 'UTC',
      apply: (_tenant, _accounts, { autoLogoutMinutes }) => {
        if (!reachable) return Promise.reject(new Error('Redis is gone'))
        applied.push(autoLogoutMinutes)
        return Promise.resolve()
      },
    })
    const wished = {
      autoLogoutMinutes: 7,
      secondSignIn: 'block',
      rememberMe: false,
      passwordMinimum: 8,
      passphrases: false,
    } as const
    await expect(settings.change(systemActor(tenant), wished)).rejects.toThrow('Redis')
    reachable = true
    expect(await settings.change(systemActor(tenant), wished)).toBe(false)
    expect(applied).toEqual([7])
  })
})

describe('a password that was changed while its owner’s new one was hashed', () => {
  it('stays, and the owner is told', async () => {
    const visitor = await ostoja.signedIn(tenant, ['staff'])
    const { id, password } = visitor.account
    const page = await visitor.get('/account/password')
    const fields = {
      currentPassword: password,
      password: 'Zielony czajnik gwiżdże 7!',
      _csrf: visitor.tokenOf(page.text),
    }
    let sent: Promise<number> | undefined
    await ostoja.features.db.asTenant({ tenantId: tenant }, async trx => {
      await trx('accounts').where({ id }).update({ password_changed_at: new Date() })
      // It reads the account as it was, since this is not committed yet, and waits when it sets the new password.
      sent = visitor.agent
        .post('/account/password')
        .type('form')
        .send(fields)
        .then(answer => answer.status)
      await untilSomebodyWaits(ostoja)
    })
    expect(await sent).toBe(409)
  })
})

describe('the operator’s reset', () => {
  it('gives an organisation’s administrator a new password, tells the owner, and is written down as the operator’s', async () => {
    const administrator = await ostoja.signedIn(tenant, ['administrator'])
    const { id, login } = administrator.account
    const handed = await ostoja.features.accountPowers.resetByOperator(login.toUpperCase())
    expect(handed.login).toBe(login)
    expect((await administrator.get('/')).headers.location).toBe('/sign-in')

    const visitor = ostoja.visitor()
    await visitor.signIn(handed)
    expect((await visitor.get('/')).headers.location).toBe('/account/password')
    await visitor.post(
      '/account/password',
      { currentPassword: handed.password, password: 'Zielony czajnik gwiżdże 7!' },
      '/account/password',
    )
    expect((await visitor.get('/notices')).text).toContain('The operator gave you a new password')
    const events = await ostoja.features.db.asTenant({ tenantId: tenant }, trx =>
      trx('audit_events').where({ action: 'account.password-reset', subject_id: String(id) }),
    )
    expect(events).toMatchObject([{ account_id: null, detail: { by: 'operator' } }])
    await expect(ostoja.features.accountPowers.resetByOperator('NobodyHere999')).rejects.toThrow(NotFound)
  })
})
