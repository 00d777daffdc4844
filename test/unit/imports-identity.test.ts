import { describe, expect, it } from 'vitest'
import { countsRows, guessReading } from '../../src/features/imports/columns/guess.ts'
import { isSamePerson } from '../../src/features/imports/columns/identity.ts'
import { newProfile } from '../../src/features/imports/columns/profile.ts'
import { fileNumberKey, fileNumberSpellings } from '../../src/platform/text/file-number.ts'

describe('a row with the number of a client is about that client', () => {
  const anna = { givenNames: 'Anna Maria', familyName: 'Nowak', birthDate: '1985-04-03' }
  const hubert = { givenNames: 'Hubert', familyName: 'Zagajnik' }

  it.each([
    [false, anna, { ...hubert, birthDate: '1988-09-09' }],
    [false, anna, { ...anna, birthDate: '1988-09-09' }],
    [false, anna, { ...hubert, birthDate: '1985-04-03' }],
    [false, anna, hubert],
    [false, anna, { givenNames: 'Anna', familyName: 'Kowalska' }],
    [false, anna, { givenNames: 'Hubert' }],
    [false, anna, { givenNames: 'Anna', familyName: 'Nowak', birthDate: '1984' }],
    [false, hubert, { givenNames: 'Hubert', familyName: 'Nowak' }],
    [true, anna, anna],
    [true, anna, { givenNames: 'ANNA', familyName: 'nowak' }],
    [true, anna, { givenNames: 'Anna', familyName: 'Kowalska', birthDate: '1985-04-03' }],
    [true, anna, { givenNames: 'Hanna', familyName: 'Nowak-Lis', birthDate: '1985-04-03' }],
    [true, anna, { givenNames: 'Anna', familyName: 'Nowak', birthDate: '1985' }],
    [true, anna, { givenNames: 'Anna' }],
    [true, { ...anna, preferredName: 'Ania' }, { givenNames: 'Ania', familyName: 'Nowak' }],
    [true, { givenNames: 'Hubert' }, { ...hubert, birthDate: '1988-09-09' }],
    [true, anna, { givenNames: 'Anna Maria', familyName: 'Kowalska', birthDate: '1985-04-03' }],
    [true, { givenNames: 'Тарас', familyName: 'Шевченко' }, { givenNames: 'Taras', familyName: 'Szewczenko' }],
    [true, { givenNames: 'Jan', familyName: 'Nowak-Lis' }, { givenNames: 'Jan', familyName: 'NowakLis' }],
    [true, { givenNames: 'Jan', familyName: 'van der Berg' }, { givenNames: 'Jan', familyName: 'Berg' }],
  ])('%s: %o, %o', (same, recorded, row) => {
    expect(isSamePerson(newProfile(recorded), row)).toBe(same)
  })
})

describe('a row with the number of a client is decided by a person', () => {
  const day = '1947-05-12'
  it.each<[string, [string, string, string?], [string, string, string?]]>([
    ['the year alone is the same', ['Anna', 'Nowak', '1947'], ['Anna', 'Zagajnik', '1947-09-09']],
    ['the row knows only the year', ['Anna', 'Nowak', day], ['Anna', 'Kowalska', '1947']],
    ['only the month is the same', ['Anna', 'Nowak', day], ['Anna', 'Kowalska', '1947-05']],
    ['both know only the year', ['Anna', 'Nowak', '1947'], ['Anna', 'Kowalska', '1947']],
    ['it is a sibling of the same year', ['Jan', 'Lis', day], ['Zofia', 'Lis', '1947']],
    ['it is a twin', ['Zofia', 'Lis', day], ['Jan', 'Lis', day]],
    ['it is a twin with a name like the other', ['Maria', 'Lis', day], ['Marta', 'Lis', day]],
    ['it is a twin of the other sex', ['Daniel', 'Lis', day], ['Daniela', 'Lis', day]],
    ['it is a twin who shares the second name', ['Anna Maria', 'Lis', day], ['Ewa Maria', 'Lis', day]],
    ['the name is misspelled and the day unknown', ['Hanna', 'Nowak', '1947'], ['Anna', 'Nowak', '1947']],
    ['both names are other ones', ['Hanna', 'Nowak', day], ['Anna', 'Lis', day]],
    ['two words are shared that many names have', ['Maria', 'van der Berg'], ['Maria', 'van der Dijk']],
    ['a part of both family names is the same', ['Maria', 'Garcia Lopez'], ['Maria', 'Garcia Marquez']],
    ...['van', 'von', 'de', 'der', 'da', 'el', 'al', 'bin', 'ten'].map(
      (word): [string, [string, string], [string, string]] => [
        `the shared word is ${word}`,
        ['Maria', `${word} Berg`],
        ['Maria', `${word} Dijk`],
      ],
    ),
  ])('where %s', (_why, recorded, said) => {
    const person = ([givenNames, familyName, birthDate]: [string, string, string?]) => ({
      givenNames,
      familyName,
      ...(birthDate && { birthDate }),
    })
    expect(isSamePerson(newProfile(person(recorded)), person(said))).toBe(false)
    expect(isSamePerson(newProfile(person(said)), person(recorded))).toBe(false)
  })

  it('where only what they are called is the same', () => {
    const recorded = newProfile({ givenNames: 'Aleksandra', familyName: 'Lis', preferredName: 'Ola' })
    expect(isSamePerson(recorded, { givenNames: 'Olga', familyName: 'Lis', preferredName: 'Ola' })).toBe(false)
  })
})

describe('a column', () => {
  it.each([
    ['Nr', ['1', '2', '3', '4'], true],
    ['Nr', ['7001', '7002', '7003'], true],
    ['Nr', ['3', '1', '2', '4'], true],
    ['ID', ['1', '2', '4', '5', '6'], true],
    ['L.p.', ['1.', '2.', '3.'], true],
    ['nr', ['1'], true],
    ['nr', ['7001'], false],
    ['Nr', ['000001', '000002'], false],
    ['Nr', ['17', '402', '33'], false],
    ['Nr', ['A1', 'A2'], false],
    ['Nr teczki', ['1', '2', '3'], false],
    ['ID', [], false],
  ])('%s with %o counts rows: %s', (header, values, expected) => {
    expect(countsRows(header, values)).toBe(expected)
  })

  it('that counts rows is not taken for file numbers', () => {
    const rows = [
      ['1', 'A-7', 'Anna'],
      ['2', 'A-9', 'Jan'],
    ]
    expect(guessReading(['Nr', 'Nr teczki', 'Imię'], rows).columns).toEqual([null, 'fileNumber', 'givenNames'])
    expect(guessReading(['Nr', 'Uwagi', 'Imię'], rows).columns).toEqual([null, 'notes', 'givenNames'])
  })
})

describe('file numbers', () => {
  it.each([
    ['41', '000041'],
    ['041', '0000041'],
    ['a-7', 'A-7'],
    ['0041/2024', '41/2024'],
    [' 7  b', '007 B'],
    ['0', '000'],
  ])('%s and %s are one', (one, other) => {
    expect(fileNumberKey(one)).toBe(fileNumberKey(other))
    expect(fileNumberSpellings(one)).toContain(fileNumberSpellings(other)[0])
  })

  it('that differ otherwise are two', () => {
    for (const [one, other] of [
      ['41', '410'],
      ['A-01', 'A-1'],
      ['1/41', '1/42'],
    ] as const)
      expect(fileNumberKey(one)).not.toBe(fileNumberKey(other))
  })
})
