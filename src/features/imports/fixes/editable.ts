import { createHash } from 'node:crypto'
import type { Reading } from '../columns/guess.ts'
import type { Fixes, OpenRow } from '../sealed.ts'

/** A row as a page sent it: what every cell that was shown holds now, and `seen`, the state that the page had shown. */
export type PostedRow = { seen: string; leaveOut: boolean; cells: Fixes }

type Cells = Pick<OpenRow, 'cells' | 'original'>

/** The columns of a row that can be typed over: those that are imported, and cells for which the file has no column. */
export const editableColumns = ({ cells, original }: Cells, columns: Reading['columns']): number[] => {
  const length = Math.max(cells.length, original.length)
  const beyond = Array.from({ length: Math.max(0, length - columns.length) }, (_, index) => columns.length + index)
  return [...columns.flatMap((field, column) => (field ? [column] : [])), ...beyond]
}

/** A text as a browser sends it back: line breaks in one form, and no NUL, which HTML does not know. */
export const asSent = (text: string): string => text.replace(/\r\n?/g, '\n').replaceAll('\0', '\ufffd')

/** What a page shows of a row, in short: two that are alike show the same. */
export const stateOf = (leftOut: boolean, cells: Fixes): string =>
  createHash('sha256')
    .update(JSON.stringify([leftOut, Object.entries(cells).map(([column, text]) => [Number(column), asSent(text)])]))
    .digest('base64url')

export const shownCells = (row: Cells, columns: Reading['columns']): Fixes =>
  Object.fromEntries(editableColumns(row, columns).map(column => [column, row.cells[column] ?? '']))

/** The fixes of a row once what was typed is laid over it. A cell that is as in the file again is fixed no longer. */
export const fixesAfter = (
  row: Cells & { fixed_columns: number[] },
  typed: Fixes,
  columns: Reading['columns'],
): Fixes => {
  const before = Object.fromEntries(row.fixed_columns.map(column => [column, row.cells[column] ?? '']))
  const edited = editableColumns(row, columns).flatMap(column => {
    const text = typed[column]
    return text === undefined || asSent(text) === asSent(row.cells[column] ?? '')
      ? []
      : [[column, asSent(text)] as const]
  })
  const after = Object.entries({ ...before, ...Object.fromEntries(edited) })
  return Object.fromEntries(after.filter(([column, text]) => text !== asSent(row.original[Number(column)] ?? '')))
}
