import { readPhone, type CountryCode } from '../../../platform/text/phone.ts'
import { isSpreadsheetAmount } from '../../../platform/text/spreadsheet-number.ts'
import type { Phone, PhoneType } from './profile.ts'

/** A slash parts two numbers where enough digits follow it; between them stand few other signs. */
const parting = /[;\n|]|,(?=\s{0,9}[+\d(])|\s\/\s|\/(?=(?:\D{0,9}\d){9})|\s(?:lub|albo|oraz|or|and)\s/

/**
 * The phones of one cell: `601 234 567, 22 123 45 67 (dom)`. A number that can't be dialled is kept as it was typed, with
 * `number` null: losing somebody's phone hurts more than keeping a crooked one.
 */
export const readPhones = (cell: string, type: PhoneType, country: CountryCode): Phone[] =>
  (isSpreadsheetAmount(cell.trim()) ? [cell] : cell.split(parting))
    .map(part => part.trim().replace(/(?<![,;/])[,;/]+$/, ''))
    .filter(Boolean)
    .map(typed => ({ type, number: readPhone(typed, country).number, typed }))
