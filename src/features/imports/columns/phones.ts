import { parsePhoneNumberFromString } from 'libphonenumber-js/min'
import type { Phone, PhoneType } from './profile.ts'

/** A slash parts two numbers where enough digits follow it; between them stand few other signs. */
const parting = /[;\n|]|,(?=\s{0,9}[+\d(])|\s\/\s|\/(?=(?:\D{0,9}\d){9})|\s(?:lub|albo|oraz|or|and)\s/

/**
 * The phones of one cell: `601 234 567, 22 123 45 67 (dom)`. A number that can't be dialled is kept as it was typed, with
 * `number` null: losing somebody's phone hurts more than keeping a crooked one.
 * @param region where numbers without a country code are, ISO 3166-1
 */
export const readPhones = (cell: string, type: PhoneType, region = 'PL' as const): Phone[] =>
  cell
    .split(parting)
    .map(part => part.trim().replace(/(?<![,;/])[,;/]+$/, ''))
    .filter(Boolean)
    .map(typed => ({ type, number: dialled(typed, region), typed }))

const dialled = (typed: string, region: 'PL'): string | null => {
  const number = parsePhoneNumberFromString(typed, region)
  return number?.isPossible() ? number.number : null
}
