/** So many rows are looked at for the headings of the columns, and can be chosen to be them. */
export const maxHeadingRow = 10

type Row = { cells: readonly string[] }

const filled = ({ cells }: Row) => cells.filter(cell => cell.trim() !== '').length

/**
 * Which of a file's first rows holds the headings: the first that fills more than half as many cells as the fullest.
 * Above it stand titles, which fill one or two.
 * @returns its index
 */
export const headingRowOf = (first: readonly Row[]): number => {
  const fullest = Math.max(...first.map(filled))
  return first.findIndex(row => filled(row) * 2 > fullest)
}
