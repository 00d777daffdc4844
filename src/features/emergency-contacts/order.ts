export type Direction = 'up' | 'down'

/** The order after one item changed places with its neighbour; the same order at either end. */
export const moved = (ids: readonly string[], id: string, direction: Direction): string[] => {
  const from = ids.indexOf(id)
  const to = from + (direction === 'up' ? -1 : 1)
  if (from < 0 || to < 0 || to >= ids.length) return [...ids]
  return ids.toSpliced(from, 1).toSpliced(to, 0, id)
}

/** Whether two orders are of the same items, each once. */
export const sameItems = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && new Set(other).size === other.length && other.every(id => one.includes(id))
