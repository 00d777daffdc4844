import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Actor } from '../../src/platform/actor.ts'
import { newClient, newStaff, profile } from '../support/clients.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'
import type { Visitor } from '../support/visitor.ts'

let ostoja: Ostoja
let staff: Actor
let visitor: Visitor

beforeAll(async () => {
  ostoja = await startOstoja()
  staff = await newStaff(ostoja)
  visitor = await ostoja.signedIn(staff.tenantId, ['staff'])
})
afterAll(() => ostoja.close())

type Fields = Record<string, string>
const add = (fields: Fields) => visitor.post('/clients', { id: randomUUID(), ...fields }, '/clients/new')
const added = async (fields: Fields) => {
  const answer = await add(fields)
  expect(answer.status, answer.text).toBe(303)
  return (await ostoja.features.clients.view(staff, answer.headers.location!.replace('/clients/', ''))).profile
}

describe('what can be typed', () => {
  test.each([
    ['one letter', 'Ó'],
    ['200 letters', 'ł'.repeat(200)],
    ['200 signs of two halves each', '🙂'.repeat(200)],
    ['a family of joined signs', 'Rodzina 👩‍👩‍👧‍👦'],
    ['apostrophes', "D'Artagnan O’Neill"],
    ['markup', '<script>alert("x")</script>'],
    ['right to left', 'محمد عبد الله'],
    ['Chinese', '李小龙'],
    ['an expression', '<%= process.env %> ${1+1} {{t}} $t(clients:yes)'],
    ['quotes', `"Ala" \\ 'Ola' -- ; drop table clients`],
  ])('a name with %s is kept and shown as text', async (_what, name) => {
    const kept = await added({ familyName: name })
    expect(kept.familyName).toBe(name.normalize('NFC'))
    const { hits } = await ostoja.features.clients.search(staff, kept.fileNumber)
    const page = await visitor.get(`/clients/${hits[0]!.id}`)
    expect(page.status).toBe(200)
    expect(page.text).not.toContain('<script>alert')
    expect(page.text).toContain(escaped(name))
  })

  test('everything at once, with empty rows between', async () => {
    expect(
      await added({
        fileNumber: ' F  1 ',
        givenNames: '  Anna Maria ',
        familyName: 'Zielin\u0301ska',
        preferredName: 'Ania',
        birthDate: '14.11.1983',
        deceasedOn: '2020/01/02'.replaceAll('/', '-'),
        gender: 'female',
        'languages[0][code]': 'uk',
        'languages[1][code]': '',
        'languages[2][code]': 'uk',
        interpreterNeeded: 'on',
        'phones[0][type]': 'mobile',
        'phones[0][number]': '',
        'phones[3][type]': 'work',
        'phones[3][number]': '(22) 555-01-23',
        'phones[4][type]': 'home',
        'phones[4][number]': '+380 44 123 4567',
        'emails[0][address]': 'anna@poczta.example',
        'addresses[0][use]': 'temp',
        'addresses[0][line]': 'Polna 1',
        'addresses[0][city]': 'Łódź',
        'addresses[1][use]': 'home',
        'alerts[0][text]': 'Cukrzyca',
        notes: 'raz\r\ndwa\ttrzy',
      }),
    ).toEqual(
      profile({
        fileNumber: 'F  1',
        givenNames: 'Anna Maria',
        familyName: 'Zielińska',
        preferredName: 'Ania',
        birthDate: '1983-11-14',
        deceasedOn: '2020-01-02',
        gender: 'female',
        languages: ['uk'],
        interpreterNeeded: true,
        phones: [
          { type: 'work', number: '+48225550123', typed: '(22) 555-01-23' },
          { type: 'home', number: '+380441234567', typed: '+380 44 123 4567' },
        ],
        emails: ['anna@poczta.example'],
        addresses: [{ use: 'temp', line: 'Polna 1', postalCode: null, city: 'Łódź', region: null, country: null }],
        alerts: ['Cukrzyca'],
        notes: 'raz\ndwa\ttrzy',
      }),
    )
  })
})

const many = (count: number, name: (index: number) => string, value: (index: number) => string) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [name(index), value(index)]))
const tomorrow = () => new Date(Date.now() + 48 * 3_600_000).toISOString().slice(0, 10)

describe('a language that has come in some other way and names none', () => {
  const odd = { languages: ['en-u-ca-gregory', 'p_l!'] }

  test('leaves the page, the form and the history of its client as they are', async () => {
    const id = await newClient(ostoja, staff, odd)
    await ostoja.features.clients.amend(staff, id, 1, profile({ languages: ['uk'], fileNumber: '' }))
    await ostoja.features.clients.amend(staff, id, 2, profile({ ...odd, fileNumber: '' }))
    for (const path of ['', '/edit', '/history', '/print']) {
      const answer = await visitor.get(`/clients/${id}${path}`)
      expect([path, answer.status]).toEqual([path, 200])
    }
    expect((await visitor.get(`/clients/${id}`)).text).toContain('en-u-ca-gregory, p_l!')
  })

  test('leaves the page of a client whose emergency contact is said to speak it as it is', async () => {
    const id = await newClient(ostoja, staff)
    await ostoja.features.emergencyContacts.add(staff, id, randomUUID(), {
      name: 'Maria',
      relationship: 'MTH',
      relationshipText: null,
      phones: [],
      email: null,
      address: null,
      language: 'en-u-ca-gregory',
      mayBeTold: true,
      tellNote: null,
      lastConfirmedOn: null,
    })
    expect((await visitor.get(`/clients/${id}`)).text).toContain('en-u-ca-gregory')
  })
})

describe('what cannot be', () => {
  test.each<[string, Fields, string, string]>([
    ['nobody', { familyName: ' ', givenNames: '' }, 'familyName', 'Enter a given name or a family name'],
    ['a name of 201 letters', { familyName: 'x'.repeat(201) }, 'familyName', 'too long'],
    ['a name with NUL', { familyName: 'a\u0000b' }, 'familyName', 'This value cannot be used'],
    ['a name with an escape', { givenNames: 'a\u001b[31m' }, 'givenNames', 'This value cannot be used'],
    ['a birth date in the future', { familyName: 'A', birthDate: tomorrow() }, 'birthDate', ''],
    ['a birth date before 1890', { familyName: 'A', birthDate: '1889-12-31' }, 'birthDate', '1890'],
    ['a day that never was', { familyName: 'A', birthDate: '31.02.1990' }, 'birthDate', ''],
    ['a language that is none', { familyName: 'A', 'languages[0][code]': 'en-u-ca-gregory' }, 'languages-0-code', ''],
    ['a word for a date', { familyName: 'A', birthDate: 'wczoraj' }, 'birthDate', ''],
    [
      'a death before the birth',
      { familyName: 'A', birthDate: '1990-01-01', deceasedOn: '1989-01-01' },
      'deceasedOn',
      'before the birth date',
    ],
    ['a phone of 51 signs', { familyName: 'A', 'phones[0][number]': '9'.repeat(51) }, 'phones-0-number', ''],
    [
      'a kind of phone that is none',
      { familyName: 'A', 'phones[0][number]': '601234567', 'phones[0][type]': 'x' },
      'phones-0-type',
      '',
    ],
    [
      'eleven phones',
      {
        familyName: 'A',
        ...many(
          11,
          i => `phones[${i}][number]`,
          i => `6012345${10 + i}`,
        ),
      },
      'phones',
      '',
    ],
    ['an e-mail that is none', { familyName: 'A', 'emails[0][address]': 'ania@' }, 'emails-0-address', ''],
    [
      'twenty-one alerts',
      {
        familyName: 'A',
        ...many(
          21,
          i => `alerts[${i}][text]`,
          i => `alert ${i}`,
        ),
      },
      'alerts',
      '',
    ],
    ['an alert of 301 letters', { familyName: 'A', 'alerts[0][text]': 'x'.repeat(301) }, 'alerts-0-text', 'too long'],
    ['notes of 10,001 letters', { familyName: 'A', notes: 'x'.repeat(10_001) }, 'notes', 'too long'],
    ['a language that is none', { familyName: 'A', 'languages[0][code]': 'not a tag' }, 'languages-0-code', ''],
    ['a gender that is none', { familyName: 'A', gender: 'x' }, 'gender', ''],
    ['a file number of 41 signs', { familyName: 'A', fileNumber: '1'.repeat(41) }, 'fileNumber', 'too long'],
  ])('%s: the message stands beside the field, and what was typed stays', async (_what, fields, id, message) => {
    const before = await ostoja.features.clients.countActive(staff)
    const answer = await add({ ...fields, notes: fields.notes ?? 'these notes stay', 'addresses[0][line]': 'Stays 1' })
    expect(answer.status).toBe(422)
    expect(answer.text).toContain(`id="${id}-problem"`)
    expect(answer.text).toContain(`href="#${id}"`)
    expect(answer.text).toContain(message)
    if (!fields.notes) expect(answer.text).toContain('these notes stay')
    expect(answer.text).toContain('value="Stays 1"')
    for (const [name, typed] of Object.entries(fields))
      if (typed.trim() && !/notes|type|gender|code|\u0000|\u001b/.test(name + typed))
        expect(answer.text).toContain(escaped(typed))
    expect(await ostoja.features.clients.countActive(staff)).toBe(before)
  })

  test('several problems are told at once', async () => {
    const answer = await add({ birthDate: 'x', 'phones[0][number]': 'y'.repeat(51) })
    for (const id of ['familyName', 'birthDate', 'phones-0-number']) expect(answer.text).toContain(`id="${id}-problem"`)
  })

  test.each([
    ['phones=x&emails=y&addresses=z&alerts=a&languages=b'],
    ['familyName[a]=b&givenNames[]=c&birthDate[x][y]=z'],
    ['phones[a][number]=601234567&phones[__proto__][number]=1'],
    ['phones[0]=x&phones[0][number][x]=y&phones[0][type][]=z'],
    ['id=1&version=x&fileNumber[]=1'],
    [''],
  ])('a form of another shape (%s) is no fault of the server', async body => {
    const token = visitor.tokenOf((await visitor.get('/clients/new')).text)
    const answer = await visitor.agent.post('/clients').type('form').send(`${body}&_csrf=${token}`)
    expect(answer.status).toBe(422)
  })
})

test('a form sent twice makes one client, and both answers lead to it', async () => {
  const fields = { id: randomUUID(), familyName: 'Podwójna' }
  const answers = [await add(fields), await add(fields)]
  expect(answers.map(answer => [answer.status, answer.headers.location])).toEqual([
    [303, `/clients/${fields.id}`],
    [303, `/clients/${fields.id}`],
  ])
})

test('a file number that is taken is told beside its field', async () => {
  await added({ familyName: 'A', fileNumber: 'taken' })
  const answer = await add({ familyName: 'B', fileNumber: 'TAKEN' })
  expect(answer.status).toBe(422)
  expect(answer.text).toContain('id="fileNumber-problem"')
  const other = await newClient(ostoja, staff)
  const amended = await visitor.post(
    `/clients/${other}`,
    { version: 1, familyName: 'C', fileNumber: 'taken' },
    `/clients/${other}/edit`,
  )
  expect(amended.status).toBe(422)
  expect(amended.text).toContain('Another client has this file number')
})

test('a client is changed by the form, which shows what is recorded', async () => {
  const id = await newClient(ostoja, staff, {
    familyName: 'Przed',
    notes: 'linia\ndruga',
    phones: [{ type: 'work', number: '+48601234567', typed: '601-234-567' }],
  })
  const form = await visitor.get(`/clients/${id}/edit`)
  expect(form.text).toContain('value="601-234-567"')
  expect(form.text).toContain('linia\ndruga')
  const answer = await visitor.post(`/clients/${id}`, { version: 1, familyName: 'Po' }, `/clients/${id}/edit`)
  expect([answer.status, answer.headers.location]).toEqual([303, `/clients/${id}`])
  const history = await visitor.get(`/clients/${id}/history`)
  for (const text of ['Przed', 'Po', 'Version 2', '601 234 567', 'Anna Testowa']) expect(history.text).toContain(text)
})

test('a change upon an older version comes back with both, and can be saved knowingly', async () => {
  const id = await newClient(ostoja, staff, { familyName: 'Wspólna' })
  await ostoja.features.clients.amend(staff, id, 1, profile({ familyName: 'Wspólna', notes: 'of the first' }))
  const answer = await visitor.post(
    `/clients/${id}`,
    { version: 1, familyName: 'Wspólna', givenNames: 'Maria', notes: 'of the second' },
    `/clients/${id}/edit`,
  )
  expect(answer.status).toBe(409)
  for (const text of ['of the first', 'of the second', 'Anna Testowa', 'name="version" value="2"'])
    expect(answer.text).toContain(text)
  const again = await visitor.post(
    `/clients/${id}`,
    { version: 2, familyName: 'Wspólna', notes: 'of the second' },
    `/clients/${id}/edit`,
  )
  expect(again.status).toBe(303)
})

test('a security officer reads and does not change', async () => {
  const id = await newClient(ostoja, staff, { familyName: 'Czytana' })
  const officer = await ostoja.signedIn(staff.tenantId, ['security_officer'])
  for (const path of [
    '/clients',
    `/clients/${id}`,
    `/clients/${id}/history`,
    `/clients/${id}/print`,
    '/clients/letter/c',
  ])
    expect((await officer.get(path)).status, path).toBe(200)
  for (const path of ['/clients/new', `/clients/${id}/edit`]) expect((await officer.get(path)).status, path).toBe(403)
  expect((await officer.get(`/clients/${id}`)).text).not.toContain('/edit"')
})

test('an archived client is marked, and brought back from their page', async () => {
  const id = await newClient(ostoja, staff, { familyName: 'Odłożona' })
  expect((await visitor.post(`/clients/${id}/archive`, {}, `/clients/${id}`)).status).toBe(303)
  expect((await visitor.get(`/clients/${id}`)).text).toContain('Restore')
  expect((await visitor.post(`/clients/${id}/restore`, {}, `/clients/${id}`)).status).toBe(303)
  expect((await visitor.get(`/clients/${id}`)).text).toContain('Archive client')
})

test.each([['nonsense'], [randomUUID()], ['..%2f..'], ['%00']])('/clients/%s is not there', async id => {
  for (const path of [`/clients/${id}`, `/clients/${id}/edit`, `/clients/${id}/history`, `/clients/${id}/print`])
    expect((await visitor.get(path)).status, path).toBe(404)
})

const escaped = (text: string) =>
  text
    .trim()
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&#34;')
    .replaceAll("'", '&#39;')
