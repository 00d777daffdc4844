import { describe, expect, it } from 'vitest'
import { ageOn } from '../../src/features/clients/profile.ts'
import { clientForm } from '../../src/features/clients/schema.ts'
import { readDate } from '../../src/features/imports/columns/dates.ts'
import { mayBeSameDay } from '../../src/platform/text/names/days.ts'

const formDay = (typed: string) => {
  const read = clientForm('2026-11-30', 'PL').safeParse({ familyName: 'Nowak', birthDate: typed })
  return read.success ? read.data.birthDate : read.error.issues[0]?.message
}

describe('a birth date', () => {
  it.each([
    ['1947', '1947'],
    ['ok. 1947', '1947'],
    ['ok.1947 r.', '1947'],
    ['około 1947 roku', '1947'],
    ['c. 1947', '1947'],
    ['ca 1947', '1947'],
    ['~1947', '1947'],
    ['about 1947', '1947'],
    ['1947-05', '1947-05'],
    ['05.1947', '1947-05'],
    ['5/1947', '1947-05'],
    ['V 1947', '1947-05'],
    ['maj 1947', '1947-05'],
    ['May 1947', '1947-05'],
    ['1.II.1990', '1990-02-01'],
    ['1 II 1990', '1990-02-01'],
    ['12-xii-1990 r.', '1990-12-12'],
    ['1 lutego 1990', '1990-02-01'],
    ['3 paź 1990', '1990-10-03'],
    ['20 Oct 1940', '1940-10-20'],
    ['October 20, 1940', '1940-10-20'],
    ['14.11.1983', '1983-11-14'],
  ])('%s is the same in the form and in a file', (typed, date) => {
    expect(formDay(typed)).toBe(date)
    expect(readDate(typed, 'day-first')).toEqual({ date })
  })

  it.each(['31.II.1990', '13.1947', '1 Brumaire 1990', 'XIII 1947', '1 ma 1990', 'kiedyś', '47', '1800'])(
    '%s is none',
    typed => {
      expect(formDay(typed)).toMatch(/^(problems|clients):/)
      expect(readDate(typed, 'day-first')).toHaveProperty('fault')
    },
  )

  it.each([
    ['2027', 'problems:date-in-future'],
    ['12.2026', 'problems:date-in-future'],
    ['2026', '2026'],
    ['11.2026', '2026-11'],
  ])('%s is judged by what is known of it', (typed, expected) => {
    expect(formDay(typed)).toBe(expected)
  })

  it('known in part gives the age there may be at most, and may be the same as any day in it', () => {
    expect([ageOn('1947', '2026-01-01'), ageOn('1947-05', '2026-04-30'), ageOn('1947-05', '2026-05-01')]).toEqual([
      79, 78, 79,
    ])
    expect(mayBeSameDay('1947', '1947-05-03')).toBe(true)
    expect(mayBeSameDay('1947-05', '1947')).toBe(true)
    expect(mayBeSameDay('1947-05', '1947-06-03')).toBe(false)
  })
})

it('a day of death is a whole day', () => {
  const read = clientForm('2026-11-30', 'PL').safeParse({ familyName: 'Nowak', deceasedOn: '1947' })
  expect(read.error?.issues.map(({ path, message }) => [path.join(), message])).toEqual([
    ['deceasedOn', 'problems:date'],
  ])
})
