import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  backupSign,
  dataKeySign,
  fileKeysSign,
  operatorsSign,
} from '../../src/features/readiness/installation-signs.ts'
import { accountsSign, copiesSign, exportSign, officerKeysSign, proofSign } from '../../src/features/readiness/signs.ts'
import { installationId, type Actor } from '../../src/platform/actor.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'
import { until } from '../support/until.ts'

const DAY = 24 * 60 * 60_000
const now = new Date('2026-11-23T12:00:00Z')
const ago = (days: number) => new Date(now.getTime() - days * DAY)

describe('the signs of readiness', () => {
  it('are good, due, then bad as time passes, at the days that were chosen', () => {
    const states = (judge: (days: number) => { state: string }, days: readonly number[]) =>
      days.map(each => judge(each).state)
    expect(states(days => exportSign(ago(days), 7, now), [0, 6, 7, 13, 14])).toEqual([
      'good',
      'good',
      'due',
      'due',
      'bad',
    ])
    expect(states(days => proofSign(ago(days), now), [30, 31, 91, 92])).toEqual(['good', 'due', 'due', 'bad'])
    expect(states(days => officerKeysSign(1, ago(days), now), [729, 730, 1460])).toEqual(['good', 'due', 'bad'])
    expect(states(days => dataKeySign(ago(days), 90, now, false), [96, 97, 194])).toEqual(['good', 'due', 'bad'])
    expect(states(days => dataKeySign(ago(days), 0, now, true), [371, 372])).toEqual(['good', 'due'])
    expect(
      [exportSign(null, 7, now), proofSign(null, now), backupSign({ right: true, provenAt: null }, now, false)].map(
        ({ state }) => state,
      ),
    ).toEqual(['bad', 'bad', 'bad'])
    expect(states(days => fileKeysSign(ago(days), now), [364, 365, 730])).toEqual(['good', 'due', 'bad'])
    expect(fileKeysSign(null, now).state).toBe('due')
    expect(backupSign({ right: true, provenAt: ago(1) }, now, false).state).toBe('good')
    expect(backupSign({ right: false, provenAt: ago(1) }, now, false)).toMatchObject({ state: 'bad', variant: 'wrong' })
    expect(officerKeysSign(0, null, now).state).toBe('due')
    expect(
      [accountsSign(0, true), accountsSign(2, true), accountsSign(2, false)].map(({ variant }) => variant),
    ).toEqual(['none', 'some', 'askAdministrator'])
  })

  it('lead operators to what they can mend, and tell everybody else whom to ask', () => {
    for (const backup of [
      { right: true, provenAt: null },
      { right: false, provenAt: ago(1) },
    ]) {
      const [own, others] = [backupSign(backup, now, true), backupSign(backup, now, false)]
      expect([own.href, others.href, own.variant === others.variant]).toEqual(['/backups', null, false])
    }
    expect(dataKeySign(ago(200), 90, now, true)).toMatchObject({ href: '/keys', variant: 'oldest' })
    expect(dataKeySign(ago(200), 90, now, false)).toMatchObject({ href: null, variant: 'late', state: 'bad' })
    expect([operatorsSign(0).state, operatorsSign(1).state]).toEqual(['good', 'due'])
  })

  it('tell copies in the backup store by the age of what lies there, and never call one good that could not be made', () => {
    const [planned, unplanned] = [
      { everyDays: 1, freshDays: 7 },
      { everyDays: 0, freshDays: 7 },
    ]
    const stored = (days: number) => ({ storedOf: ago(days), failing: null })
    const look = (...args: Parameters<typeof copiesSign>) => {
      const { state, variant, href } = copiesSign(...args)
      return [state, variant, href]
    }
    expect(look(stored(6), planned, now)).toEqual(['good', 'last', '/exports'])
    expect(look(stored(7), planned, now)).toEqual(['due', 'last', '/exports'])
    expect(look(stored(14), planned, now)).toEqual(['bad', 'last', '/exports'])
    expect(look({ storedOf: null, failing: null }, planned, now)).toEqual(['due', 'waiting', '/exports'])
    expect(look({ storedOf: null, failing: null }, unplanned, now)).toEqual(['due', 'none', '/exports/plan'])
    expect(look(stored(20), unplanned, now)).toEqual(['bad', 'unplanned', '/exports/plan'])
    expect(look({ storedOf: ago(1), failing: 'x' }, planned, now)).toEqual(['due', 'failed', '/exports/x'])
    expect(look({ storedOf: ago(14), failing: 'x' }, planned, now)).toEqual(['bad', 'failed', '/exports/x'])
    expect(look({ storedOf: null, failing: 'x' }, planned, now)).toEqual(['bad', 'failedNever', '/exports/x'])
  })
})

describe('the readiness page', () => {
  let ostoja: Ostoja
  beforeAll(async () => {
    ostoja = await startOstoja()
  })
  afterAll(() => ostoja.close())

  const partsIn = (html: string) =>
    Object.fromEntries(
      [...html.matchAll(/data-part="(\w+)" data-state="(\w+)"/g)].map(([, name = '', state = '']) => [name, state]),
    )

  it('follows what a security officer does: an export made, proved, and grown old', async () => {
    const tenantId = await ostoja.newTenant()
    const officer = await ostoja.signedIn(tenantId, ['security_officer'])
    const actor: Actor = { tenantId, accountId: officer.account.id, roles: ['security_officer'] }
    const { exports } = ostoja.features
    const look = async () => partsIn((await officer.get('/readiness')).text)
    expect(await look()).toMatchObject({
      export: 'bad',
      proof: 'bad',
      officerKeys: 'due',
      copies: 'due',
      backup: 'bad',
      dataKey: 'good',
      accounts: 'good',
    })

    const wish = { passphrase: 'krokus lampa wiadro sowa', keyIds: [], format: 'viewer', language: 'pl' } as const
    const { id } = (await exports.request(actor, wish))!
    await until('the export is ready', async () => (await exports.find(actor, id)).status === 'ready')
    expect(await look()).toMatchObject({ export: 'good', proof: 'bad' })
    await ostoja.platform.db.asTenant(actor, async trx => {
      await trx('exports').where({ id }).update({ proved_at: ostoja.platform.clock() })
    })
    expect(await look()).toMatchObject({ proof: 'good' })

    await ostoja.platform.db.asTenant(actor, async trx => {
      await trx('exports')
        .where({ id })
        .update({ finished_at: new Date(Date.now() - 9 * DAY), proved_at: new Date(Date.now() - 40 * DAY) })
    })
    expect(await look()).toMatchObject({ export: 'due', proof: 'due' })
    const unused = await ostoja.newAccount(tenantId, ['staff'])
    await ostoja.platform.db.asTenant(actor, async trx => {
      await trx('accounts')
        .where({ id: unused.id })
        .update({ last_sign_in_at: new Date(Date.now() - 100 * DAY) })
    })
    const page = await officer.get('/readiness')
    expect(partsIn(page.text)).toMatchObject({ accounts: 'due' })
    expect(page.text).toContain('Ask an administrator')
  })

  it('shows an operator the installation, and nothing of an organisation', async () => {
    const operator = await ostoja.signedIn(installationId, ['operator'])
    const page = (await operator.get('/readiness')).text
    expect(partsIn(page)).toEqual({ backup: 'bad', dataKey: 'good', fileKeys: 'due', operators: 'good' })
    await ostoja.platform.keyChecks.remember()
    expect(partsIn((await operator.get('/readiness')).text).fileKeys).toBe('good')
    for (const [href, words] of [
      ['/backups', 'View backups'],
      ['/keys', 'View keys'],
    ]) {
      expect(page).toMatch(new RegExp(`<a class="btn[^>]*href="${href!}">${words!}`))
      expect((await operator.get(href!)).status).toBe(200)
    }
    const sleeping = await ostoja.newAccount(installationId, ['operator'])
    await ostoja.platform.db.asTenant({ tenantId: installationId }, async trx => {
      await trx('accounts')
        .where({ id: sleeping.id })
        .update({ last_sign_in_at: new Date(Date.now() - 100 * DAY) })
    })
    const later = (await operator.get('/readiness')).text
    expect(partsIn(later).operators).toBe('due')
    expect(later).toContain('bin/ostoja account deactivate')
    expect((await operator.get('/')).text).toContain('Nobody has signed in to an operator')
    const staff = await ostoja.signedIn(await ostoja.newTenant(), ['staff', 'administrator'])
    expect((await staff.get('/readiness')).status).toBe(403)
  })
})
