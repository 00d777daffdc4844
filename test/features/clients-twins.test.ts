import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Actor } from '../../src/platform/actor.ts'
import { newClient, newStaff, profile } from '../support/clients.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'
import type { Visitor } from '../support/visitor.ts'

let ostoja: Ostoja
let staff: Actor & { accountId: number }
let visitor: Visitor

beforeAll(async () => {
  ostoja = await startOstoja()
})
beforeEach(async () => {
  staff = await newStaff(ostoja)
  visitor = await ostoja.signedIn(staff.tenantId, ['staff'])
})
afterAll(() => ostoja.close())

type Fields = Record<string, string>
const add = (fields: Fields) => visitor.post('/clients', { id: randomUUID(), ...fields }, '/clients/new')
const twinsIn = (html: string) => /name="twins" value="([^"]*)"/.exec(html)?.[1]
const anna = { givenNames: 'Anna', familyName: 'Żółć', birthDate: '1985-04-03' }

describe('somebody who looks like a client', () => {
  it('is saved only at the second press, once the client has been shown', async () => {
    const id = await newClient(ostoja, staff, anna)
    const typed = { givenNames: ' ANNA ', familyName: 'Zolc', birthDate: '3.04.1985', notes: 'typed' }
    const first = await add(typed)
    expect(first.status).toBe(422)
    expect(first.text).toContain('This person may be recorded already')
    expect(first.text).toContain(`href="/clients/${id}"`)
    expect(first.text).toContain('typed')
    expect(twinsIn(first.text)).toBe(id)

    const second = await add({ ...typed, twins: twinsIn(first.text)! })
    expect(second.status).toBe(303)
    expect(second.headers.location).not.toBe(`/clients/${id}`)

    const third = await add({ ...typed, twins: id })
    expect(third.status).toBe(422)
    expect(twinsIn(third.text)!.split(' ')).toHaveLength(2)
  })

  it.each<[string, Fields, boolean]>([
    ['another birth date', { ...anna, birthDate: '4.04.1985' }, false],
    ['another name', { ...anna, givenNames: 'Ewa' }, false],
    ['no birth date', { ...anna, birthDate: '' }, false],
    ['the same archived', anna, true],
  ])('%s', async (name, fields, shown) => {
    const id = await newClient(ostoja, staff, anna)
    if (name.includes('archived')) await ostoja.features.clients.archive(staff, id)
    expect((await add(fields)).status).toBe(shown ? 422 : 303)
  })

  it('is found where only the year of birth is recorded', async () => {
    await newClient(ostoja, staff, { ...anna, birthDate: '1985' })
    expect((await add(anna)).status).toBe(422)
  })

  it.each([
    ['1985', true],
    ['04.1985', true],
    ['1984', false],
    ['05.1985', false],
  ])('is found where the whole birth date is recorded and %s is typed: %s', async (birthDate, shown) => {
    await newClient(ostoja, staff, anna)
    expect((await add({ ...anna, birthDate })).status).toBe(shown ? 422 : 303)
    expect((await add({ ...anna, givenNames: 'Ewa', birthDate })).status).toBe(303)
  })

  it('is nobody of another organisation', async () => {
    await newClient(ostoja, await newStaff(ostoja), anna)
    expect((await add(anna)).status).toBe(303)
  })

  it('is not the client that the same form has just made', async () => {
    const fields = { id: randomUUID(), ...anna }
    for (let press = 0; press < 2; press++) expect((await add(fields)).headers.location).toBe(`/clients/${fields.id}`)
  })
})

describe('a client who is changed to look like another', () => {
  const kot = { givenNames: 'Jan', familyName: 'Kot', birthDate: '1990-02-03' }
  const change = (id: string, fields: Fields, version = '1') =>
    visitor.post(`/clients/${id}`, { version, ...kot, ...fields }, `/clients/${id}/edit`)

  it.each<[string, Fields, Fields]>([
    ['by both names', { ...anna, birthDate: kot.birthDate }, { givenNames: 'anna', familyName: 'ZOLC' }],
    ['by the birth date', { ...kot, birthDate: '1985-04-03' }, { birthDate: '3.04.1985' }],
    ['by a birth date no longer known', { ...kot, birthDate: '' }, { birthDate: '' }],
    ['by all of them', anna, anna],
  ])('%s is saved only at the second press', async (_how, other, fields) => {
    const twin = await newClient(ostoja, staff, { ...other, birthDate: other.birthDate || null })
    const id = await newClient(ostoja, staff, kot)
    const first = await change(id, { ...fields, notes: 'typed' })
    expect([first.status, twinsIn(first.text)]).toEqual([422, twin])
    expect(first.text).toContain('Another client looks the same')
    expect(first.text).toContain(`href="/clients/${twin}"`)
    expect(first.text).toContain('typed')
    expect((await ostoja.features.clients.view(staff, id)).profile.familyName).toBe('Kot')

    expect((await change(id, { ...fields, twins: twin })).headers.location).toBe(`/clients/${id}`)
    // Nobody is asked again who changes something else of them.
    expect((await change(id, { ...fields, notes: 'more' }, '2')).status).toBe(303)
  })

  it.each(['41', '000041', '0041'])('by the file number %s is not saved, and shows whose it is', async fileNumber => {
    const twin = await newClient(ostoja, staff, { ...anna, fileNumber: '000041' })
    const id = await newClient(ostoja, staff, { ...kot, fileNumber: '7' })
    for (const twins of [{}, { twins: twin }]) {
      const answer = await change(id, { fileNumber, ...twins })
      expect([answer.status, twinsIn(answer.text)]).toEqual([422, twin])
      expect(answer.text).toContain('Another client has this file number.')
    }
    expect((await change(id, { fileNumber: '07' })).status).toBe(303)
  })

  it('is told of a change made meanwhile, and not asked again', async () => {
    const twin = await newClient(ostoja, staff, anna)
    const id = await newClient(ostoja, staff, kot)
    expect((await change(id, { notes: 'of a colleague' })).status).toBe(303)
    expect((await change(id, anna)).status).toBe(422)
    const stale = await change(id, { ...anna, twins: twin })
    expect([stale.status, twinsIn(stale.text)]).toEqual([409, twin])
    expect((await change(id, { ...anna, twins: twin }, '2')).status).toBe(303)
  })

  it('of another organisation is unknown, whoever it would look like', async () => {
    const stranger = await newStaff(ostoja)
    const id = await newClient(ostoja, stranger, kot)
    await newClient(ostoja, staff, anna)
    expect((await visitor.post(`/clients/${id}`, { version: '1', ...anna }, '/clients/new')).status).toBe(404)
  })
})

describe('a file number', () => {
  it.each([
    ['41', '000041'],
    ['000041', '41'],
    ['0041', '041'],
    ['a-7', 'A-7'],
  ])('%s is taken where %s is given, and shows whose it is', async (mine, theirs) => {
    const id = await newClient(ostoja, staff, { ...anna, fileNumber: theirs })
    const typed = { familyName: 'Kot', fileNumber: mine }
    const first = await add(typed)
    expect([first.status, twinsIn(first.text)]).toEqual([422, id])
    expect(first.text).toContain('Another client has this file number.')
    const second = await add({ ...typed, twins: id })
    expect(second.status).toBe(422)
    expect(second.text).toContain('Another client has this file number.')
  })

  it('given out is never one that somebody typed without its zeros', async () => {
    await newClient(ostoja, staff, { ...anna, fileNumber: '1' })
    const made = await newClient(ostoja, staff, { familyName: 'Kot' })
    expect((await ostoja.features.clients.view(staff, made)).profile.fileNumber).toBe('000002')
  })

  it('can get or lose zeros by a change, and not become another client’s', async () => {
    await newClient(ostoja, staff, { ...anna, fileNumber: '000041' })
    const id = await newClient(ostoja, staff, { familyName: 'Kot', fileNumber: '0042' })
    const client = await ostoja.features.clients.view(staff, id)
    const amended = (fileNumber: string, version: number) =>
      ostoja.features.clients.amend(staff, id, version, { ...client.profile, fileNumber })
    expect(await amended('42', 1)).toEqual({ outcome: 'amended' })
    expect(await amended('41', 2)).toEqual({ outcome: 'file-number-taken' })
  })

  it('asked for twice at once is given once, whatever its zeros', async () => {
    const make = (fileNumber: string) => ostoja.features.clients.create(staff, randomUUID(), profile({ fileNumber }))
    const made = await Promise.all(['7', '07', '007', '0007', '00007'].map(make))
    expect(made.toSorted()).toEqual(['created', ...Array<string>(4).fill('file-number-taken')])
  })
})
