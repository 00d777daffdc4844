import { z } from 'zod'
import { ticked } from '../../platform/web/forms.ts'
import { uuidField } from '../../platform/web/ids.ts'
import { dayOrders } from './columns/dates.ts'
import { fieldNames, fields, partsOfName, wholeNames, type ColumnUse, type Field } from './columns/fields.ts'
import { encodings } from './file/letters.ts'
import type { Fixes } from './sealed.ts'
import { decisions, fixableOutcomes, outcomes } from './states.ts'

export const importId = uuidField()
export const listQuery = z.object({ before: uuidField().optional().catch(undefined) })
export const columnsQuery = z.object({ encoding: z.enum(encodings).optional().catch(undefined) })
export const rowsQuery = z.object({
  show: z.enum([...outcomes, 'warned']).catch('refused'),
  after: z.coerce.number().int().min(0).max(2_000_000).catch(0),
})

export const headerForm = z.object({ row: z.coerce.number({ error: 'problems:choose' }).int().min(1).max(2_000_000) })

/** What is decided of the rows of a page, by their ids, or of all rows of which nothing is decided yet. */
export const decisionsForm = z.object({
  after: rowsQuery.shape.after,
  all: z.enum(['keep', 'new']).optional(),
  rows: z.record(uuidField(), z.enum(decisions, { error: 'problems:choose' })).default({}),
})

const cellsTyped = z
  .record(z.string().regex(/^c\d{1,5}$/), z.string())
  .default({})
  .transform((typed): Fixes => Object.fromEntries(Object.entries(typed).map(([key, text]) => [key.slice(1), text])))

/** Which page of rows to fix is shown, and which was sent. */
export const fixesQuery = z.object({
  show: z.enum(fixableOutcomes).catch('refused'),
  after: rowsQuery.shape.after,
})

/** The rows of a page as they were typed over, by their ids; `seen` says what the page had shown. */
export const fixesForm = fixesQuery.extend({
  rows: z.record(uuidField(), z.object({ seen: z.string(), leaveOut: ticked, cells: cellsTyped })).default({}),
})

const use = z.union([z.literal('').transform(() => null), z.enum(fieldNames as [Field, ...Field[]])], {
  error: 'problems:choose',
})

/** What the columns are said to be. A form may send a long list as an object (`{ '0': …, '1': … }`). */
export const columnsForm = (count: number) =>
  z
    .object({
      encoding: z.enum(encodings, { error: 'problems:choose' }),
      dayOrder: z.enum(dayOrders, { error: 'problems:choose' }),
      dropDigits: ticked,
      columns: z.preprocess(
        (sent): unknown[] => (sent && typeof sent === 'object' ? Object.values(sent) : []),
        z.array(use).length(count, 'problems:choose'),
      ),
    })
    .superRefine(({ columns }, context) => {
      for (const column of repeated(columns))
        context.addIssue({ code: 'custom', path: ['columns', column], message: 'imports:problem.field-twice' })
      for (const column of namedTwice(columns))
        context.addIssue({ code: 'custom', path: ['columns', column], message: 'imports:problem.name-twice' })
      const named = [...partsOfName, ...wholeNames].some(field => columns.includes(field))
      if (!named) context.addIssue({ code: 'custom', path: [], message: 'imports:problem.no-name-column' })
    })

/** Columns of whole names beside one that holds such names already, or a part of them. */
const namedTwice = (columns: readonly ColumnUse[]): number[] => {
  const whole = columns.flatMap((field, column) => (field && wholeNames.includes(field) ? [column] : []))
  return partsOfName.some(part => columns.includes(part)) ? whole : whole.slice(1)
}

/** The second and later columns that are said to be a field which only one can be. */
const repeated = (columns: readonly ColumnUse[]): number[] =>
  columns.flatMap((field, column) => (field && !fields[field].many && columns.indexOf(field) < column ? [column] : []))
