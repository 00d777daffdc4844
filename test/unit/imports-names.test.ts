import { describe, expect, it } from 'vitest'
import { guessReading } from '../../src/features/imports/columns/guess.ts'
import { columnsForm } from '../../src/features/imports/schema.ts'
import { readRow } from '../../src/features/imports/columns/read-row.ts'

const namesIn = (header: string, ...cells: string[]) => {
  const { given } = readRow({ number: 2, cells }, guessReading(header.split(';'), []), '2026-11-30', 'PL')
  return [given.givenNames ?? '', given.familyName ?? '']
}

describe('a column with the whole name', () => {
  it.each([
    ['Jan Kowalski', 'Jan', 'Kowalski'],
    ['Jan Maria Kowalski', 'Jan Maria', 'Kowalski'],
    ['Kowalski, Jan', 'Jan', 'Kowalski'],
    ['Kowalski,Jan Maria', 'Jan Maria', 'Kowalski'],
    ['Kowalski ,  Jan', 'Jan', 'Kowalski'],
    ['Nowak Kowalska, Anna', 'Anna', 'Nowak Kowalska'],
    ['van der Berg, Johan', 'Johan', 'van der Berg'],
    ['Johan van der Berg', 'Johan', 'van der Berg'],
    ['JOHAN VAN DER BERG', 'JOHAN', 'VAN DER BERG'],
    ['Maria de la Cruz', 'Maria', 'de la Cruz'],
    ['Robert De Niro', 'Robert', 'De Niro'],
    ['Ana Maria da Silva Santos', 'Ana Maria', 'da Silva Santos'],
    ['Ludwig von Beethoven', 'Ludwig', 'von Beethoven'],
    ['John Mc Leod', 'John', 'Mc Leod'],
    ['Le Van Anh', 'Le Van', 'Anh'],
    ['Anna Nowak - Kowalska', 'Anna', 'Nowak-Kowalska'],
    ['Anna Nowak – Kowalska', 'Anna', 'Nowak-Kowalska'],
    ['Anna Nowak- Kowalska', 'Anna', 'Nowak-Kowalska'],
    ['Nowak - Kowalska, Anna', 'Anna', 'Nowak-Kowalska'],
    ['Anna Nowak-Kowalska', 'Anna', 'Nowak-Kowalska'],
    ['John Smith, Jr.', 'John', 'Smith Jr.'],
    ["Sinéad O'Connor", 'Sinéad', "O'Connor"],
    ['Kowalski,', '', 'Kowalski'],
    ['Kowalski', '', 'Kowalski'],
  ])('Name: %s', (cell, givenNames, familyName) => {
    expect(namesIn('Name', cell)).toEqual([givenNames, familyName])
  })

  it.each([
    ['Kowalski Jan', 'Jan', 'Kowalski'],
    ['Kowalski, Jan Maria', 'Jan Maria', 'Kowalski'],
    ['van der Berg Johan', 'Johan', 'van der Berg'],
    ['Nowak - Kowalska Anna Maria', 'Anna Maria', 'Nowak-Kowalska'],
    ['Żółć', '', 'Żółć'],
  ])('Nazwisko i imię: %s', (cell, givenNames, familyName) => {
    expect(namesIn('Nazwisko i imię', cell)).toEqual([givenNames, familyName])
  })
})

it('columns of their own keep what they say', () => {
  expect(namesIn('Imię;Nazwisko', 'Anna', 'Nowak - Kowalska')).toEqual(['Anna', 'Nowak-Kowalska'])
  expect(namesIn('Imię;Nazwisko', 'Johan', 'van der Berg')).toEqual(['Johan', 'van der Berg'])
  expect(namesIn('Nazwisko', 'Kowalski, Jan')).toEqual(['Jan', 'Kowalski'])
  expect(namesIn('Imię;Nazwisko', 'Jan', 'Kowalski - syn')).toEqual(['Jan', 'Kowalski - syn'])
})

describe('a column of whole names beside one part of them', () => {
  const guessed = (header: string, ...rows: string[]) =>
    guessReading(
      header.split(';'),
      rows.map(row => row.split(';')),
    ).columns

  it.each<[string, string, (string | null)[]]>([
    ['Name;Surname', 'Jan;Kowalski', ['givenNames', 'familyName']],
    ['First name;Name', 'Jan;Kowalski', ['givenNames', 'familyName']],
    ['Imię i nazwisko;Nazwisko', 'Jan Kowalski;Kowalski', ['fullName', null]],
    ['Nazwisko;Nazwisko i imię', 'Kowalski;Kowalski, Jan', [null, 'fullNameFamilyFirst']],
    ['Imię;Nazwisko;Imię i nazwisko', 'Jan;Kowalski;Jan Kowalski', ['givenNames', 'familyName', null]],
    ['Imię i nazwisko;Nazwisko i imię', 'Jan Kowalski;Kowalski Jan', ['fullName', null]],
  ])('%s with %s', (header, row, columns) => {
    expect(guessed(header, row)).toEqual(columns)
  })

  it.each<[(string | null)[], number[]]>([
    [['fullName', 'familyName'], [0]],
    [['givenNames', 'fullNameFamilyFirst'], [1]],
    [['fullName', 'fullNameFamilyFirst'], [1]],
    [['givenNames', 'familyName'], []],
    [['fullName', 'preferredName'], []],
  ])('is pointed at where %j is chosen', (columns, wrong) => {
    const form = { encoding: 'utf-8', dayOrder: 'day-first', columns: columns.map(field => field ?? '') }
    const { error } = columnsForm(columns.length).safeParse(form)
    expect(error?.issues.map(issue => issue.path) ?? []).toEqual(wrong.map(column => ['columns', column]))
  })
})
