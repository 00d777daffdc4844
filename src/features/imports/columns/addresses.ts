import { oneLine, severalIn } from './cells.ts'
import type { Field } from './fields.ts'
import type { Place } from './profile.ts'

type Cells = ReadonlyMap<Field, readonly string[]>
const partFields = ['addressLine', 'houseNumber', 'flatNumber', 'postalCode', 'city', 'region', 'country'] as const
const furtherFields = ['workAddress', 'otherAddress'] as const

/**
 * The addresses of a row: the one lived at, and all others. Where Google has put several into the cells, the first parts make
 * up the first address, the second parts the second.
 */
export const addressesOf = (cells: Cells): { home: Place | undefined; further: Place[] } => {
  const [home, ...more] = eachOf(cells, partFields).flatMap(text => placeOf(text) ?? [])
  const others = furtherFields.flatMap(field => eachOf(cells, [field]).map(text => ({ line: text(field, ', ') })))
  return { home, further: [...more, ...others.filter(({ line }) => line)] }
}

type Text = (field: Field, separator?: string) => string

/** How to read each of the addresses that these fields hold side by side. */
const eachOf = (cells: Cells, wanted: readonly Field[]): Text[] => {
  const parts = new Map(wanted.map(field => [field, (cells.get(field) ?? []).map(severalIn)]))
  const count = Math.max(0, ...[...parts.values()].flat().map(several => several.length))
  return Array.from(
    { length: count },
    (_, index): Text =>
      (field, separator = ' ') =>
        (parts.get(field) ?? [])
          .map(several => oneLine(several[index] ?? ''))
          .filter(Boolean)
          .join(separator),
  )
}

const placeOf = (text: Text): Place | undefined => {
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
