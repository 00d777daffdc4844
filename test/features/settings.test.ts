import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'

let ostoja: Ostoja

beforeAll(async () => {
  ostoja = await startOstoja()
})
afterAll(() => ostoja.close())

const form = { autoLogoutMinutes: 10, secondSignIn: 'block', passwordMinimum: 8 }
const organisation = async () => {
  const tenant = await ostoja.newTenant()
  const administrator = await ostoja.signedIn(tenant, ['administrator'])
  return {
    tenant,
    administrator,
    save: (more: object) => administrator.post('/settings', { ...form, ...more }, '/settings'),
  }
}

describe('the settings', () => {
  it('are for administrators', async () => {
    const { tenant } = await organisation()
    const staff = await ostoja.signedIn(tenant, ['staff', 'security_officer'])
    expect((await staff.get('/settings')).status).toBe(403)
  })

  it('begin as the design says: 10 minutes, block, nothing remembered', async () => {
    const { tenant } = await organisation()
    expect(await ostoja.features.settings.of(tenant)).toEqual({
      autoLogoutMinutes: 10,
      auditYears: 6,
      breakGlassMinutes: 60,
      secondSignIn: 'block',
      rememberMe: false,
      passwordMinimum: 8,
      country: 'PL',
      passphrases: false,
      timeZone: 'Europe/Warsaw',
      confirmMonths: 6,
      sheetDays: 30,
    })
  })

  it('keep what is right, and leave one audit event that says what is different', async () => {
    const { tenant, save } = await organisation()
    expect((await save({ autoLogoutMinutes: 25, rememberMe: 'on' })).status).toBe(303)
    expect((await save({ autoLogoutMinutes: 25, rememberMe: 'on' })).status).toBe(303)
    expect(await ostoja.features.settings.of(tenant)).toMatchObject({ autoLogoutMinutes: 25, rememberMe: true })
    const events = await ostoja.features.db.asTenant({ tenantId: tenant }, trx =>
      trx('audit_events').where({ action: 'settings.changed' }).pluck('detail'),
    )
    expect(events).toEqual([{ autoLogoutMinutes: '10 -> 25', rememberMe: 'false -> true' }])
  })

  it('name the field that is wrong, and keep what was typed', async () => {
    const { tenant, save } = await organisation()
    for (const [wrong, words] of [
      [{ autoLogoutMinutes: 0 }, 'minutes from 1 to 480'],
      [{ autoLogoutMinutes: 481 }, 'minutes from 1 to 480'],
      [{ autoLogoutMinutes: '' }, 'minutes from 1 to 480'],
      [{ autoLogoutMinutes: '1.5' }, 'minutes from 1 to 480'],
      [{ passwordMinimum: 7 }, 'from 8 to 64'],
      [{ secondSignIn: 'both' }, 'Choose one'],
      [{ timeZone: 'Europe/Nowhere' }, 'Choose one'],
      [{ country: 'Poland' }, 'Choose one'],
      [{ confirmMonths: 25 }, 'months from 1 to 24'],
      [{ sheetDays: 0 }, 'days from 1 to 366'],
    ] as const) {
      const answer = await save(wrong)
      expect([answer.status, answer.text.includes(words)]).toEqual([422, true])
    }
    expect(await ostoja.features.settings.of(tenant)).toMatchObject({ autoLogoutMinutes: 10 })
  })

  it('hold at once for who is signed in: a shorter idle time ends, a longer one does not bring back', async () => {
    const { tenant, save, administrator } = await organisation()
    const [busy, gone, silent] = await Promise.all([1, 2, 3].map(() => ostoja.signedIn(tenant, ['staff'])))
    if (!busy || !gone || !silent) throw new Error('three were to sign in')
    ostoja.skip(5 * 60_000)
    await busy.get('/')
    await save({ autoLogoutMinutes: 4 })
    expect((await gone.get('/')).headers.location).toBe('/sign-in')
    expect((await busy.get('/')).status).toBe(200)
    await save({ autoLogoutMinutes: 480 })
    expect((await gone.get('/')).headers.location).toBe('/sign-in')
    // Nobody asked for this one while the limit was short: it ended all the same.
    expect((await silent.get('/')).headers.location).toBe('/sign-in')
    ostoja.skip(7 * 60 * 60_000)
    expect((await busy.get('/')).status).toBe(200)
    expect((await administrator.get('/')).status).toBe(200)
  })

  it('hold for a sign-in that had read the old ones and claims its session after they changed', async () => {
    const { tenant, save } = await organisation()
    const account = await ostoja.newAccount(tenant, ['staff'])
    const { sessions } = ostoja.features
    const { claim } = sessions
    sessions.claim = async (...parts) => {
      sessions.claim = claim
      await save({ autoLogoutMinutes: 2 })
      return claim(...parts)
    }
    const visitor = ostoja.visitor()
    await visitor.signIn(account)
    ostoja.skip(3 * 60_000)
    expect((await visitor.get('/')).headers.location).toBe('/sign-in')
  })

  it('let the sign-in page offer to remember, and say where it is not allowed', async () => {
    const { save } = await organisation()
    await save({ rememberMe: 'on' })
    expect((await ostoja.visitor().get('/sign-in')).text).toMatch(/name="rememberMe"/)
    const elsewhere = await organisation()
    const account = await ostoja.newAccount(elsewhere.tenant, ['staff'])
    const visitor = ostoja.visitor()
    const { login, password } = account
    await visitor.post('/sign-in', { login, password, rememberMe: 'on' }, '/sign-in')
    expect((await visitor.get('/')).text).toContain('does not let browsers keep you signed in')
  })
})
