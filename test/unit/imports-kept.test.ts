import { describe, expect, it } from 'vitest'
import { fieldNames, type Field } from '../../src/features/imports/columns/fields.ts'
import { guessReading } from '../../src/features/imports/columns/guess.ts'
import { amendedProfile, differences, newProfile } from '../../src/features/imports/columns/profile.ts'
import { readRow } from '../../src/features/imports/columns/read-row.ts'

const readOf = (row: Record<string, string>) => {
  const reading = guessReading(Object.keys(row), [])
  const read = readRow({ number: 2, cells: Object.values(row) }, reading, '2026-11-30', 'PL')
  return { ...read, after: newProfile(read.given) }
}

describe('nothing that is in a cell is lost:', () => {
  const readSoFar: Field[] = [
    'birthDate',
    'deceasedOn',
    'gender',
    'interpreterNeeded',
    'languages',
    'email',
    'phoneLabel',
  ]
  const inText = fieldNames.filter(field => !readSoFar.includes(field))

  it.each(inText)('every word of %s, whatever stands between', field => {
    const columns: Field[] =
      /name(s|FamilyFirst)?$/i.test(field) && field !== 'preferredName' ? [field] : ['familyName', field]
    const cells = ['Nowak', 'rano ::: nie ::: dzwonić'].slice(-columns.length)
    const { given, refusals } = readRow({ number: 2, cells }, { ...guessReading([], []), columns }, '2026-11-30', 'PL')
    expect(refusals).toEqual([])
    for (const word of ['rano', 'nie', 'dzwonić']) expect(JSON.stringify(given)).toContain(word)
  })

  it.each(['familyName', 'preferredName', 'alerts', 'notes'] as const)('%s stays as it is in the file', field => {
    const { given } = readRow(
      { number: 2, cells: ['Anna', 'rano ::: nie dzwonić'] },
      { ...guessReading([], []), columns: ['givenNames', field] },
      '2026-11-30',
      'PL',
    )
    expect([given[field]].flat()).toEqual(['rano ::: nie dzwonić'])
  })

  it.each<[string, Record<string, string>, string[]]>([
    [
      'the second address of Google',
      { 'Address 1 - Street': 'Polna 3', 'Address 2 - Street': 'Leśna 5', 'Address 2 - City': 'Toruń' },
      ['Polna 3', 'Leśna 5, Toruń'],
    ],
    [
      'several addresses in its cells, some with nothing in a part',
      { 'Address 1 - Street': 'Polna 3 ::: Leśna 5', 'Address 1 - City': '::: Toruń', 'Address 1 - PO Box': ':::' },
      ['Polna 3', 'Leśna 5/Toruń'],
    ],
    [
      'the three addresses of Outlook',
      {
        'Home Street': 'Polna 3',
        'Home City': 'Łódź',
        'Business Street': 'Długa 1',
        'Business City': 'Gdynia',
        'Other Street': 'Leśna 5',
        'Other Postal Code': '87-100',
      },
      ['Polna 3/Łódź', 'Długa 1, Gdynia', 'Leśna 5, 87-100'],
    ],
    ['one that is given twice, once', { 'Home Street': 'Polna 3', 'Other Street': 'polna 3' }, ['Polna 3']],
  ])('%s', (_, row, expected) => {
    const { after, refusals } = readOf({ Nazwisko: 'Nowak', ...row })
    expect(refusals).toEqual([])
    expect(after.addresses.map(({ line, city }) => [line, city].filter(Boolean).join('/'))).toEqual(expected)
    expect(after.addresses.map(({ use }) => use)).toEqual(expected.map((_, index) => (index ? 'other' : 'home')))
  })

  it('an address more than a record can hold refuses the row', () => {
    const street = Array.from({ length: 11 }, (_, index) => `Polna ${index}`).join(' ::: ')
    expect(readOf({ Nazwisko: 'Nowak', Ulica: street }).refusals).toEqual([{ code: 'too-many', field: 'otherAddress' }])
  })

  it('the same row again adds no address', () => {
    const { given, after } = readOf({ Nazwisko: 'Nowak', 'Home Street': 'Polna 3', 'Other Street': 'Leśna 5' })
    expect(differences(after, amendedProfile(after, given))).toEqual([])
  })
})

describe('the label of a phone', () => {
  it.each([
    ['Mobile', 'mobile', null],
    ['* Mobile', 'mobile', null],
    ['Home', 'home', null],
    ['Work', 'work', null],
    ['Praca', 'work', null],
    ['Other', 'other', null],
    ['', 'other', null],
    ['Sąsiadka', 'other', 'Sąsiadka: 601 234 567'],
    ['Home Fax', 'other', 'Home Fax: 601 234 567'],
  ])('%s makes it %s, and is kept where it says more', (label, type, notes) => {
    const { after } = readOf({ Name: 'Anna Nowak', 'Phone 1 - Label': label, 'Phone 1 - Value': '601 234 567' })
    expect(after.phones).toEqual([{ type, number: '+48601234567', typed: '601 234 567' }])
    expect(after.notes).toBe(notes)
  })

  it.each([
    [
      'before',
      { 'Typ telefonu': 'Dom', Telefon: '22 621 12 34', 'Typ telefonu 2': 'Praca', 'Telefon 2': '601 234 567' },
    ],
    [
      'after',
      { Telefon: '22 621 12 34', 'Typ telefonu': 'Dom', 'Telefon 2': '601 234 567', 'Typ telefonu 2': 'Praca' },
    ],
  ])('may stand %s it', (_, row) => {
    const { after } = readOf({ Nazwisko: 'Nowak', ...row } as Record<string, string>)
    expect(after.phones.map(({ type, typed }) => [type, typed])).toEqual([
      ['home', '22 621 12 34'],
      ['work', '601 234 567'],
    ])
  })
})
