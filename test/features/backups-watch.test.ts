import { rm, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nightDue } from '../../src/features/backups/nights.ts'
import { expired, goneBy, type Keep, type Kept } from '../../src/features/backups/retention.ts'
import { stateOf } from '../../src/features/backups/state.ts'
import { installationId } from '../../src/platform/actor.ts'
import { anotherWeb } from '../support/another-web.ts'
import { startMailServer, type MailServer } from '../support/mail-server.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'

const hour = 60 * 60_000
const day = 24 * hour

describe('the night that is due', () => {
  it('is the one whose time was passed last, on the clocks of the installation', () => {
    const warsaw = (at: string) => nightDue(new Date(at), '02:00', 'Europe/Warsaw')
    expect(warsaw('2026-11-23T00:59:00Z')).toBe('2026-11-22')
    expect(warsaw('2026-11-23T01:00:00Z')).toBe('2026-11-23')
    expect(warsaw('2026-11-23T22:59:00Z')).toBe('2026-11-23')
    expect(nightDue(new Date('2026-11-23T00:10:00Z'), '23:30', 'Europe/Warsaw')).toBe('2026-11-22')
  })

  it('comes once when clocks show its time twice, and is not left out when they skip it', () => {
    const warsaw = (at: string) => nightDue(new Date(at), '02:30', 'Europe/Warsaw')
    expect(['2026-10-25T00:35:00Z', '2026-10-25T01:05:00Z', '2026-10-25T01:35:00Z'].map(warsaw)).toEqual([
      '2026-10-25',
      '2026-10-24',
      '2026-10-25',
    ])
    expect(warsaw('2027-03-28T00:59:00Z')).toBe('2027-03-27')
    expect(warsaw('2027-03-28T01:00:00Z')).toBe('2027-03-28')
  })
})

describe('retention', () => {
  const nightly = (count: number, proof: Kept['proof'] = 'proven'): Kept[] =>
    Array.from({ length: count }, (_, age) => ({
      id: String(age).padStart(4, '0'),
      at: new Date(Date.UTC(2027, 10, 24, 2) - age * day),
      proof,
    }))
  const keep = { daily: 7, weekly: 5, monthly: 12 }
  const then = { now: new Date(Date.UTC(2027, 10, 26)), timeZone: 'UTC' }

  it('keeps one of each of 7 days, 5 weeks and 12 months', () => {
    const all = nightly(500)
    const gone = new Set(expired(all, keep, then))
    const stays = all.filter(({ id }) => !gone.has(id))
    expect(stays.slice(0, 7).map(({ id }) => Number(id))).toEqual([0, 1, 2, 3, 4, 5, 6])
    expect(new Set(stays.map(({ at }) => at.toISOString().slice(0, 7))).size).toBe(12)
    expect(stays.length).toBeLessThanOrEqual(7 + 5 + 12)
    expect(stays.length).toBeGreaterThan(18)
    expect(expired(stays, keep, then)).toEqual([])
  })

  it('never removes the last proven one, nor the newest', () => {
    const all = [
      ...nightly(400, 'failed').map(each => ({ ...each, id: `n${each.id}` })),
      ...nightly(1).map(each => ({ ...each, at: new Date(0) })),
    ]
    expect(expired(all, keep, then)).not.toContain('0000')
    expect(expired(all, { daily: 0, weekly: 0, monthly: 0 }, then)).toHaveLength(all.length - 2)
  })

  it.each<Keep>([
    keep,
    { daily: 3, weekly: 0, monthly: 0 },
    { daily: 2, weekly: 6, monthly: 1 },
    { daily: 0, weekly: 0, monthly: 3 },
  ])('has removed a backup by the day that those who erase somebody are told: %o', settings => {
    let stays: Kept[] = []
    for (let night = 0; night < 500; night++) {
      const now = new Date(Date.UTC(2027, 0, 1, 2) + night * day)
      stays.push({ id: String(night), at: now, proof: 'proven' })
      const gone = new Set(expired(stays, settings, { now, timeZone: 'UTC' }))
      stays = stays.filter(({ id }) => !gone.has(id))
      expect(stays.filter(({ at }) => goneBy(at, settings) < now)).toEqual([])
    }
  })

  it('rather keeps one that was proven than a later one of the same day that was found wanting', () => {
    const at = (time: string) => new Date(`2027-11-24T${time}Z`)
    const three: Kept[] = [
      { id: 'new', at: at('20:00:00'), proof: 'none' },
      { id: 'bad', at: at('12:00:00'), proof: 'failed' },
      { id: 'good', at: at('02:00:00'), proof: 'proven' },
    ]
    expect(expired(three, keep, then)).toEqual(['bad'])
    expect(expired(three, keep, { ...then, now: at('21:00:00') })).toEqual([])
  })
})

describe('who has to be told about backups', () => {
  let ostoja: Ostoja
  let mail: MailServer
  beforeAll(async () => {
    mail = await startMailServer()
    ostoja = await startOstoja({ backups: true, worker: false, env: { ...mail.settings, BACKUP_TIME: '02:00' } })
    await ostoja.newAccount(installationId, ['operator'], { email: 'operator@shelter.test' })
  })
  afterAll(async () => {
    await ostoja.close()
    await mail.close()
  })
  const letters = () => mail.mails.filter(({ to }) => to === 'operator@shelter.test').length
  const ready = async () => (await ostoja.visitor().get('/health/ready')).text

  it('is told by a web process when the worker is dead, once a day until it is mended', async () => {
    const web = await anotherWeb(ostoja)
    const { watch, makeNow } = web.features.backups
    expect(await watch()).toMatchObject({ right: true })
    const readyText = await ready()
    expect(readyText).toContain('"status":"ready"')
    expect(readyText).not.toContain('backup')
    await makeNow()
    expect(letters()).toBe(0)

    ostoja.skip(25 * hour)
    expect(await watch()).toMatchObject({ right: true })
    ostoja.skip(2 * hour)
    expect(await Promise.all([watch(), ostoja.features.backups.watch()])).toMatchObject([
      { wrong: ['old'] },
      { wrong: ['old'] },
    ])
    expect(letters()).toBe(1)
    const letter = await mail.mailTo('operator@shelter.test')
    expect(letter.subject).toBe('Backups in Ostoja need attention')
    expect(letter.text).toContain('older than 26 hours')
    // A late backup must not take records out of reach, and is nothing for strangers.
    expect(await ready()).toBe(readyText)

    ostoja.skip(12 * hour)
    await watch()
    expect(letters()).toBe(1)
    for (let more = 2; more <= 4; more++) {
      ostoja.skip(day)
      await watch()
      expect(letters()).toBe(more)
    }
    await makeNow()
    expect(await watch()).toMatchObject({ right: true })
    ostoja.skip(day)
    await watch()
    expect(letters()).toBe(4)
    await web.close()
  })

  it('is told a minute later where the mail server refuses first', async () => {
    ostoja.skip(3 * hour)
    mail.refuseOnce()
    const before = letters()
    await expect(ostoja.features.backups.watch()).rejects.toThrow()
    expect(letters()).toBe(before)
    await ostoja.features.backups.watch()
    expect(letters()).toBe(before + 1)
  })

  it('hears of a store that cannot be written to', async () => {
    const { store } = ostoja.config.backups
    await rm(store, { recursive: true })
    await writeFile(store, 'a file where the folder should be')
    await expect(ostoja.features.backups.makeNow()).rejects.toMatchObject({ problem: 'store-unreachable' })
    await rm(store)
    expect(await ostoja.features.backups.state()).toMatchObject({ right: false, why: 'store-unreachable' })
    await ostoja.features.backups.makeNow()
    expect(await ostoja.features.backups.state()).toMatchObject({ right: true })
  })
})

describe('the state of backups', () => {
  it('is wrong when there has never been one, and when the newest is not proven in time', () => {
    const now = new Date('2027-01-10T12:00:00Z')
    const drill = 'automatic' as const
    expect(stateOf([], { now, installedAt: new Date(now.getTime() - 25 * hour), drill }).wrong).toEqual([])
    expect(stateOf([], { now, installedAt: new Date(now.getTime() - 27 * hour), drill }).wrong).toEqual(['missing'])
    const at = (hours: number) => new Date(now.getTime() - hours * hour)
    const row = { status: 'made', proof: 'none', finished_at: at(5), asked_at: at(5), size: '1' }
    const rows = [row] as unknown as Parameters<typeof stateOf>[0]
    expect(stateOf(rows, { now, installedAt: at(900), drill }).wrong).toEqual(['unproven'])
    expect(stateOf(rows, { now, installedAt: at(10), drill: 'by-hand' }).wrong).toEqual([])
    expect(stateOf(rows, { now, installedAt: at(900), drill: 'by-hand' }).wrong).toEqual(['unproven'])
  })
})
