import { expect, it } from 'vitest'
import { isAbout } from '../../src/features/erasure/person.ts'

const person = { clientId: 'c-1', fileNumber: '7', givenNames: 'Łucja', birthDate: '1983-11-14' }

it.each([
  ['Zz12345678ab', [], true],
  ['Zz1983a11b12', [], true],
  ['Zza1b2c1999', ['14.11.1983'], true],
  ['Zz12345678ab', ['1.01.1950'], false],
  ['Kowalska', ['1983-11-14T00:00'], true],
  ['Kowalska', ['19831114'], true],
  ['Kowalska', ['2.03.1970'], false],
])('a row of Łucja %s with %j is about her: %s', (familyName, dates, about) => {
  expect(isAbout({ ...person, familyName })(['Łucja', familyName, ...dates])).toBe(about)
})
