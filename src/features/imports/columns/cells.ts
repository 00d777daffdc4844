import { visible } from '../../../platform/text/visible.ts'
import { fields, type Field } from './fields.ts'
import type { Reading } from './guess.ts'
import type { Address } from './profile.ts'

/** What spreadsheets write where there is nothing to write. Not applied to names: there are people called Null. */
const placeholders = /^(-+|–|—|n\/?a|null|brak|brak danych|nie dotyczy|none|\?+|0{1,4}([./-]0{1,4}){2})$/i
/** Google puts the several values of a cell side by side. */
const valueSeparator = /\s:::\s/
/** A sign that stops a spreadsheet from calculating a cell; our own files of refused rows put it there. */
const defused = /^'(?=[=+\-@\t\r])/

/** The cells that hold something, by what their column is. */
export const cellsByField = (cells: readonly string[], columns: Reading['columns']): Map<Field, string[]> => {
  const byField = new Map<Field, string[]>()
  columns.forEach((field, column) => {
    const value = visible(cells[column] ?? '')
      .trim()
      .replace(defused, '')
    if (!field || value === '' || (!field.toLowerCase().includes('name') && placeholders.test(value))) return
    byField.set(field, [...(byField.get(field) ?? []), ...valuesOf(field, value)])
  })
  return byField
}

/** A record holds one address: of several the first. Any other field of one value keeps the cell whole, so that nothing is lost. */
const valuesOf = (field: Field, value: string): string[] => {
  if (!fields[field].several && !partsOfAddress.has(field)) return [value]
  const values = value
    .split(valueSeparator)
    .map(part => part.trim())
    .filter(Boolean)
  return fields[field].several ? values : values.slice(0, 1)
}
const partsOfAddress = new Set<Field>([
  'addressLine',
  'houseNumber',
  'flatNumber',
  'postalCode',
  'city',
  'region',
  'country',
])

export const oneLine = (value: string) => value.replace(/\s+/g, ' ').trim()

export const addressOf = (
  text: (field: Field, separator?: string) => string,
): Partial<Omit<Address, 'use'>> | undefined => {
  const house = [text('houseNumber'), text('flatNumber')].filter(Boolean).join('/')
  const line = [text('addressLine', ', '), house].filter(Boolean).join(' ')
  const parts = {
    line,
    postalCode: text('postalCode'),
    city: text('city'),
    region: text('region'),
    country: text('country'),
  }
  const held = Object.entries(parts).filter(([, value]) => value)
  return held.length > 0 ? Object.fromEntries(held) : undefined
}
