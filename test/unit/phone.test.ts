import { describe, expect, it } from 'vitest'
import { clientForm } from '../../src/features/clients/schema.ts'
import { contactForm, typedContact, typedFrom } from '../../src/features/emergency-contacts/schema.ts'
import type { Reading } from '../../src/features/imports/columns/guess.ts'
import { readRow } from '../../src/features/imports/columns/read-row.ts'
import { fits } from '../../src/features/restricted-records/break-glass/matching.ts'
import { phoneToEdit, readPhone, showPhone, type CountryCode } from '../../src/platform/text/phone.ts'

const today = '2026-11-30'

const asClient = (number: string, country: CountryCode) =>
  clientForm(today, country).parse({ familyName: 'A', phones: [{ type: 'home', number }] }).phones[0]

const asContact = (number: string, country: CountryCode) => {
  const typed = typedContact({ name: 'A', relationship: 'MTH', mayBeTold: 'no', phones: [{ type: 'home', number }] })
  return contactForm(today, country).parse(typed).phones[0]
}

const imported = (number: string, country: CountryCode) => {
  const reading = { columns: ['familyName', 'phoneHome'], dayOrder: 'day-first', dropDigits: false } satisfies Reading
  const { given, refusals } = readRow({ number: 2, cells: ['A', number] }, reading, today, country)
  return refusals.length > 0 || given.phones?.length !== 1 ? { refusals, given } : given.phones[0]
}

/** In an emergency, as somebody looks for a restricted record. */
const isFoundBy = (typed: string, country: CountryCode, number: string) => {
  const names = { givenNames: '', familyName: 'A', preferredName: null, birthDate: null }
  return fits({ id: '', fileNumber: '', ...names, phones: [{ number, typed: '' }] }, typed, '', country)
}

/** Country, as typed, E.164. */
const numbers: [CountryCode, string, string][] = [
  ['PL', '601 234 567', '+48601234567'],
  ['PL', '+48 601-234-567', '+48601234567'],
  ['PL', '0048 601 234 567', '+48601234567'],
  ['PL', '48601234567', '+48601234567'],
  ['PL', '(+48) 601 234 567', '+48601234567'],
  ['PL', '601.234.567', '+48601234567'],
  ['PL', '601–234–567', '+48601234567'],
  ['PL', '６０１ ２３４ ５６７', '+48601234567'],
  ['PL', '058 677 44 78', '+48586774478'],
  ['PL', '(0-22) 621 12 34', '+48226211234'],
  ['PL', '0-22 621 12 34', '+48226211234'],
  ['PL', '022/621-12-34', '+48226211234'],
  ['PL', '+48 (0) 22 621 12 34', '+48226211234'],
  ['PL', '0-67 212 34 56', '+48672123456'],
  ['PL', '(0-67) 212 34 56', '+48672123456'],
  ['PL', '0-501 234 567', '+48501234567'],
  ['PL', '0-501234567', '+48501234567'],
  ['PL', '0 22 621 12 34', '+48226211234'],
  ['PL', '0 601 234 567', '+48601234567'],
  ['PL', '+48 (0) 63 212 34 56', '+48632123456'],
  ['PL', '0048 (0)50 123 45 67', '+48501234567'],
  ['PL', '+380 (0) 50 123 45 67', '+380501234567'],
  ['PL', '0601 234 567', '+48601234567'],
  ['PL', '0-801 123 456', '+48801123456'],
  ['PL', '22 123 45 67 wew. 12', '+48221234567'],
  ['PL', '22 123 45 67 w 12', '+48221234567'],
  ['PL', '601234567.0', '+48601234567'],
  ['PL', '601234567,00', '+48601234567'],
  ['PL', '4.8601234567E+10', '+48601234567'],
  ['PL', '601 234 567 do 16', '+48601234567'],
  ['PL', '601-234-567 (mama)', '+48601234567'],
  ['PL', '22 621 12 34/35', '+48226211234'],
  ['PL', '\u202a+48 601 234 567\u202c', '+48601234567'],
  ['PL', '\u2066601\u00a0234\u2009567\u2069', '+48601234567'],
  ['PL', '\u200e601\u200b234\u2060567\ufeff', '+48601234567'],
  ['PL', '+380 50 123 45 67', '+380501234567'],
  ['PL', '+44 (0)113 496 0123', '+441134960123'],
  ['GB', '0113 496 0123', '+441134960123'],
  ['GB', '(0113) 496 0123', '+441134960123'],
  ['GB', '01134960123.0', '+441134960123'],
  ['GB', '020 7946 0018 ext 12', '+442079460018'],
  ['GB', '+48 601 234 567', '+48601234567'],
  ['UA', '050 123 45 67', '+380501234567'],
  ['UA', '8 050 123 45 67', '+380501234567'],
  ['UA', '8-044-279-12-34', '+380442791234'],
  ['UA', '067 123 45 67 (мама)', '+380671234567'],
  ['DE', '030 1234567', '+49301234567'],
  ['DE', '030/1234567', '+49301234567'],
  ['DE', '+49 (0)171 1234567', '+491711234567'],
  ['DE', '030 1234567 Durchwahl 12', '+49301234567'],
]

/** Dialled as they are, in their country only. */
const shortNumbers: [CountryCode, string, string][] = [
  ['PL', '112', '112'],
  ['PL', '999', '999'],
  ['PL', '116 123', '116123'],
  ['PL', '19115', '19115'],
  ['PL', '19 115', '19115'],
  ['PL', '112.0', '112'],
  ['GB', '999', '999'],
  ['GB', '111', '111'],
  ['UA', '103', '103'],
  ['DE', '110', '110'],
  ['DE', '116 117', '116117'],
]

/** Kept as typed, and never linked. */
const undialable: [CountryCode, string][] = [
  ['PL', '601 234 5678'],
  ['PL', '601 234 56'],
  ['PL', '621 12 34'],
  ['PL', '050 123 45 67'],
  ['PL', '067 123 45 67'],
  ['PL', '050-123-45-67'],
  ['PL', '0-50-123-45-67'],
  ['PL', '0 50 123 45 67'],
  ['PL', '0 (50) 123 45 67'],
  ['PL', '(0)50 123 45 67'],
  ['PL', '(0 50) 123 45 67'],
  ['PL', '0.50.123.45.67'],
  ['PL', '0/50 123 45 67'],
  ['PL', '0 / 50 123 45 67'],
  ['PL', '(0)/50 123 45 67'],
  ['PL', '0, 50 123 45 67'],
  ['PL', '0 63 123 45 67'],
  ['PL', '0(63)1234567'],
  ['PL', '( 063 ) 123 45 67'],
  ['PL', '[063] 123 45 67'],
  ['PL', '[0] 63 123 45 67'],
  ['PL', '0 67 123 45 67'],
  ['PL', '0 95 123 45 67'],
  ['PL', 'mama 0 50 123 45 67'],
  ['PL', 'mama: 0/50 123 45 67'],
  ['PL', '4,86012E+10'],
  ['PL', '4,86012345E+10'],
  ['PL', '+48 100 000 001'],
  ['PL', '601 234 567 lub 602 345 678 lub 12'],
  ['PL', '601 234 567 16'],
  ['PL', 'pokój 112'],
  ['PL', '1-12'],
  ['PL', '9.99'],
  ['PL', '+48 112'],
  ['PL', '123'],
  ['PL', 'nie ma'],
  ['GB', '612 345 678'],
  ['GB', '0113 496 012'],
  ['UA', '601 234 567'],
  ['UA', '058 677 44 78'],
  ['DE', '601 234 567'],
]

describe('a telephone number', () => {
  it.each(numbers)('in %s: %s is %s wherever it is typed', (country, typed, number) => {
    const ways = [asClient, asContact, imported].map(way => way(typed, country))
    expect(ways).toEqual(ways.map((): unknown => expect.objectContaining({ number })))
    expect(isFoundBy(typed, country, number)).toBe(true)
    expect(showPhone({ number, typed }, country)).toMatchObject({ number, dial: number })
  })

  it.each(shortNumbers)('in %s: %s dials %s and is never made foreign', (country, typed, dial) => {
    const ways = [asClient, asContact, imported].map(way => way(typed, country))
    expect(ways).toEqual(ways.map((): unknown => expect.objectContaining({ number: null, typed })))
    expect(readPhone(typed, country)).toEqual({ number: null, dial, shown: typed, extension: null })
  })

  it.each(undialable)('in %s: %s is kept as it was typed and never linked', (country, typed) => {
    expect(readPhone(typed, country)).toEqual({ number: null, dial: null, shown: typed, extension: null })
    const ways = [asClient, asContact].map(way => way(typed, country))
    expect(ways).toEqual(ways.map((): unknown => expect.objectContaining({ number: null, typed })))
    if (!typed.includes(' lub ')) expect(imported(typed, country)).toMatchObject({ number: null, typed })
  })

  it.each([
    ['601 234 567', 'PL', '601 234 567', null],
    ['+48 601 234 567', 'GB', '+48 601 234 567', null],
    ['22 123 45 67 wew. 12', 'PL', '22 123 45 67', '12'],
    ['22 123 45 67 w.12 (sekretariat)', 'PL', '22 123 45 67 w.12 (sekretariat)', null],
    ['601 234 567 do 16', 'PL', '601 234 567 do 16', null],
  ] as const)('%s shows in %s as %s', (typed, country, shown, extension) => {
    expect(readPhone(typed, country)).toMatchObject({ shown, extension })
  })

  it.each([
    ['an old trunk prefix', '+480586774478', '058 677 44 78', '+48586774478'],
    ['a foreign number', '+480501234567', '050 123 45 67', null],
    ['a short number', '+48116123', '116 123', '116123'],
    ['one digit too many', '+486012345678', '601 234 5678', null],
  ])('recorded wrongly before, is read anew: %s', (_what, number, typed, dial) => {
    expect(showPhone({ number, typed }, 'PL').dial).toBe(dial)
  })

  it('outlives a change of the organisation’s country, in a form that is saved again too', () => {
    const phone = { type: 'mobile', number: '+48601234567', typed: '601 234 567', hours: null } as const
    expect(showPhone(phone, 'GB')).toMatchObject({ dial: '+48601234567', shown: '+48 601 234 567' })
    const contact = contactForm(today, 'PL').parse(
      typedContact({
        name: 'A',
        relationship: 'MTH',
        mayBeTold: 'no',
        phones: [{ type: 'mobile', number: phone.typed }],
      }),
    )
    expect(contactForm(today, 'GB').parse(typedFrom(contact, 'GB')).phones[0]).toMatchObject({ number: phone.number })
    expect(typedFrom(contact, 'PL').phones[0]).toMatchObject({ number: phone.typed })
  })

  it.each([
    ['22 621 12 34 wew. 12', 'PL', 'GB', '+48 22 621 12 34 ext. 12'],
    ['0-22 621 12 34 w. 12', 'PL', 'DE', '+48 22 621 12 34 ext. 12'],
    ['22 621 12 34 #12', 'PL', 'UA', '+48 22 621 12 34 ext. 12'],
    ['22 621 12 34 wew. 12 (sekretariat)', 'PL', 'GB', '+48 22 621 12 34 ext. 12 (sekretariat)'],
    ['020 7946 0018 ext 12', 'GB', 'PL', '+44 20 7946 0018 ext. 12'],
    ['601 234 567 do 16', 'PL', 'GB', '+48 601 234 567 do 16'],
    ['(mama 601 234 567)', 'PL', 'GB', '(mama +48 601 234 567)'],
    ['(601 234 567)', 'PL', 'GB', '+48 601 234 567'],
  ] as const)('%s of %s is edited in %s as %s, and is then the same', (typed, before, after, edited) => {
    const { number, extension } = readPhone(typed, before)
    expect(phoneToEdit({ number, typed }, after)).toBe(edited)
    expect(readPhone(edited, after)).toMatchObject({ number, extension })
    expect(showPhone({ number, typed }, after)).toMatchObject({ number, extension })
  })
})

describe('a number found to be wrong', () => {
  const wrongSince = '2026-11-20'
  const form = { familyName: 'A', name: 'A', relationship: 'MTH', mayBeTold: 'no' }
  const saved = (wrongNumber: string, number: string, country: CountryCode) => {
    const body = { ...form, phones: [{ type: 'home', number, wrongNumber, wrongSince }] }
    const client = clientForm(today, country).parse(body).phones
    return [client, contactForm(today, country).parse(typedContact(body)).phones]
  }

  it.each([
    ['500 000 931', '500-000-931', 'PL'],
    ['500 000 931', '+48 500 000 931', 'PL'],
    ['500 000 931', '0048500000931', 'PL'],
    ['500 000 931', '0500 000 931 ', 'PL'],
    ['500 000 931', '500 000 931 (po 16)', 'PL'],
    ['+48 500 000 931', 'mama 500000931', 'PL'],
    ['22 621 12 34 wew. 12', '22 621 12 34 w. 12', 'PL'],
    ['22 621 12 34', '22 621 12 34 wew. 12', 'PL'],
    ['020 7946 0018', '+44 20 7946 0018', 'GB'],
    ['601 234 5678', '6012345678', 'PL'],
    ['116 123', '116123', 'PL'],
  ] as const)('%s stays so when it is spelled %s in %s', (wrong, number, country) => {
    const flagged: unknown = [expect.objectContaining({ wrongSince })]
    expect(saved(wrong, number, country)).toEqual([flagged, flagged])
  })

  it.each([
    ['500 000 931', '500 000 932', 'PL'],
    ['500 000 931', '+380 50 123 45 67', 'PL'],
    ['22 621 12 34 wew. 12', '22 621 12 34 wew. 13', 'PL'],
    ['601 234 5678', '601 234 567', 'PL'],
  ] as const)('%s is corrected by %s in %s', (wrong, number, country) => {
    for (const [phone] of saved(wrong, number, country)) expect(phone).not.toHaveProperty('wrongSince')
  })

  it('goes with the number that is taken out', () => {
    expect(saved('500 000 931', '', 'PL')).toEqual([[], []])
  })
})
