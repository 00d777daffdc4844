import type { Translate } from '../../../platform/i18n/translations.ts'
import type { Problems } from '../../../platform/web/forms.ts'
import type { Refusal } from '../columns/read-row.ts'
import { asSent, type PostedRow } from './editable.ts'
import type { FixableRow } from './read-fixable.ts'

/** A cell that can be typed over. `saved`: what somebody else has put there meanwhile, where that differs; else null. */
export type CellOnPage = { column: number; value: string; lines: boolean; saved: string | null }
export type FixOnPage = {
  id: string
  number: number
  seen: string
  leaveOut: boolean
  tooLarge: boolean
  conflict: boolean
  cells: CellOnPage[]
  beyond: CellOnPage[]
}
export type FixesOnPage = {
  columns: { index: number; name: string }[]
  rows: FixOnPage[]
  /** Why rows and cells are refused, by their place in the form, and what those places are called. */
  problems: Problems
  labels: Record<string, string>
}

type Page = { header: readonly string[]; reading: { columns: readonly (string | null)[] }; rows: readonly FixableRow[] }
type Words = { t: Translate; formatNumber: (value: number) => string }

/**
 * The rows of a page as its table shows them.
 * @param typed what was typed into rows that somebody else has changed meanwhile, by their ids
 */
export const presentFixes = (
  { header, reading, rows }: Page,
  typed: Readonly<Record<string, PostedRow>>,
  words: Words,
): FixesOnPage => {
  const nameOf = (column: number) => nameOfColumn(header, column, words)
  const problems: Problems = {}
  const labels: Record<string, string> = {}
  const note = (path: string, label: string, key: string) => {
    problems[path] = problems[path] ? `${problems[path]} ${key}` : key
    labels[path] = label
  }
  for (const { row, placed } of rows) {
    const line = words.t('imports:fixes.row', { number: words.formatNumber(row.number) })
    if (typed[row.id]) note(`rows.${row.id}`, line, 'imports:fixes.conflict')
    for (const refusal of placed.row) note(`rows.${row.id}`, line, keyOf(refusal, words.t))
    for (const [column, refusals] of placed.cells)
      for (const refusal of refusals) note(`rows.${row.id}.cells.c${column}`, line, keyOf(refusal, words.t))
  }
  return {
    columns: reading.columns.flatMap((field, index) => (field ? [{ index, name: nameOf(index) }] : [])),
    rows: rows.map(row => fixOnPage(row, typed[row.row.id], reading.columns.length)),
    problems,
    labels,
  }
}

const fixOnPage = ({ row, seen, columns }: FixableRow, typed: PostedRow | undefined, width: number): FixOnPage => {
  const cells = columns.map((column): CellOnPage => {
    const saved = row.cells[column] ?? ''
    const value = typed?.cells[column] ?? saved
    const differs = asSent(value) !== asSent(saved)
    return { column, value, lines: /[\r\n]/.test(value), saved: typed && differs ? saved : null }
  })
  return {
    id: row.id,
    number: row.number,
    seen,
    leaveOut: typed?.leaveOut ?? row.left_out,
    tooLarge: columns.length === 0,
    conflict: typed !== undefined,
    cells: cells.filter(cell => cell.column < width),
    beyond: cells.filter(cell => cell.column >= width),
  }
}

export const nameOfColumn = (header: readonly string[], column: number, { t }: Pick<Words, 't'>): string =>
  header[column] || t('imports:columns.unnamed', { number: column + 1 })

/** The key of a reason with the field it names, as problems of forms carry their words. */
const keyOf = ({ code, field }: Refusal, t: Translate): string =>
  `imports:reason.${code}${field ? `?field=${encodeURIComponent(t(`imports:field.${field}`))}` : ''}`
