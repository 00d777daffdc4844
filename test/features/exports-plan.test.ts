import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { generateX25519Identity, identityToRecipient, Decrypter } from 'age-encryption'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Actor } from '../../src/platform/actor.ts'
import { extractWithTools } from '../support/age-cli.ts'
import { clientProfile } from '../support/world.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'
import { until } from '../support/until.ts'

const DAY = 24 * 60 * 60_000

let ostoja: Ostoja
beforeAll(async () => {
  ostoja = await startOstoja()
})
afterAll(() => ostoja.close())

const newOfficer = async () => {
  const tenantId = await ostoja.newTenant()
  const visitor = await ostoja.signedIn(tenantId, ['security_officer'])
  const actor: Actor = { tenantId, accountId: visitor.account.id, roles: ['security_officer'] }
  const identity = await generateX25519Identity()
  const register = async () =>
    ostoja.features.officerKeys.register(actor, { name: 'Laptop', publicKey: await identityToRecipient(identity) })
  const startPage = async () => {
    // Days have gone by: the session is over.
    await visitor.signIn(visitor.account)
    return (await visitor.get('/')).text
  }
  const kinds = async () => (await ostoja.features.notices.list(actor)).map(({ kind }) => kind)
  return { visitor, actor, identity, register, kinds, startPage }
}
const plan = (everyDays: string, keep: string, freshDays: string) => ({ everyDays, keep, freshDays })
/** One round of the worker, until what it asked for is made. */
const round = async (actor: Actor) => {
  const { exports } = ostoja.features
  await exports.plans.run(actor.tenantId)
  await ostoja.features.reminders.run(actor.tenantId)
  return until('no export is waiting', async () => {
    const all = await exports.list(actor)
    const done = all.every(({ status }) => status !== 'waiting' && status !== 'running')
    return done ? all : null
  })
}

describe('exports by schedule', () => {
  it('make themselves for keys only, are told of, and stay until newer ones take their place', async () => {
    const { visitor, actor, identity, register, kinds } = await newOfficer()
    const needsKey = await visitor.post('/exports/plan', plan('7', '2', '7'), '/exports/plan')
    expect(needsKey.status).toBe(422)
    expect(needsKey.text).toContain('Register a public key first')
    await register()
    await ostoja.features.clients.create(actor, '11111111-1111-4111-8111-111111111111', clientProfile)
    expect((await visitor.post('/exports/plan', plan('7', '2', '7'), '/exports/plan')).status).toBe(303)

    const [first] = await round(actor)
    expect(first).toMatchObject({
      status: 'ready',
      scheduled: true,
      for_passphrase: false,
      expires_at: null,
      created_by: null,
    })
    expect(await kinds()).toContain('export-waiting')
    expect((await visitor.get('/exports')).text).toContain('By schedule')
    expect(await round(actor)).toHaveLength(1)

    const { file } = await ostoja.features.exports.download(actor, first!.id)
    await extractWithTools(file, `${file}.age`, 'for-keys')
    const decrypter = new Decrypter()
    decrypter.addIdentity(identity)
    expect(await decrypter.decrypt(await readFile(`${file}.age`), 'text')).toContain('Święcicka-Żak')

    // Past a day, and past the sweep that removes files of a day.
    ostoja.skip(6 * DAY)
    await ostoja.features.exports.sweep()
    expect(await round(actor)).toHaveLength(1)
    expect(existsSync(file)).toBe(true)
    for (const total of [2, 3]) {
      ostoja.skip(7 * DAY)
      expect(await round(actor)).toHaveLength(total)
    }
    await round(actor)
    expect((await ostoja.features.exports.list(actor)).map(({ status }) => status)).toEqual([
      'ready',
      'ready',
      'expired',
    ])
    expect(existsSync(file)).toBe(false)
    const kept = await readdir(join(ostoja.config.exportsDir, actor.tenantId))
    expect(kept.filter(name => name.endsWith('.kept'))).toHaveLength(2)
  })

  it('say when there is no key left, and when the last export is too old', async () => {
    const { visitor, actor, register, kinds, startPage } = await newOfficer()
    await register()
    await visitor.post('/exports/plan', plan('1', '2', '3'), '/exports/plan')
    expect(await round(actor)).toHaveLength(1)
    const [key] = await ostoja.features.officerKeys.list(actor)
    await ostoja.features.officerKeys.retire(actor, key!.id)
    ostoja.skip(2 * DAY)
    expect(await round(actor)).toHaveLength(1)
    expect(await kinds()).toContain('export-stuck')
    expect(await kinds()).not.toContain('export-stale')
    expect(await startPage()).not.toContain('The last emergency export is')
    ostoja.skip(2 * DAY)
    await round(actor)
    await round(actor)
    expect((await kinds()).filter(kind => kind === 'export-stale')).toHaveLength(1)
    expect(await startPage()).toContain('The last emergency export is 4 days old')
  })

  it('refuse numbers that make no sense, and keep what was typed', async () => {
    const { visitor } = await newOfficer()
    const answer = await visitor.post('/exports/plan', plan('400', '0', 'often'), '/exports/plan')
    expect(answer.status).toBe(422)
    for (const field of ['everyDays', 'keep', 'freshDays']) expect(answer.text).toContain(`id="${field}-problem"`)
    expect(answer.text).toContain('value="often"')
    const staff = await ostoja.signedIn(await ostoja.newTenant(), ['staff', 'administrator'])
    expect((await staff.get('/exports/plan')).status).toBe(403)
  })
})
