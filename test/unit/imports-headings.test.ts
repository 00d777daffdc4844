import { describe, expect, it } from 'vitest'
import { guessReading } from '../../src/features/imports/columns/guess.ts'
import { mostlyLooksLike, noTally, tallyCell, telltaleOf } from '../../src/features/imports/columns/looks-like.ts'
import { readRow } from '../../src/features/imports/columns/read-row.ts'

const fieldsOf = (...header: string[]) => guessReading(header, []).columns

describe('headings as programs write them', () => {
  it.each([
    ['Given Name', 'givenNames'],
    ['Additional Name', 'givenNames'],
    ['Family Name', 'familyName'],
    ['Phone 1 - Value', 'phoneOther'],
    ['Phone 12 - Value', 'phoneOther'],
    ['E-mail 1 - Value', 'email'],
    ['Address 1 - Street', 'addressLine'],
    ['Address 1 - City', 'city'],
    ['Address 1 - Postal Code', 'postalCode'],
    ['Address 1 - Region', 'region'],
    ['Address 1 - Country', 'country'],
    ['Address 2 - City', null],
    ['Phone 1 - Type', null],
    ['Birthday', 'birthDate'],
    ['Notes', 'notes'],
    ['Primary Phone', 'phoneOther'],
    ['Home Phone 2', 'phoneHome'],
    ['Mobile Phone', 'phoneMobile'],
    ['Business Phone', 'phoneWork'],
    ['E-mail 2 Address', 'email'],
    ['Home Street', 'addressLine'],
    ['Home Street 2', 'addressLine'],
    ['Home City', 'city'],
    ['Home State', 'region'],
    ['Home Postal Code', 'postalCode'],
    ['Home Country/Region', 'country'],
    ['Business Street', null],
    ['Adres domowy - ulica', 'addressLine'],
    ['Adres domowy - kod pocztowy', 'postalCode'],
    ['Telefon podstawowy', 'phoneOther'],
  ])('%s is %s', (heading, field) => {
    expect(fieldsOf('Name', heading)[1]).toBe(field)
  })

  it('with several phones and addresses in a cell lose no phone and mix no addresses', () => {
    const header = ['First Name', 'Last Name', 'Birthday', 'Phone 1 - Label', 'Phone 1 - Value', 'Phone 2 - Value']
    const more = ['E-mail 1 - Value', 'Address 1 - Street', 'Address 1 - City']
    const cells = ['Anna', 'Nowak', '0/0/00', 'Mobile ::: Home', '601 234 567 ::: 22 123 45 67', '602 345 678']
    const reading = guessReading([...header, ...more], [])
    const rest = ['a@example.org ::: b@example.org', 'Polna 3 ::: Leśna 5', 'Łódź ::: Toruń']
    const { given, refusals } = readRow({ number: 2, cells: [...cells, ...rest] }, reading, '2026-11-30', 'PL')
    expect(refusals).toEqual([])
    expect(given.phones?.map(phone => phone.typed)).toEqual(['601 234 567', '22 123 45 67', '602 345 678'])
    expect(given.emails).toEqual(['a@example.org', 'b@example.org'])
    expect(given.address).toEqual({ line: 'Polna 3', city: 'Łódź' })
    expect(given.birthDate).toBeUndefined()
  })
})

it('a cell of a field with one value stays whole, whatever stands in it', () => {
  const reading = guessReading(['Nazwisko', 'Imię', 'Uwagi'], [])
  const cells = ['Nowak ::: Kowal', 'Anna', 'rano ::: nie dzwonić']
  const { given } = readRow({ number: 2, cells }, reading, '2026-11-30', 'PL')
  expect(given.familyName).toBe('Nowak ::: Kowal')
  expect(given.notes).toContain('nie dzwonić')
})

describe('a cell', () => {
  it.each([
    ['601 234 567', 'phones'],
    ['+48 601-234-567', 'phones'],
    ['601234567 (córka)', 'phones'],
    ['22 621 12 34', 'phones'],
    ['(0-22) 621 12 34', 'phones'],
    ['anna@example.org', 'emails'],
    ['Anna <x>, anna@example.org', 'emails'],
    ['14.11.1983', 'dates'],
    ['1983-11-14', 'dates'],
    ['1983-11-14 00:00', 'dates'],
    ['00-950', null],
    ['1234567.89', null],
    ['52.229676', null],
    ['1d604da9-9a81-4ba9-80c2-de3375d59b40', null],
    ['Polna 3 m. 5', null],
    ['A-0012345', null],
    ['', null],
  ])('%s looks like %s', (cell, expected) => {
    expect(telltaleOf(cell)).toBe(expected)
  })

  it('that differs from most others does not decide', () => {
    const tally = noTally()
    for (const cell of ['601 234 567', '', 'brak', '602 345 678', '603 456 789']) tallyCell(tally, cell)
    expect(mostlyLooksLike(tally)).toBe('phones')
    for (const cell of ['x', 'y']) tallyCell(tally, cell)
    expect(mostlyLooksLike(tally)).toBe(null)
  })
})
