import type { CountryCode } from '../../../platform/text/phone.ts'
import { partsOfName, wholeNames, type Field } from '../columns/fields.ts'
import type { Reading } from '../columns/guess.ts'
import { readRow, type Refusal, type RefusalCode } from '../columns/read-row.ts'
import type { TableRow } from '../file/table.ts'

/** `cells`: why each cell is wrong, by the place of its column; `row`: what no single cell can be blamed for. */
export type PlacedRefusals = { cells: Map<number, Refusal[]>; row: Refusal[] }
type Ground = { reading: Reading; today: string; country: CountryCode }

const nameFields: readonly Field[] = [...partsOfName, ...wholeNames]
const phones: readonly Field[] = ['phoneOther', 'phoneMobile', 'phoneHome', 'phoneWork']
const addresses: readonly Field[] = ['addressLine', 'houseNumber', 'flatNumber', 'otherAddress', 'workAddress']

/** The fields that a reason without one of its own is about. */
const fieldsOfCode: Partial<Record<RefusalCode, readonly Field[]>> = {
  'no-name': nameFields,
  'file-number-twice': ['fileNumber'],
  'same-person-twice': nameFields,
  'email-wrong': ['email'],
}
/** A reason names one field for all columns of its kind: these may hold what it is about. */
const kinds = [phones, addresses]

/**
 * Says beside which cell each reason belongs. Where several columns are the same field, the one is blamed that is wrong by
 * itself: the row is read again with the others empty, by the function that read it from the file.
 */
export const placeRefusals = (row: TableRow, refusals: readonly Refusal[], ground: Ground): PlacedRefusals => {
  const placed: PlacedRefusals = { cells: new Map(), row: [] }
  for (const refusal of withoutRepeats(refusals)) {
    const columns = columnsFor(row, refusal, ground)
    if (columns.length === 0) placed.row.push(refusal)
    for (const column of columns) placed.cells.set(column, [...(placed.cells.get(column) ?? []), refusal])
  }
  return placed
}

/** Each of several email addresses that are wrong has the same reason. */
const withoutRepeats = (refusals: readonly Refusal[]): Refusal[] =>
  refusals.filter(
    ({ code, field }, index) => refusals.findIndex(other => other.code === code && other.field === field) === index,
  )

const columnsFor = (row: TableRow, refusal: Refusal, ground: Ground): number[] => {
  const candidates = candidatesFor(refusal, ground.reading.columns)
  if (candidates.length < 2 || !refusal.field) return candidates.slice(0, 1)
  const wrongAlone = candidates.filter(column =>
    complains(
      refusal,
      withEmpty(
        row,
        candidates.filter(other => other !== column),
      ),
      ground,
    ),
  )
  return wrongAlone.length > 0 ? wrongAlone : candidates.slice(0, 1)
}

const candidatesFor = ({ code, field }: Refusal, columns: Reading['columns']): number[] => {
  const at = (fields: readonly Field[]) =>
    columns.flatMap((used, column) => (used && fields.includes(used) ? [column] : []))
  if (!field) return at(fieldsOfCode[code] ?? [])
  const kind = kinds.find(fields => fields.includes(field)) ?? []
  const own = at([field])
  // Of the whole row, the reason names the first field of its kind.
  return own.length > 0 && kind[0] !== field ? own : at([field, ...kind])
}

const withEmpty = (row: TableRow, columns: readonly number[]): TableRow => ({
  ...row,
  cells: row.cells.map((cell, column) => (columns.includes(column) ? '' : cell)),
})

const complains = ({ code, field }: Refusal, row: TableRow, { reading, today, country }: Ground): boolean =>
  readRow(row, reading, today, country).refusals.some(refusal => refusal.code === code && refusal.field === field)
