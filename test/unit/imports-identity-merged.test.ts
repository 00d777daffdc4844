import { describe, expect, it } from 'vitest'
import { checkMerged } from '../../src/features/imports/columns/limits.ts'
import { amendedProfile, differences, newProfile, type Given } from '../../src/features/imports/columns/profile.ts'

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

  it.each([
    ['22 621 12 34 wew. 12', '22 621 12 34 wew. 15', true],
    ['22 621 12 34', '+48 22 621 12 34 ext. 15', true],
    ['22 621 12 34 wew. 12', 'recepcja 22 621 12 34 wew. 15', true],
    ['22 621 12 34 wew. 12', '+48 22 621 12 34 ext. 12', false],
    ['22 621 12 34 wew. 12', '22 621 12 34', false],
    ['22 621 12 34', '226211234', false],
  ])('with the phone %s and then %s has both: %s', (recorded, said, grows) => {
    const phone = (typed: string) => ({ type: 'work' as const, number: '+48226211234', typed })
    const before = newProfile({ familyName: 'Nowak', phones: [phone(recorded)] })
    const after = amendedProfile(before, { phones: [phone(said)] })
    expect(after.phones.map(({ typed }) => typed)).toEqual(grows ? [recorded, said] : [recorded])
    expect(differences(before, after)).toEqual(grows ? ['phones'] : [])
  })

  it.each<[Given, Given, boolean]>([
    [{ birthDate: '1947-05-12' }, { deceasedOn: '1947-05-11' }, true],
    [{ deceasedOn: '1947-05-11' }, { birthDate: '1947-05-12' }, true],
    [{ birthDate: '1947' }, { deceasedOn: '1946-12-31' }, true],
    [{ birthDate: '1947' }, { deceasedOn: '1947-01-01' }, false],
    [{ birthDate: '1947-05-12' }, { deceasedOn: '1947-05-12' }, false],
  ])('of %o that says %o is refused as a death before birth: %s', (recorded, row, refused) => {
    const merged = amendedProfile(newProfile(recorded), row)
    expect(checkMerged(merged)).toEqual(refused ? [{ code: 'died-before-born', field: 'deceasedOn' }] : [])
  })
})
