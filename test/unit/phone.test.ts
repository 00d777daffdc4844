import { describe, expect, it } from 'vitest'
import { toE164 } from '../../src/features/emergency-contacts/phone-number.ts'
import { clientForm } from '../../src/features/clients/schema.ts'
import { readPhones } from '../../src/features/imports/columns/phones.ts'

const asClient = (number: string) => {
  const form = clientForm('2026-11-23').safeParse({ familyName: 'A', phones: [{ type: 'home', number }] })
  return form.success ? form.data.phones[0]?.number : null
}

describe('a telephone number', () => {
  it.each([
    ['601 234 567', '+48601234567'],
    ['22 123 45 67 wew. 12', '+48221234567'],
    // A range that nobody has been given yet, or that the library has not heard of.
    ['+48 100 000 001', '+48100000001'],
    ['+380 44 123 4567', '+380441234567'],
    ['112', null],
    ['601 234 567 890 123', null],
    ['nie ma', null],
  ])('%s is %s wherever it is typed: of a client, of a contact, in a spreadsheet', (typed, number) => {
    expect([asClient(typed), toE164(typed), readPhones(typed, 'home')[0]?.number]).toEqual([number, number, number])
  })
})
