import { describe, expect, it } from 'vitest'
import { amendedProfile, newProfile, type Given } from '../../src/features/imports/columns/profile.ts'

describe('a row laid over a record', () => {
  it.each<[Given, Given, Given]>([
    [{ birthDate: '1947-05-12' }, { birthDate: '1947' }, { birthDate: '1947-05-12' }],
    [{ birthDate: '1947-05-12' }, { birthDate: '1947-05' }, { birthDate: '1947-05-12' }],
    [{ birthDate: '1947' }, { birthDate: '1947-05-12' }, { birthDate: '1947-05-12' }],
    [{ birthDate: '1947-05-12' }, { birthDate: '1948' }, { birthDate: '1948' }],
    [{ givenNames: 'Anna Maria' }, { givenNames: 'Anna' }, { givenNames: 'Anna Maria' }],
    [{ givenNames: 'Anna' }, { givenNames: 'Anna Maria' }, { givenNames: 'Anna Maria' }],
    [{ givenNames: 'Anna Maria' }, { givenNames: 'Ewa' }, { givenNames: 'Ewa' }],
    [{ familyName: 'Nowak-Lis' }, { familyName: 'Nowak' }, { familyName: 'Nowak' }],
    [{ familyName: 'Żółć' }, { familyName: 'ZOLC' }, { familyName: 'Żółć' }],
    [{ familyName: 'Zolc' }, { familyName: 'Żółć' }, { familyName: 'Żółć' }],
    [{ familyName: 'Nowak' }, { familyName: 'NOWAK' }, { familyName: 'Nowak' }],
    [{ familyName: 'Mcdonald' }, { familyName: 'McDonald' }, { familyName: 'McDonald' }],
  ])('%o, then %o: %o', (recorded, row, expected) => {
    expect(amendedProfile(newProfile(recorded), row)).toEqual(newProfile(expected))
  })
})
