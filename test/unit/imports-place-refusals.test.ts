import { describe, expect, it } from 'vitest'
import type { Field } from '../../src/features/imports/columns/fields.ts'
import type { Reading } from '../../src/features/imports/columns/guess.ts'
import { readRow } from '../../src/features/imports/columns/read-row.ts'
import { placeRefusals } from '../../src/features/imports/fixes/place-refusals.ts'

const today = '2026-11-30'
const long = 'x'.repeat(501)

/** By the place of the column, the codes of what is wrong with its cell; `row`: with the row. */
const placed = (columns: readonly (Field | null)[], cells: string[]) => {
  const reading: Reading = { columns: [...columns], dayOrder: 'day-first', dropDigits: false }
  const row = { number: 2, cells }
  const { refusals } = readRow(row, reading, today, 'PL')
  const found = placeRefusals(row, refusals, { reading, today, country: 'PL' })
  return {
    ...Object.fromEntries([...found.cells].map(([column, all]) => [column, all.map(({ code }) => code).join(' ')])),
    ...(found.row.length > 0 && { row: found.row.map(({ code }) => code).join(' ') }),
  }
}

describe('a reason stands beside', () => {
  it.each<[string, (Field | null)[], string[], object]>([
    ['the date', ['familyName', 'birthDate'], ['Kot', 'wiosną'], { 1: 'date-unreadable' }],
    [
      'each of two dates',
      ['familyName', 'birthDate', 'deceasedOn'],
      ['Kot', 'x', 'y'],
      { 1: 'date-unreadable', 2: 'date-unreadable' },
    ],
    ['the first column of names', ['birthDate', 'familyName', 'givenNames'], ['1990', '', ''], { 1: 'no-name' }],
    ['the whole name', [null, 'fullName'], ['x', ''], { 1: 'no-name' }],
    [
      'the wrong one of two email columns',
      ['familyName', 'email', 'email'],
      ['Kot', 'a@example.com', 'b@'],
      { 2: 'email-wrong' },
    ],
    [
      'both where both are wrong',
      ['familyName', 'email', 'email'],
      ['Kot', 'a@', 'b@'],
      { 1: 'email-wrong', 2: 'email-wrong' },
    ],
    [
      'the wrong one of phones of other types',
      ['familyName', 'phoneMobile', 'phoneWork'],
      ['Kot', '601202303', 'x'.repeat(60)],
      { 2: 'too-long' },
    ],
    [
      'the first of columns that are too many only together',
      ['familyName', 'phoneMobile', 'phoneWork'],
      [
        'Kot',
        '601202303;601202304;601202305;601202306;601202307;601202308',
        '601202313;601202314;601202315;601202316;601202317',
      ],
      { 1: 'too-many' },
    ],
    [
      'the long one of two columns of a street',
      ['familyName', 'addressLine', 'addressLine'],
      ['Kot', 'Polna', long],
      { 2: 'too-long' },
    ],
    [
      'another address',
      ['familyName', 'addressLine', 'otherAddress'],
      ['Kot', 'Polna', 'y'.repeat(300)],
      { 2: 'too-long' },
    ],
    ['the row where it has too many cells', ['familyName', 'birthDate'], ['Kot', '1990', 'x'], { row: 'ragged' }],
  ])('%s', (_, columns, cells, expected) => {
    expect(placed(columns, cells)).toEqual(expected)
  })
})
