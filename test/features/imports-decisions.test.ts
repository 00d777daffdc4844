import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inDatabase } from '../support/backups.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'
import { until } from '../support/until.ts'

type Staff = Awaited<ReturnType<Ostoja['signedIn']>>

let ostoja: Ostoja
beforeAll(async () => {
  ostoja = await startOstoja()
})
afterAll(() => ostoja.close())

const staffOf = async (): Promise<Staff> => ostoja.signedIn(await ostoja.newTenant(), ['staff'])
const actorOf = ({ account }: Staff) => ({
  tenantId: account.tenantId,
  accountId: account.id,
  roles: ['staff'] as const,
})

const previewed = async (staff: Staff, content: string): Promise<string> => {
  const { imports } = ostoja.features
  const answer = await staff.upload('/imports', 'file', Buffer.from(content), 'people.csv', '/imports')
  expect(answer.status).toBe(303)
  const address = String(answer.headers.location)
  const id = address.split('/').pop()!
  await imports.chooseColumns(actorOf(staff), id, (await imports.columns(actorOf(staff), id)).reading)
  return address
}

const started = async (staff: Staff, address: string) => {
  expect((await staff.post(`${address}/start`, {}, address)).status).toBe(303)
  await until('the import has ended', async () => {
    const { body } = (await staff.get(`${address}/progress`)) as { body: { done: boolean } }
    return body.done
  })
}
const imported = async (staff: Staff, content: string) => started(staff, await previewed(staff, content))

const countsOf = async (staff: Staff, address: string) => {
  const view = await ostoja.features.imports.view(actorOf(staff), address.split('/').pop()!)
  return view.state === 'previewed' ? view.planned.counts : view.result.counts
}

const people = async (staff: Staff) => {
  const all = []
  for await (const some of ostoja.features.clients.readActive(actorOf(staff))) all.push(...some)
  return all
    .map(({ profile }) => [profile.fileNumber, profile.givenNames, profile.familyName, profile.birthDate].join(' '))
    .toSorted()
}

const undecidedIds = (html: string) => [...html.matchAll(/id="row-([0-9a-f-]{36})"/g)].map(([, id]) => id!)
const rowsToDecide = async (staff: Staff, address: string) =>
  undecidedIds((await staff.get(`${address}/rows?show=undecided`)).text)
const decide = (staff: Staff, address: string, fields: Record<string, string>) =>
  staff.post(`${address}/decisions`, { after: '0', ...fields }, `${address}/rows?show=undecided`)

const header = 'Nr teczki;Imię;Nazwisko;Data ur.;Telefon\n'
const anna = 'A-1;Anna;Nowak;3.04.1985;601234567\n'

describe('a row with the file number of a client', () => {
  it('of somebody else changes nothing until a person has decided, and then does what was decided', async () => {
    const rows = [
      'A-1;Hubert;Zagajnik;9.09.1988;',
      'A-2;Iga;Wrona;1.01.1991;',
      'A-3;Leon;Sowa;2.02.1992;',
      'A-4;Ada;Ryś;;',
    ]
    const staff = await staffOf()
    await imported(staff, `${header}${anna}A-2;Jan;Kot;1.01.1990;\nA-3;Ewa;Lis;2.02.1982;\nA-4;Ola;Bór;3.03.1983;\n`)
    const address = await previewed(staff, `${header}${rows.join('\n')}\n`)
    expect(await countsOf(staff, address)).toEqual({ new: 0, changed: 0, unchanged: 0, refused: 0, undecided: 4 })

    const { text } = await staff.get(`${address}/rows?show=undecided`)
    expect(text).toContain('The file number belongs to a client with another name or birth date.')
    expect(text).toMatch(/Nowak.*Zagajnik/s)
    const [first, second, third] = undecidedIds(text)
    const answer = await decide(staff, address, {
      [`rows[${first}]`]: 'new',
      [`rows[${second}]`]: 'replace',
      [`rows[${third}]`]: 'keep',
    })
    expect(answer.status).toBe(303)
    await started(staff, address)
    expect(await countsOf(staff, address)).toEqual({ new: 1, changed: 1, unchanged: 1, refused: 1 })
    expect(await people(staff)).toEqual([
      '000001 Hubert Zagajnik 1988-09-09',
      'A-1 Anna Nowak 1985-04-03',
      'A-2 Iga Wrona 1991-01-01',
      'A-3 Ewa Lis 1982-02-02',
      'A-4 Ola Bór 1983-03-03',
    ])
    expect((await staff.get(`${address}/rows?show=refused`)).text).toContain('Ryś')
    await staff.post(`${address}/take-back`, {}, address)
    expect(await people(staff)).toContain('A-2 Jan Kot 1990-01-01')
    expect(await people(staff)).toHaveLength(4)
  })

  it('shows who else looks like it, and makes nobody new of one who was not shown', async () => {
    const staff = await staffOf()
    const kot = 'Jan;Kot;1.01.1990;'
    await imported(staff, `${header}${anna}A-2;${kot}\nA-3;Ewa;Lis;2.02.1982;\n`)
    const shown = await previewed(staff, `${header}A-1;${kot}\nA-3;Iga;Wrona;3.03.1991;\n`)
    const { text } = await staff.get(`${shown}/rows?show=undecided`)
    expect(text).toContain('Looks like an existing client')
    expect(text.match(/Another client looks like the person in this row/g)).toHaveLength(1)

    await imported(staff, `${header}A-4;Iga;Wrona;3.03.1991;\n`)
    await decide(staff, shown, { all: 'new' })
    await started(staff, shown)
    expect(await countsOf(staff, shown)).toEqual({ new: 1, changed: 0, unchanged: 0, refused: 1 })
    expect((await people(staff)).filter(person => person.includes('Wrona'))).toHaveLength(1)
  })

  it('is compared without zeros in front', async () => {
    const staff = await staffOf()
    await imported(staff, 'Imię;Nazwisko;Data ur.\nAnna;Nowak;3.04.1985\n')
    const address = await previewed(staff, 'Nr teczki;Imię;Nazwisko;Data ur.\n1;Anna;Nowak;3.04.1985\n01;Jan;Kot;\n')
    expect(await countsOf(staff, address)).toEqual({ new: 0, changed: 0, unchanged: 1, refused: 1 })
  })
})

describe('a row that looks like a client', () => {
  it('is decided by a person, with another number and without one', async () => {
    const staff = await staffOf()
    await imported(staff, header + anna)
    for (const row of [';ANNA;Nowak;3.04.1985;', 'B-9;Anna;Nowak;3.04.1985;']) {
      const address = await previewed(staff, `${header}${row}\n`)
      expect(await countsOf(staff, address)).toMatchObject({ new: 0, undecided: 1 })
      await started(staff, address)
    }
    expect(await people(staff)).toEqual(['A-1 Anna Nowak 1985-04-03'])
  })

  it.each([
    ['3.04.1985', '1985'],
    ['3.04.1985', '04.1985'],
    ['1985', '3.04.1985'],
  ])('born %s is not made twice by a row born %s, in the records and within a file', async (first, second) => {
    const staff = await staffOf()
    const rows = [`A-1;Anna;Nowak;${first};`, `B-9;Anna;Nowak;${second};`]
    const within = await previewed(staff, `${header}${rows.join('\n')}\n`)
    expect(await countsOf(staff, within)).toMatchObject({ new: 1, undecided: 1 })
    await imported(staff, `${header}${rows[0]}\n`)
    const address = await previewed(staff, `${header}${rows[1]}\n`)
    expect(await countsOf(staff, address)).toMatchObject({ new: 0, undecided: 1 })
  })

  it('goes in with its own number where a person says that it is somebody else, all rows at once', async () => {
    const staff = await staffOf()
    await imported(staff, header + anna)
    const address = await previewed(
      staff,
      `${header}B-9;Anna;Nowak;3.04.1985;\nA-1;Jan;Kot;1.01.1990;\nB-1;Ewa;Lis;2.02.1992;\nB-2;Ewa;Lis;2.02.1992;\n`,
    )
    expect(await countsOf(staff, address)).toMatchObject({ new: 1, undecided: 3 })
    expect((await decide(staff, address, { all: 'new' })).headers.location).toBe(address)
    await started(staff, address)
    expect(await people(staff)).toEqual([
      '000001 Jan Kot 1990-01-01',
      'A-1 Anna Nowak 1985-04-03',
      'B-1 Ewa Lis 1992-02-02',
      'B-2 Ewa Lis 1992-02-02',
      'B-9 Anna Nowak 1985-04-03',
    ])
  })
})

describe('decisions', () => {
  it('that make no sense are refused, and so are those about somebody else’s import or a started one', async () => {
    const staff = await staffOf()
    await imported(staff, header + anna)
    const address = await previewed(staff, `${header}A-1;Jan;Kot;1.01.1990;\n`)
    const [row] = await rowsToDecide(staff, address)
    expect((await decide(staff, address, { [`rows[${row}]`]: 'burn' })).status).toBe(422)
    const stranger = await staffOf()
    expect((await stranger.post(`${address}/decisions`, { [`rows[${row}]`]: 'replace' }, '/imports')).status).toBe(404)
    await started(staff, address)
    expect((await staff.post(`${address}/decisions`, { [`rows[${row}]`]: 'replace' }, '/imports')).status).toBe(409)
    expect(await people(staff)).toEqual(['A-1 Anna Nowak 1985-04-03'])
  })

  it('are one audit event each, and fall when the columns are chosen anew', async () => {
    const staff = await staffOf()
    await imported(staff, header + anna)
    const address = await previewed(staff, `${header}A-1;Jan;Kot;1.01.1990;\n`)
    const id = address.split('/').pop()!
    await decide(staff, address, { all: 'new' })
    const events = await inDatabase<{ detail: object }>(
      ostoja.database.adminUrl,
      `select detail from audit_events where subject_id = '${id}' and action = 'import.rows-decided'`,
    )
    expect(events).toEqual([{ detail: { new: 1 } }])
    const { imports } = ostoja.features
    await imports.chooseColumns(actorOf(staff), id, (await imports.columns(actorOf(staff), id)).reading)
    expect(await imports.decided(actorOf(staff), id)).toEqual({ open: 1, keep: 0, replace: 0, new: 0 })
  })
})

describe('a row about an archived client', () => {
  it.each([
    ['changed', 'A-1;Anna;Nowak;3.04.1985;602345678'],
    ['unchanged', 'A-1;Anna;Nowak;3.04.1985;'],
    ['undecided', 'A-1;Hubert;Zagajnik;9.09.1988;'],
    ['undecided', 'B-9;Anna;Nowak;3.04.1985;'],
  ])('says so where it is %s: %s', async (kind, row) => {
    const staff = await staffOf()
    await imported(staff, header + anna)
    for await (const [client] of ostoja.features.clients.readActive(actorOf(staff)))
      await ostoja.features.clients.archive(actorOf(staff), client!.id)
    const address = await previewed(staff, `${header}${row}\n`)
    const page = await staff.get(`${address}/rows?show=${kind}`)
    expect(page.text).toContain('This client is archived.')
  })
})
