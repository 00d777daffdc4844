import { stringify } from 'csv-stringify/sync'
import fc from 'fast-check'
import iconv from 'iconv-lite'
import { describe, expect, it } from 'vitest'
import { readDate } from '../../src/features/imports/columns/dates.ts'
import { fieldNames } from '../../src/features/imports/columns/fields.ts'
import { guessReading } from '../../src/features/imports/columns/guess.ts'
import { readPhones } from '../../src/features/imports/columns/phones.ts'
import { amendedProfile, differences, newProfile } from '../../src/features/imports/columns/profile.ts'
import { readRow } from '../../src/features/imports/columns/read-row.ts'
import { delimiters } from '../../src/features/imports/file/delimiter.ts'
import { FileFault } from '../../src/features/imports/file/file-fault.ts'
import { readable } from '../../src/features/imports/file/letters.ts'
import { readTable, type TableRow } from '../../src/features/imports/file/table.ts'
import { defuse } from '../../src/features/imports/refused-file.ts'
import { cpuMs } from '../support/cpu-time.ts'

const plainReading = { dayOrder: 'day-first', dropDigits: false } as const
const limits = { bytes: 1_000_000, rows: 1000, columns: 20, cellLength: 1000 }

/** Bytes that arrive in pieces of these sizes, over and over. */
async function* inPieces(bytes: Buffer, sizes: readonly number[] = [65_536]) {
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length]!
    yield bytes.subarray(at, at + size)
    at += size
  }
}

const read = async (file: Buffer | string, sizes?: readonly number[]) => {
  const rows: TableRow[] = []
  const facts = await readTable(inPieces(Buffer.from(file as string), sizes), {
    limits,
    batch: 7,
    onRows: async some => void rows.push(...some),
  })
  const letters = (cells: readonly string[]) => cells.map(cell => readable(cell, facts.encoding))
  return {
    ...facts,
    header: letters(facts.header),
    cells: rows.map(row => letters(row.cells)),
    numbers: rows.map(row => row.number),
  }
}

const faultOf = async (file: Buffer | string) => {
  const fault: unknown = await read(file).catch((caught: unknown) => caught)
  return fault instanceof FileFault ? [fault.kind, fault.line] : fault
}

describe('a file', () => {
  const polish = fc.string({ unit: fc.constantFrom(...Array.from('aąbcćeęłńóśźżŁŻ AZ019.-/\'";,\t\n')), maxLength: 12 })
  const table = fc
    .record({
      delimiter: fc.constantFrom(...delimiters),
      width: fc.integer({ min: 2, max: 6 }),
      rows: fc.array(fc.array(polish, { minLength: 6, maxLength: 6 }), { minLength: 1, maxLength: 20 }),
      encoding: fc.constantFrom(
        'utf8',
        'utf8-marked',
        'utf16le-marked',
        'utf16be-marked',
        'win1250',
        'iso88592',
        'cp852',
      ),
      sizes: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 4 }),
      newline: fc.constantFrom('\n', '\r\n', '\r'),
    })
    .map(({ width, rows, ...rest }) => ({
      ...rest,
      header: Array.from({ length: width }, (_, index) => `Kolumna ${index}`),
      rows: rows.map(row => [`x${row[0] ?? ''}`, ...row.slice(1, width)]),
    }))

  const encoded = (text: string, encoding: string) => {
    if (encoding === 'utf8-marked') return Buffer.from(`\ufeff${text}`)
    if (encoding === 'utf16le-marked') return Buffer.from(`\ufeff${text}`, 'utf16le')
    if (encoding === 'utf16be-marked') return Buffer.from(`\ufeff${text}`, 'utf16le').swap16()
    return iconv.encode(text, encoding)
  }

  it('is read the same however it is parted, encoded and cut into pieces', async () => {
    await fc.assert(
      fc.asyncProperty(table, async ({ header, rows, delimiter, encoding, sizes, newline }) => {
        // Letters of two kinds make sure that the encoding can be told at all.
        const all = [header, header.map(() => 'żółć święta'), ...rows]
        const file = encoded(
          stringify(all, { delimiter, record_delimiter: newline, quoted: newline !== '\n' }),
          encoding,
        )
        const found = await read(file, sizes)
        expect(found.delimiter).toBe(delimiter)
        expect(found.header).toEqual(header)
        expect(found.cells).toEqual(all.slice(1).map(row => row.map(cell => cell.normalize('NFC'))))
      }),
      { numRuns: 150 },
    )
  })

  it.each([
    ['nothing at all', '', ['empty', null]],
    ['only line breaks', '\n\r\n\n', ['empty', null]],
    ['only a header', 'Imię;Nazwisko\r\n', ['only-header', null]],
    ['a NUL', 'a,b\n1\0,2\n', ['binary', null]],
    ['an .xlsx under another name', 'PK\u0003\u0004whatever', ['spreadsheet', null]],
    ['an old .xls', Buffer.from('d0cf11e0a1b11ae100', 'hex'), ['spreadsheet', null]],
    ['a quotation mark that is never closed', 'a,b\n1,2\n3,"4\n5,6\n', ['unclosed-quote', 3]],
    ['a cell that is too long', `a,b\n1,${'x'.repeat(1001)}\n`, ['cell-too-long', 2]],
    ['too many columns', `${'a,'.repeat(21)}a\n1\n`, ['too-many-columns', null]],
    ['too many rows', `a,b\n${'1,2\n'.repeat(1001)}`, ['too-many-rows', null]],
    ['too many bytes', `a,b\n${`1,${'x'.repeat(990)}\n`.repeat(999)}${'2,2\n'.repeat(9000)}`, ['too-large', null]],
  ])('of %s is refused as such', async (_, file, expected) => {
    expect(await faultOf(file)).toEqual(expected)
  })

  it('keeps the row numbers of the spreadsheet past empty lines', async () => {
    const { numbers, cells } = await read('sep=;\r\na;b\r\n1;2\r\n\r\n;;;\r\n3;"4\n4"\r\n5;6;;;\r\n')
    expect(numbers).toEqual([3, 6, 7])
    expect(cells).toEqual([
      ['1', '2'],
      ['3', '4\n4'],
      ['5', '6'],
    ])
  })

  it.each([
    ['utf16-be', 'Imię;Nazwisko\nŚwiętosław;Żółć', 'utf-8'],
    ['utf16-le', 'Imię;Nazwisko\nŚwiętosław;Żółć', 'utf-8'],
    ['iso88592', 'Imię;Nazwisko\nŚwiętosław;Żak', 'iso-8859-2'],
    ['win1250', 'Imię;Nazwisko\nŚwiętosław;Żak', 'windows-1250'],
    ['win1250', 'Name;Note\nJan;“tak” – ul. Polna', 'windows-1250'],
    ['cp852', 'Imię;Nazwisko\nŚwiętosław;Żak', 'ibm852'],
    ['win1251', 'Ім’я;Прізвище\nЮлія;Ковальчук', 'windows-1251'],
    ['win1252', 'Name;City\nÅsa;Malmö', 'windows-1252'],
  ])('in %s is read by its plausible letters', async (encoding, text, expected) => {
    const found = await read(iconv.encode(text, encoding))
    expect(found.encoding).toBe(expected)
    expect([found.header, ...found.cells].map(row => row.join(';')).join('\n')).toBe(text)
  })

  it.each([
    ['one title', 'Lista podopiecznych\nImię;Nazwisko;Tel\nAnna;Nowak;1\n', 2, 1],
    ['a title with a comma', 'Lista, stan na 30.11.2026\nImię;Nazwisko;Tel\nAnna;Nowak;1\nJan;Kot;2\n', 2, 2],
    [
      'titles as a spreadsheet fills them',
      'Lista;;;\n;;stan na 2026;\n\nImię;Nazwisko;Tel;Uwagi\nAnna;Nowak;1\n',
      4,
      1,
    ],
    ['none', 'Imię;Nazwisko;Tel\nAnna;;\nJan;Kot\n', 1, 2],
    ['none and one column', 'Imię\nAnna\n', 1, 1],
  ])('with %s above its headings is read from the headings on', async (_, text, headerRow, count) => {
    const found = await read(text)
    expect([found.headerRow, found.rows, found.header[0]]).toEqual([headerRow, count, 'Imię'])
  })

  it('in UTF-8 with one broken letter stays UTF-8', async () => {
    const broken = Buffer.concat([Buffer.from(`a,b\n${'żółć,gęś\n'.repeat(20)}x,`), Buffer.from([0xc5, 0x0a])])
    const { encoding, cells } = await read(broken)
    expect(encoding).toBe('utf-8')
    expect(cells[0]).toEqual(['żółć', 'gęś'])
    expect(cells.at(-1)).toEqual(['x', '\ufffd'])
  })
})

describe('columns', () => {
  const guessed = (header: string, ...rows: string[]) =>
    guessReading(
      header.split(';'),
      rows.map(row => row.split(';')),
    )

  it('are guessed from Polish names', () => {
    expect(
      guessed(
        'Lp.;Nr teczki;Imię;Nazwisko;Data ur.;PESEL;Tel. kom.;Telefon 2;E-mail;Ulica;Nr domu;Nr lokalu;Kod pocztowy;Miejscowość;Płeć;Uwagi',
      ).columns,
    ).toEqual([
      null,
      'fileNumber',
      'givenNames',
      'familyName',
      'birthDate',
      null,
      'phoneMobile',
      'phoneOther',
      'email',
      'addressLine',
      'houseNumber',
      'flatNumber',
      'postalCode',
      'city',
      'gender',
      'notes',
    ])
  })

  it('are guessed from English names in any spelling, the surest name first', () => {
    expect(guessed('id;MRN;firstName;last_name;Date of Birth;Cell Phone;ZIP;COUNTY;STATE').columns).toEqual([
      null,
      'fileNumber',
      'givenNames',
      'familyName',
      'birthDate',
      'phoneMobile',
      'postalCode',
      null,
      'region',
    ])
  })

  it('show by their dates which number is the day', () => {
    expect(guessed('Name;Birth date', 'A B;03/04/1985', 'C D;03/17/1990').dayOrder).toBe('month-first')
    expect(guessed('Name;Birth date', 'A B;03/04/1985', 'C D;17/03/1990').dayOrder).toBe('day-first')
    expect(guessed('Name;Birth date', 'A B;03/04/1985').dayOrder).toBe('day-first')
  })

  it('show that digits are stuck to names', () => {
    expect(guessed('Name;Phone', 'José Eduardo181 Gómez206;1').dropDigits).toBe(true)
    expect(guessed('Name;Phone', 'Jan Kowalski;1', 'Jan Paweł 2;1').dropDigits).toBe(false)
  })
})

describe('a row', () => {
  const reading = (header: string) => guessReading(header.split(';'), [])
  const readCells = (header: string, cells: string[]) =>
    readRow({ number: 2, cells }, reading(header), '2026-11-23', 'PL')
  const refusals = (header: string, ...cells: string[]) => readCells(header, cells).refusals.map(({ code }) => code)

  it('gives what its cells hold, and nothing for empty ones', () => {
    const { given } = readCells('Nr teczki;Nazwisko i imię;Data ur.;Telefon;Język;Ulica;Nr domu;Nr lokalu', [
      '',
      'Żółć Anna Maria',
      '3.04.1985',
      '',
      'ukraiński',
      'Polna',
      '3',
      '4',
    ])
    expect(given).toEqual({
      givenNames: 'Anna Maria',
      familyName: 'Żółć',
      birthDate: '1985-04-03',
      languages: ['uk'],
      address: { line: 'Polna 3/4' },
    })
  })

  it('is refused for what nobody can mean', () => {
    expect(refusals('Imię;Data ur.', 'Jan', '1.01.2030')).toEqual(['birth-date-in-future'])
    expect(refusals('Imię;Data ur.', 'Jan', '31.02.1990')).toEqual(['date-impossible'])
    expect(refusals('Imię;Data ur.', 'Jan', '5.11.83')).toEqual(['date-short-year'])
    expect(refusals('Imię;Data śmierci', 'Jan', '1983')).toEqual(['date-not-whole'])
    expect(refusals('Imię;Data ur.', 'Jan', '2031')).toEqual(['birth-date-in-future'])
    expect(refusals('Imię;Płeć', 'Jan', 'zzz')).toEqual(['gender-unknown'])
    expect(refusals('Imię;E-mail', 'Jan', 'zzz')).toEqual(['email-wrong'])
    expect(refusals('Imię;E-mail', '', 'a@example.org')).toEqual(['no-name'])
    expect(refusals('Imię;Nazwisko', 'Jan')).toEqual([])
    expect(readCells('Imię;Nazwisko', ['Jan']).warnings).toEqual([{ code: 'short-row' }])
    expect(refusals('Imię;Nazwisko', 'Jan', 'Kowalski', 'x')).toEqual(['ragged'])
    expect(refusals('Imię', 'J\u0007n')).toEqual(['control-characters'])
    expect(refusals('Imię', '\u202bJan\u202c')).toEqual([])
    expect(refusals('Imię', 'J\ufffdn')).toEqual(['damaged-letters'])
    expect(refusals('Imię', 'x'.repeat(201))).toEqual(['too-long'])
    expect(refusals('Imię', 'x'.repeat(200))).toEqual([])
  })

  it('keeps names of every kind', () => {
    for (const name of ['X', 'O’Brien', '😀', '<script>alert(1)</script>', 'עברית', 'Null', '-', "=cmd|' /C calc'!A0"])
      expect(readCells('Imię;Nazwisko', ['Anna', name]).given.familyName).toBe(name === '-' ? '-' : name)
  })

  it('keeps a phone that can’t be dialled, and says so', () => {
    const { given, refusals: none, warnings } = readCells('Imię;Telefon', ['Jan', 'u sąsiadki Zofii'])
    expect([given.phones, none]).toEqual([[{ type: 'other', number: null, typed: 'u sąsiadki Zofii' }], []])
    expect(warnings).toEqual([{ code: 'phone-not-dialable', field: 'phoneOther' }])
  })

  it('parts several phones in one cell', () => {
    expect(
      readPhones('601 234 567, 22 123 45 67; +1 212 555 0100 lub 601234567/602345678', 'mobile', 'PL').map(
        phone => phone.number,
      ),
    ).toEqual(['+48601234567', '+48221234567', '+12125550100', '+48601234567', '+48602345678'])
  })

  it('reads the same day in every notation', () => {
    for (const text of [
      '1983-11-14',
      '14.11.1983',
      '14.11.1983 r.',
      '14/11/1983',
      '14-11-1983',
      '19831114',
      '1983-11-14T00:00:00',
      '14.11.1983 00:00',
      '30634',
    ])
      expect(readDate(text, 'day-first'), text).toEqual({ date: '1983-11-14' })
    expect(readDate('11/14/1983', 'month-first')).toEqual({ date: '1983-11-14' })
  })

  it('with a formula goes out defused and comes back as it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from('=+-@ab1 ')), minLength: 1, maxLength: 8 }), text => {
        const value = text.trim() || 'x'
        expect(defuse(value)).toMatch(/^(?![=+\-@])|^[+-]?[\d\s().]+$/)
        expect(readCells('Imię', [defuse(value)]).given.givenNames).toBe(value.replace(/\s+/g, ' '))
      }),
    )
  })
})

describe('a record that a row is laid over', () => {
  const before = newProfile({
    fileNumber: 'A-1',
    givenNames: 'Anna',
    familyName: 'Nowak',
    birthDate: '1985-04-03',
    gender: 'female',
    languages: ['pl'],
    emails: ['a@example.org'],
    notes: 'Pies.',
    phones: [{ type: 'mobile', number: '+48601234567', typed: '601 234 567' }],
    address: { line: 'Polna 3', city: 'Łódź' },
  })

  it('loses nothing by empty cells', () => {
    const after = amendedProfile(before, { fileNumber: 'a-1', familyName: 'Nowak' })
    expect(differences(before, after)).toEqual([])
    expect(after).toEqual(before)
  })

  it('takes what differs and only grows its lists', () => {
    const after = amendedProfile(before, {
      familyName: 'Kowalska',
      gender: 'unknown',
      address: { line: 'Leśna 5' },
      notes: 'Kot.',
      emails: ['A@example.org'],
      phones: [
        { type: 'home', number: '+48601234567', typed: '601234567' },
        { type: 'other', number: null, typed: 'u Zofii' },
      ],
    })
    expect(differences(before, after)).toEqual(['familyName', 'phones', 'addresses', 'notes'])
    expect(after.phones.map(phone => phone.typed)).toEqual(['601 234 567', 'u Zofii'])
    expect(after.addresses).toEqual([
      { use: 'home', line: 'Leśna 5', city: 'Łódź', postalCode: null, region: null, country: null },
    ])
    expect([after.gender, after.notes]).toEqual(['female', 'Pies.\n\nKot.'])
  })

  it('is the same after the same row again', () => {
    const row = {
      familyName: 'Kowalska',
      notes: 'Kot.',
      alerts: ['Alergia'],
      languages: ['uk'],
      emails: ['b@example.org'],
      address: { city: 'Łódź' },
    }
    const once = amendedProfile(before, row)
    expect(differences(once, amendedProfile(once, row))).toEqual([])
  })
})

describe('cells made to keep a program busy', () => {
  const length = 20_000
  const busy = {
    'at signs': `${'a@'.repeat(length / 2)} `,
    'full stops': `a@${'.'.repeat(length)}@`,
    blanks: `1${' '.repeat(length)}1`,
    digits: `${'1'.repeat(length)}x`,
    slashes: '/'.repeat(length),
    'slashes among digits': '12/'.repeat(length / 3),
    'slashes and letters': `x${'/,'.repeat(length / 2)}x`,
    'letters in front of digits': 'a1'.repeat(length / 2),
    'times of day': ' 1:22:33.4'.repeat(length / 10),
    'commas and blanks': `,${' '.repeat(length)}`.repeat(2),
  }
  /** CPU time: as long as a click may take, and far longer than anything here should. */
  const atMostMs = 250

  it.each(Object.entries(busy))('of %s are guessed from, and refused, at once', async (_, cell) => {
    let read: ReturnType<typeof readRow>[] = []
    const spent = await cpuMs(() => {
      const columns = fieldNames.map(() => cell)
      guessReading(columns, [columns, columns])
      guessReading(['a', 'Data urodzenia'], [[cell, cell]])
      read = fieldNames.map(field =>
        readRow(
          { number: 2, cells: ['Anna', cell] },
          { columns: ['givenNames', field], ...plainReading },
          '2026-11-23',
          'PL',
        ),
      )
      readDate(cell, 'day-first')
      readPhones(cell.slice(0, 5000), 'mobile', 'PL')
    })
    expect(spent).toBeLessThan(atMostMs)
    expect(read).toHaveLength(fieldNames.length)
    for (const row of read) expect(row.refusals).toContainEqual(expect.objectContaining({ code: 'too-long' }))
  })

  it('are the only ones refused for their length: what a form allows goes in', () => {
    const full = {
      alerts: 'ż'.repeat(300),
      notes: '🦊'.repeat(10_000),
      phoneMobile: Array(10).fill('601 234 567').join(', '),
    }
    const { refusals } = readRow(
      { number: 2, cells: ['Anna', ...Object.values(full)] },
      { columns: ['givenNames', 'alerts', 'notes', 'phoneMobile'], ...plainReading },
      '2026-11-23',
      'PL',
    )
    expect(refusals).toEqual([])
  })
})
