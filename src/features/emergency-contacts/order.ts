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

/**
 * The item that was moved where others only made room for it; of a whole new order, the one that went furthest. Null where nothing
 * moved.
 */
export const movedItem = (before: readonly string[], after: readonly string[]): string | null => {
  const distance = (id: string) => Math.abs(before.indexOf(id) - after.indexOf(id))
  return after.reduce<string | null>(
    (most, id) => (distance(id) > (most === null ? 0 : distance(most)) ? id : most),
    null,
  )
}
