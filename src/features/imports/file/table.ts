import { Readable } from 'node:stream'
import { parse, CsvError } from 'csv-parse'
import { delimiterOf, type Delimiter } from './delimiter.ts'
import { FileFault } from './file-fault.ts'
import { headingRowOf, maxHeadingRow } from './heading.ts'
import { createEncodingWatch, type Encoding } from './letters.ts'
import { plainBytes } from './plain-bytes.ts'

/** Cells are bytes, one sign a byte; `number` is the row's number as a spreadsheet shows it, the first being row 1. */
export type TableRow = { number: number; cells: string[] }
export type Limits = { bytes: number; rows: number; columns: number; cellLength: number }
/** `header` is the row `headerRow`; `above` are the rows before it, titles and the like. */
export type Heading = { header: string[]; headerRow: number; above: TableRow[] }
export type TableFacts = Heading & { rows: number; delimiter: Delimiter; encoding: Encoding }
type Wants = { limits: Limits; batch: number; onRows: (rows: TableRow[]) => Promise<void> }

/** Enough of the beginning to tell how cells are parted. */
const startLength = 64 * 1024
/** A longer row is no row: most likely a quotation mark that nothing closes. */
const longestRow = 1024 * 1024

/**
 * Reads a CSV file as a stream, `batch` rows at a time; waits for `onRows` before it reads on. Rows whose cells are all
 * empty are passed over.
 * @throws FileFault
 */
export const readTable = async (file: AsyncIterable<Buffer>, wants: Wants): Promise<TableFacts> => {
  const { limits, batch, onRows } = wants
  const watch = createEncodingWatch()
  const { start, all } = await withStart(plainBytes(file, limits.bytes))
  const delimiter = delimiterOf(start.toString('latin1'))
  const first: TableRow[] = []
  const found: { heading?: Heading } = {}
  let rows: TableRow[] = []
  let count = 0

  const take = async ({ header }: Heading, { number, cells }: TableRow) => {
    if (++count > limits.rows) throw new FileFault('too-many-rows')
    rows.push({ number, cells: withoutEmptyEnd(cells, header.length) })
    if (rows.length < batch) return
    await onRows(rows)
    rows = []
  }
  const takeFirst = async () => {
    if (found.heading || first.length === 0) return
    const at = headingRowOf(first)
    const { cells, number } = first[at]!
    const heading = { header: withoutEmptyEnd(cells, 0), headerRow: number, above: first.slice(0, at) }
    if (heading.header.length > limits.columns) throw new FileFault('too-many-columns')
    found.heading = heading
    for (const row of first.slice(at + 1)) await take(heading, row)
  }

  for await (const { number, cells } of records(watching(all, watch.watch), delimiter)) {
    if (cells.every(cell => cell.trim() === '') || (number === 1 && isSeparatorLine(cells, delimiter))) continue
    checkSize(cells, number, limits)
    if (found.heading) await take(found.heading, { number, cells })
    else if (first.push({ number, cells }) === maxHeadingRow) await takeFirst()
  }
  await takeFirst()

  if (!found.heading) throw new FileFault('empty')
  if (count === 0) throw new FileFault('only-header')
  if (rows.length > 0) await onRows(rows)
  return { ...found.heading, rows: count, delimiter, encoding: watch.verdict() }
}

/** Reads ahead as much as it takes to know the delimiter. */
const withStart = async (chunks: AsyncGenerator<Buffer>) => {
  const held: Buffer[] = []
  let length = 0
  while (length < startLength) {
    const next = await chunks.next()
    if (next.done) break
    held.push(next.value)
    length += next.value.length
  }
  const all = async function* () {
    yield* held.splice(0)
    yield* chunks
  }
  return { start: Buffer.concat(held).subarray(0, startLength), all: all() }
}

async function* watching(chunks: AsyncIterable<Buffer>, watch: (chunk: Buffer) => void) {
  for await (const chunk of chunks) {
    watch(chunk)
    yield chunk
  }
}

async function* records(chunks: AsyncIterable<Buffer>, delimiter: Delimiter): AsyncGenerator<TableRow> {
  const source = Readable.from(chunks, { objectMode: false })
  const parser = parse({
    delimiter,
    encoding: 'latin1',
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    relax_quotes: true,
    max_record_size: longestRow,
  })
  source.on('error', fault => parser.destroy(fault))
  let number = 0
  try {
    for await (const cells of source.pipe(parser)) yield { number: ++number, cells: cells as string[] }
  } catch (fault) {
    throw fault instanceof CsvError ? fileFaultOf(fault) : fault
  } finally {
    source.destroy()
  }
}

const fileFaultOf = (fault: CsvError): FileFault => {
  const number = Number(fault.records ?? 0) + 1
  if (fault.code === 'CSV_QUOTE_NOT_CLOSED') return new FileFault('unclosed-quote', number)
  if (fault.code === 'CSV_MAX_RECORD_SIZE') return new FileFault('row-too-long', number)
  return new FileFault('not-a-table', number)
}

const checkSize = (cells: readonly string[], number: number, limits: Limits) => {
  if (cells.some(cell => cell.length > limits.cellLength)) throw new FileFault('cell-too-long', number)
  if (cells.length > limits.columns * 2) throw new FileFault('too-many-columns', number)
}

const isSeparatorLine = (cells: readonly string[], delimiter: Delimiter) =>
  /^sep=/i.test(cells[0] ?? '') && (cells.join(delimiter).length <= 5 || cells.length === 1)

/** Spreadsheets write empty cells past the last column, or leave out those at the end of a row: both hold nothing. */
export const withoutEmptyEnd = (cells: string[], least: number): string[] => {
  let end = cells.length
  while (end > least && (cells[end - 1] ?? '').trim() === '') end--
  return end === cells.length ? cells : cells.slice(0, end)
}
