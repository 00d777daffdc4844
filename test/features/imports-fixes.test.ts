import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inDatabase } from '../support/backups.ts'
import { newClient } from '../support/clients.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'
import { filePassphrase, openAge } from '../support/sealed-files.ts'
import { until } from '../support/until.ts'

type Staff = Awaited<ReturnType<Ostoja['signedIn']>>

let ostoja: Ostoja
beforeAll(async () => {
  ostoja = await startOstoja()
})
afterAll(() => ostoja.close())

const staffOf = async (tenantId?: string): Promise<Staff> =>
  ostoja.signedIn(tenantId ?? (await ostoja.newTenant()), ['staff'])
const actorOf = ({ account }: Staff) => ({
  tenantId: account.tenantId,
  accountId: account.id,
  roles: ['staff'] as const,
})
const idOf = (address: string) => address.split('/').pop()!

const uploaded = async (staff: Staff, content: string): Promise<string> => {
  const answer = await staff.upload('/imports', 'file', Buffer.from(content), 'people.csv', '/imports')
  expect(answer.status).toBe(303)
  return String(answer.headers.location)
}
const columnsChosen = async (staff: Staff, address: string, changes: object = {}) => {
  const { imports } = ostoja.features
  const { reading } = await imports.columns(actorOf(staff), idOf(address))
  await imports.chooseColumns(actorOf(staff), idOf(address), { ...reading, ...changes })
}
const previewed = async (staff: Staff, content: string): Promise<string> => {
  const address = await uploaded(staff, content)
  await columnsChosen(staff, address)
  return address
}
const started = async (staff: Staff, address: string) => {
  expect((await staff.post(`${address}/start`, {}, address)).status).toBe(303)
  await until('the import has ended', async () => {
    const { body } = (await staff.get(`${address}/progress`)) as { body: { done: boolean } }
    return body.done
  })
}
const countsOf = async (staff: Staff, address: string) => {
  const view = await ostoja.features.imports.view(actorOf(staff), idOf(address))
  return view.state === 'previewed' ? view.planned.counts : view.result.counts
}
const people = async (staff: Staff) => {
  const all = []
  for await (const some of ostoja.features.clients.readActive(actorOf(staff))) all.push(...some.map(one => one.profile))
  return all
}
const names = async (staff: Staff) =>
  (await people(staff)).map(({ givenNames, familyName }) => `${givenNames} ${familyName}`).toSorted()

const unescaped = (text: string) =>
  text
    .replaceAll('&#34;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')

/** What the form of fixes would send as it stands. */
const formIn = (html: string): Record<string, string> => {
  const form = /<form method="post" action="[^"]+\/fixes">(.*?)<\/form>/s.exec(html)?.[1] ?? ''
  const fields: Record<string, string> = {}
  for (const [tag] of form.matchAll(/<input[^>]*>/g)) {
    const name = /name="([^"]+)"/.exec(tag)?.[1]
    if (!name || name.startsWith('_')) continue
    if (!/type="checkbox"/.test(tag)) fields[name] = unescaped(/value="([^"]*)"/.exec(tag)?.[1] ?? '')
    else if (/\schecked/.test(tag)) fields[name] = 'on'
  }
  for (const [, name, text] of form.matchAll(/<textarea[^>]*name="([^"]+)"[^>]*>\n(.*?)<\/textarea>/gs))
    fields[name!] = unescaped(text!)
  return fields
}

const rowIds = (fields: Record<string, string>) =>
  Object.keys(fields).flatMap(name => /^rows\[([^\]]+)\]\[seen\]$/.exec(name)?.[1] ?? [])

/** The form with cells typed over, by the place of the row in the table and of the column: `{ '0.2': 'Nowak' }`. */
const typed = (html: string, cells: Record<string, string>): Record<string, string> => {
  const fields = formIn(html)
  const ids = rowIds(fields)
  for (const [place, text] of Object.entries(cells)) {
    const [row, column] = place.split('.')
    const name = column === 'leaveOut' ? 'leaveOut]' : `cells][c${column}]`
    fields[`rows[${ids[Number(row)]}][${name}`] = text
  }
  return fields
}
const send = (staff: Staff, address: string, fields: Record<string, string>) =>
  staff.post(`${address}/fixes`, fields, address)
const fix = async (staff: Staff, address: string, cells: Record<string, string>) =>
  send(staff, address, typed((await staff.get(address)).text, cells))

/** What is said beside the cell in a row of the table. */
const saidBeside = (html: string, column: number, row: number) => {
  const id = rowIds(formIn(html))[row]
  const problem = new RegExp(`id="rows-${id}-cells-c${column}-problem"[^>]*>(.*?)</div>`, 's').exec(html)?.[1] ?? ''
  return problem
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
}

const header = 'Nr teczki;Imię;Nazwisko;Data ur.;E-mail;Telefon;Płeć\n'
const anna = 'A-1;Anna;Nowak;3.04.1985;anna@example.com;601234567;K\n'

type Kind = { kind: string; row: string; column: number; says: string; wrong: string; right: string; becomes: object }
const kinds: Kind[] = [
  {
    kind: 'an unreadable date',
    row: 'B-1;Jan;Kot;wiosną;;;',
    column: 3,
    says: 'this is not a date we can read',
    wrong: '31.02.1990',
    right: '28.02.1990',
    becomes: { birthDate: '1990-02-28' },
  },
  {
    kind: 'a missing name',
    row: 'B-2;;;1.01.1990;;;',
    column: 1,
    says: 'There is no name',
    wrong: '  ',
    right: 'Jan',
    becomes: { givenNames: 'Jan' },
  },
  {
    kind: 'a wrong email address',
    row: 'B-3;Jan;Kot;;jan(at)example.com;;',
    column: 4,
    says: 'email address is not valid',
    wrong: 'jan@',
    right: 'jan@example.com',
    becomes: { emails: ['jan@example.com'] },
  },
  {
    kind: 'a text that is too long',
    row: `B-4;Jan;${'Kot'.repeat(80)};;;;`,
    column: 2,
    says: 'the text is too long',
    wrong: 'Kot'.repeat(81),
    right: 'Kot',
    becomes: { familyName: 'Kot' },
  },
  {
    kind: 'a phone that is too long',
    row: `B-5;Jan;Kot;;;${'601 234 567 '.repeat(70)};`,
    column: 5,
    says: 'the text is too long',
    wrong: 'zadzwonić do sąsiadki z góry, która ma klucze i telefon',
    right: '601 234 568',
    becomes: { phones: [{ type: 'other', number: '+48601234568', typed: '601 234 568' }] },
  },
  {
    kind: 'a gender that is not understood',
    row: 'B-6;Jan;Kot;;;;chłop',
    column: 6,
    says: 'The gender is not understood',
    wrong: 'kosmita',
    right: 'M',
    becomes: { gender: 'male' },
  },
  {
    kind: 'the file number of an earlier row',
    row: 'A-1;Jan;Kot;1.01.1990;;;',
    column: 0,
    says: 'Another row has the same file number',
    wrong: 'a-1',
    right: 'B-7',
    becomes: { fileNumber: 'B-7' },
  },
]

describe('refused rows of one file', () => {
  let staff: Staff
  let address: string
  const pages: string[] = []
  const cellsOf = (text: (kind: Kind) => string) =>
    Object.fromEntries(kinds.map((kind, row) => [`${row}.${kind.column}`, text(kind)]))

  beforeAll(async () => {
    staff = await staffOf()
    address = await previewed(staff, `${header}${anna}${kinds.map(kind => kind.row).join('\n')}\n`)
    pages.push((await staff.get(address)).text)
    const still = await send(
      staff,
      address,
      typed(
        pages[0]!,
        cellsOf(kind => kind.wrong),
      ),
    )
    expect(still.status).toBe(422)
    pages.push(still.text)
    expect(await countsOf(staff, address)).toMatchObject({ new: 1, refused: kinds.length })
  })

  it.each(kinds)('show beside the cell that $kind is wrong, with what was typed', ({ column, says, wrong }) => {
    const row = kinds.findIndex(kind => kind.says === says && kind.column === column)
    const [before, after] = pages as [string, string]
    expect(saidBeside(before, column, row)).toContain(says)
    expect(saidBeside(after, column, row)).not.toBe('')
    const id = rowIds(formIn(after))[row]
    expect(formIn(after)[`rows[${id}][cells][c${column}]`]).toBe(wrong)
    expect(after).toContain(`href="#rows-${id}-cells-c${column}"`)
  })

  it('join the import once they are right, are imported, and can be taken back', async () => {
    expect(
      (
        await send(
          staff,
          address,
          typed(
            pages[1]!,
            cellsOf(kind => kind.right),
          ),
        )
      ).status,
    ).toBe(303)
    expect(await countsOf(staff, address)).toMatchObject({ new: kinds.length + 1, refused: 0 })
    await started(staff, address)
    expect(await countsOf(staff, address)).toMatchObject({ new: kinds.length + 1, refused: 0 })
    const all = await people(staff)
    for (const { becomes } of kinds) expect(all).toContainEqual(expect.objectContaining(becomes))

    await staff.post(`${address}/take-back`, {}, address)
    expect(await people(staff)).toEqual([])
  })
})

describe('a refused row', () => {
  it('with more cells than the header is fixed by emptying what is too much', async () => {
    const staff = await staffOf()
    const address = await previewed(staff, 'Imię;Nazwisko;Uwagi\nJan;Kot;lubi koty; psy\nAnna;Nowak;\n')
    expect((await staff.get(address)).text).toContain('Column 4, no name, row 2')
    expect((await fix(staff, address, { '0.2': 'lubi koty; psy', '0.3': '' })).status).toBe(303)
    await started(staff, address)
    expect((await people(staff)).map(one => one.notes)).toContain('lubi koty; psy')
  })

  it('that meets a client, or seems to, goes where any other row would', async () => {
    const staff = await staffOf()
    await started(staff, await previewed(staff, `${header}${anna}A-2;Iga;Wrona;1.01.1991;;;\n`))
    const rows = [
      'A-1;Anna;Nowak;kiedyś;;602000111;',
      'A-1;Ewa;Lis;kiedyś;;;',
      ';Anna;Nowak;kiedyś;;;',
      ';Iga;Wrona;;;;?!',
    ]
    const address = await previewed(staff, `${header}${rows.join('\n')}\n`)
    expect(await countsOf(staff, address)).toMatchObject({ refused: 4 })
    const answer = await fix(staff, address, {
      '0.3': '3.04.1985',
      '1.0': 'A-9',
      '1.3': '2.02.1990',
      '2.3': '3.04.1985',
      '3.3': '1.01.1991',
      '3.6': 'K',
    })
    expect(answer.status).toBe(422)
    expect(await countsOf(staff, address)).toEqual({ new: 1, changed: 1, unchanged: 0, refused: 1, undecided: 1 })
  })

  it('keeps its line breaks, quotes and angle brackets where only another cell is edited', async () => {
    const staff = await staffOf()
    const address = await previewed(
      staff,
      'Imię;Nazwisko;Data ur.;Uwagi\n"Ja""n";"<b>Kot";kiedyś;"\npierwszy\n\ndrugi & trzeci"\n',
    )
    expect((await fix(staff, address, { '0.2': '1990' })).status).toBe(303)
    const [row] = await inDatabase<{ fixed_columns: number[] }>(
      ostoja.database.adminUrl,
      `select fixed_columns from import_rows where import_id = '${idOf(address)}' order by number`,
    )
    expect(row!.fixed_columns).toEqual([2])
    await started(staff, address)
    expect(await people(staff)).toMatchObject([{ givenNames: 'Ja"n', familyName: '<b>Kot', birthDate: '1990' }])
  })

  it('can be left out, and brought back', async () => {
    const staff = await staffOf()
    const address = await previewed(staff, `${header}${anna}B-1;Jan;Kot;wiosną;;;\nB-2;Iga;Lis;zimą;;;\n`)
    expect((await fix(staff, address, { '0.leaveOut': 'on' })).status).toBe(422)
    expect(await countsOf(staff, address)).toMatchObject({ new: 1, refused: 1, 'left-out': 1 })
    await columnsChosen(staff, address)
    expect(await countsOf(staff, address)).toMatchObject({ new: 1, refused: 1, 'left-out': 1 })

    const list = `${address}/rows?show=left-out`
    const fields = typed((await staff.get(list)).text, { '0.3': '1990' })
    const { [`rows[${rowIds(fields)[0]}][leaveOut]`]: _, ...back } = fields
    expect((await send(staff, address, back)).status).toBe(303)
    expect(await countsOf(staff, address)).toMatchObject({ new: 2, refused: 1, 'left-out': 0 })

    await fix(staff, address, { '0.leaveOut': 'on' })
    await started(staff, address)
    expect(await countsOf(staff, address)).toEqual({ new: 2, changed: 0, unchanged: 0, refused: 0, 'left-out': 1 })
    expect(await names(staff)).toEqual(['Anna Nowak', 'Jan Kot'])
  })
})

describe('the table of refused rows', () => {
  it('shows 20 rows a page and says what became of each form', async () => {
    const staff = await staffOf()
    const rows = Array.from({ length: 45 }, (_, index) => `Jan;Kot${index};wiosną`)
    const address = await previewed(staff, `Imię;Nazwisko;Data ur.\n${rows.join('\n')}\n`)
    const { text } = await staff.get(address)
    expect(rowIds(formIn(text))).toHaveLength(20)
    expect(text).toContain(`${address}?after=21#refused-rows`)
    const last = (await staff.get(`${address}?after=41`)).text
    expect(rowIds(formIn(last))).toHaveLength(5)
    expect(last).toContain(`${address}?after=21#refused-rows`)

    const all = Object.fromEntries(Array.from({ length: 5 }, (_, row) => [`${row}.2`, '1990']))
    const answer = await send(staff, address, typed(last, all))
    expect(answer.headers.location).toBe(`${address}?after=41#refused-rows`)
    const next = (await staff.get(`${address}?after=41`)).text
    expect(next).toContain('Joined the import: 5. Left out: 0. Still to fix: 0.')
    expect(rowIds(formIn(next))).toHaveLength(20)
  })

  it('does not show what the import leaves out on purpose', async () => {
    const staff = await staffOf()
    const address = await previewed(staff, 'Imię;Nazwisko;PESEL;Data ur.\nJan;Kot;90010112345;wiosną\n')
    const { text } = await staff.get(address)
    expect(text).not.toContain('90010112345')
    expect(text).toContain('aria-label="Data ur., row 2"')
  })

  it('tells two people who edit at the same time, and loses nothing', async () => {
    const first = await staffOf()
    const second = await staffOf(first.account.tenantId)
    const rows = ['B-1;Jan;Kot;wiosną;;;', 'B-2;Iga;Lis;zimą;;;', 'B-3;Ewa;Sowa;latem;;;', 'B-4;Ada;Ryś;jesienią;;;']
    const address = await previewed(first, `${header}${rows.join('\n')}\n`)
    const opened = (await first.get(address)).text
    expect((await fix(second, address, { '0.3': '1990', '1.3': '30.02.1991', '2.2': 'Sowińska' })).status).toBe(422)

    const answer = await send(first, address, typed(opened, { '0.3': '1980', '1.3': '1981', '3.3': '1984' }))
    expect(answer.status).toBe(422)
    expect(answer.text).toContain('Somebody else has already fixed or left out row 2.')
    expect(answer.text).toContain('Somebody else changed this row after you opened it.')
    const form = formIn(answer.text)
    const [iga, ewa] = rowIds(form)
    expect(form[`rows[${iga}][cells][c3]`]).toBe('1981')
    expect(answer.text).toContain('<bdi>30.02.1991</bdi>')
    expect(form[`rows[${ewa}][cells][c2]`]).toBe('Sowińska')
    expect(await countsOf(first, address)).toMatchObject({ new: 2, refused: 2 })

    expect((await send(first, address, typed(answer.text, { '1.3': '1983' }))).status).toBe(303)
    await started(first, address)
    expect((await people(first)).map(one => `${one.familyName} ${one.birthDate}`).toSorted()).toEqual([
      'Kot 1990',
      'Lis 1981',
      'Ryś 1984',
      'Sowińska 1983',
    ])
  })

  it('belongs to its organisation and its state, and takes no odd form', async () => {
    const staff = await staffOf()
    const address = await previewed(staff, `${header}B-1;Jan;Kot;wiosną;;;\nB-2;Iga;Lis;1990;;;\n`)
    const fields = typed((await staff.get(address)).text, { '0.3': '1990' })
    const stranger = await staffOf()
    expect((await stranger.post(`${address}/fixes`, fields, '/imports')).status).toBe(404)
    const [row] = rowIds(fields)
    expect((await send(staff, address, { ...fields, [`rows[${row}][cells][c3][x]`]: '1' })).status).toBe(422)
    expect((await send(staff, address, { [`rows[nonsense][seen]`]: '1' })).status).toBe(422)
    expect(await countsOf(staff, address)).toMatchObject({ new: 1, refused: 1 })
    await started(staff, address)
    expect((await staff.post(`${address}/fixes`, fields, '/imports')).status).toBe(409)
    expect(await names(staff)).toEqual(['Iga Lis'])
  })
})

describe('an import named in capital letters', () => {
  it('takes other headings, columns and fixes, and opens afterwards', async () => {
    const staff = await staffOf()
    const address = await uploaded(staff, `${header}B-1;Jan;Kot;wiosną;;;\nB-2;Iga;Lis;zimą;;;\n`)
    const inCapitals = `/imports/${idOf(address).toUpperCase()}`
    for (const row of ['2', '1'])
      expect((await staff.post(`${inCapitals}/header`, { row }, '/imports')).status).toBe(303)
    const { reading } = await ostoja.features.imports.columns(actorOf(staff), idOf(address))
    const columns = reading.columns.map((field, index) => [`columns[${index}]`, field ?? ''])
    const { encoding, dayOrder } = reading
    const chosen = { encoding, dayOrder, ...(Object.fromEntries(columns) as Record<string, string>) }
    expect((await staff.post(`${inCapitals}/columns`, chosen, '/imports')).status).toBe(303)

    const fields = Object.entries(typed((await staff.get(inCapitals)).text, { '0.3': '1990' }))
    const raised = fields.map(([name, value]) => [
      name.replace(/^rows\[[^\]]+/, id => `rows[${id.slice(5).toUpperCase()}`),
      value,
    ])
    await send(staff, inCapitals, Object.fromEntries(raised) as Record<string, string>)
    for (const page of [address, `${address}/columns`]) expect((await staff.get(page)).status).toBe(200)
    expect(await countsOf(staff, address)).toMatchObject({ new: 1, refused: 1 })
  })
})

describe('what was fixed', () => {
  const rowsOf = (address: string) =>
    inDatabase<{ row: string; fixed_columns: number[] }>(
      ostoja.database.adminUrl,
      `select encode(row_sealed, 'escape') || refusals || warnings as row, fixed_columns from import_rows where import_id = '${idOf(address)}' order by number`,
    )

  it('is sealed, is one event in the log, and goes with the rows of the import', async () => {
    const staff = await staffOf()
    const address = await previewed(staff, `${header}B-1;Jan;Kot;wiosną;;;\nB-2;Iga;Lis;zimą;;;\n`)
    await fix(staff, address, { '0.2': 'Brzęczyszczykiewicz', '0.3': '1990', '1.2': 'Zażółćgęślą' })
    const kept = await rowsOf(address)
    expect(kept.map(row => row.fixed_columns)).toEqual([[2, 3], [2]])
    expect(kept.map(one => one.row).join(' ')).not.toMatch(/czyszczykiewicz|Brz|Za\\|1990/)

    const events = await inDatabase<{ detail: object }>(
      ostoja.database.adminUrl,
      `select detail from audit_events where subject_id = '${idOf(address)}' and action = 'import.rows-fixed'`,
    )
    expect(events).toEqual([{ detail: { changed: 2, taken: 1, refused: 1, leftOut: 0 } }])

    const sheet = { passphrase: filePassphrase, repeated: filePassphrase }
    const { body } = await staff.fetchFile(`${address}/refused.csv`, sheet, address)
    expect(await openAge(body)).toContain('Zażółćgęślą')
    await staff.post(`${address}/discard`, {}, address)
    expect(await rowsOf(address)).toEqual([])
  })

  it('is no event where nothing was changed', async () => {
    const staff = await staffOf()
    const address = await previewed(staff, `${header}B-1;Jan;Kot;wiosną;;;\n`)
    const events = () =>
      inDatabase(
        ostoja.database.adminUrl,
        `select 1 from audit_events where subject_id = '${idOf(address)}' and action = 'import.rows-fixed'`,
      )
    await fix(staff, address, {})
    await send(staff, address, { show: 'refused' })
    expect(await events()).toEqual([])
    await fix(staff, address, { '0.3': '1990' })
    expect(await events()).toHaveLength(1)
  })

  it('is erased with the person, by the name in the file and by the fixed one', async () => {
    const staff = await staffOf()
    const address = await previewed(staff, 'Imię;Nazwisko;Data ur.\nJan;Kot;wiosną\nIga;Lis;zimą\nEwa;Sowa;latem\n')
    await fix(staff, address, { '0.1': 'Kotowski', '1.0': 'Jan', '1.1': 'Kot', '2.1': 'Sówka' })
    const person = { givenNames: 'Jan', familyName: 'Kot', fileNumber: 'Z-9' }
    const client = await newClient(ostoja, actorOf(staff), person)
    await ostoja.features.erasures.erase({ ...actorOf(staff), roles: ['administrator'] }, client, 'na życzenie')
    expect(await rowsOf(address)).toHaveLength(1)
    expect((await staff.get(address)).text).toContain('Sówka')
  })

  it('stays with its row and column where other columns are chosen, and is dropped, said so, where its row is a heading', async () => {
    const staff = await staffOf()
    const address = await previewed(staff, `${header}B-1;Jan;Kot;wiosną;zły;;\nB-2;Iga;Lis;1990;;;\n`)
    await fix(staff, address, { '0.3': '1990' })
    expect(await countsOf(staff, address)).toMatchObject({ new: 1, refused: 1 })
    const { reading } = await ostoja.features.imports.columns(actorOf(staff), idOf(address))
    const without = (place: number) => ({
      columns: reading.columns.map((field, column) => (column === place ? null : field)),
    })
    await columnsChosen(staff, address, without(4))
    expect(await countsOf(staff, address)).toMatchObject({ new: 2, refused: 0 })
    await columnsChosen(staff, address, without(3))
    expect((await staff.get(address)).text).toContain('Fixes in “Data ur.” are not used')
    await columnsChosen(staff, address, reading)
    expect((await staff.get(`${address}/columns`)).text).toContain('1 row was fixed by hand')

    await staff.post(`${address}/header`, { row: '2' }, `${address}/columns`)
    expect((await staff.get(`${address}/columns`)).text).toContain(
      'The row that was fixed or left out is no longer imported',
    )
  })
})
