import { readPhone, type CountryCode } from '../../../platform/text/phone.ts'
import { isSpreadsheetAmount } from '../../../platform/text/spreadsheet-number.ts'
import type { Field } from './fields.ts'
import type { Phone, PhoneType } from './profile.ts'

/** Which columns hold phones, and of which type. */
export const phoneFields = {
  phoneMobile: 'mobile',
  phoneHome: 'home',
  phoneWork: 'work',
  phoneOther: 'other',
} as const satisfies Partial<Record<Field, PhoneType>>

/** A slash parts two numbers where enough digits follow it; between them stand few other signs. A lone 0 is a part of what follows. */
const parting =
  /[;\n|]|(?<!(?<!\d)0[\s)\]]{0,3})(?:,(?=\s{0,9}[+\d(])|\s\/\s|\/(?=(?:\D{0,9}\d){9}))|\s(?:lub|albo|oraz|or|and)\s/

/**
 * The phones of one cell: `601 234 567, 22 123 45 67 (dom)`. A number that can't be dialled is kept as it was typed, with
 * `number` null: losing somebody's phone hurts more than keeping a crooked one.
 */
export const readPhones = (cell: string, type: PhoneType, country: CountryCode): Phone[] =>
  (isSpreadsheetAmount(cell.trim()) ? [cell] : cell.split(parting))
    .map(part => part.trim().replace(/(?<![,;/])[,;/]+$/, ''))
    .filter(Boolean)
    .map(typed => ({ type, number: readPhone(typed, country).number, typed }))
