import { maxHeadingRow } from './heading.ts'

export const delimiters = [',', ';', '\t'] as const
export type Delimiter = (typeof delimiters)[number]

const rowsLookedAt = 50

/**
 * Which sign parts the cells, judged by the beginning of a file: the one that parts the header, and the rows below it
 * alike. Above the header there may be titles, so each of the first rows may be it. Excel's first line `sep=;` decides by itself.
 * @param start the beginning, one sign a byte, possibly cut in the middle of a row
 */
export const delimiterOf = (start: string): Delimiter => {
  const named = /^"?sep=([,;\t])/i.exec(start)?.[1]
  if (named) return named as Delimiter
  const scores = delimiters.map(delimiter => ({ delimiter, score: scoreOf(start, delimiter) }))
  return scores.reduce((best, next) => (next.score > best.score ? next : best)).delimiter
}

/** How much a header below the first row counts for: titles are rarer than tables without. */
const titled = 0.8

const scoreOf = (start: string, delimiter: Delimiter): number => {
  const counts = cellCounts(start, delimiter)
  const scores = counts.slice(0, maxHeadingRow).map((header, index) => {
    if (header === 1) return 0
    const alike = counts.slice(index).filter(count => count === header).length
    return (alike / counts.length) * Math.log2(header + 1) * (index === 0 ? 1 : titled)
  })
  return Math.max(0, ...scores)
}

/** How many cells each of the first rows has, quotes heeded; empty lines don't count. */
const cellCounts = (start: string, delimiter: Delimiter): number[] => {
  const counts: number[] = []
  let cells = 1
  let quoted = false
  let last = ''

  for (const sign of start) {
    const cellBegins = last === '' || last === delimiter
    // A quote within quotes is doubled: the first seems to close, the second opens again.
    if (sign === '"' && (quoted || cellBegins || last === 'closed')) quoted = !quoted
    if (quoted) {
      last = sign
    } else if (sign === '\n' || sign === '\r') {
      if (last !== '') counts.push(cells)
      if (counts.length === rowsLookedAt) return counts
      cells = 1
      last = ''
    } else {
      if (sign === delimiter) cells++
      last = sign === '"' ? 'closed' : sign
    }
  }
  if (counts.length === 0 && last !== '') counts.push(cells)
  return counts
}
