/**
 * Does `work` on each of `source`, in order, and begins with the next ones before they are asked for, so that waiting for them
 * and working on what came before happen at the same time.
 * @param most how many are under way while the one before them is in the caller's hands; 0: none
 */
export async function* readAhead<T, R>(
  source: AsyncIterable<T>,
  work: (item: T) => Promise<R>,
  most: number,
): AsyncGenerator<R> {
  const items = source[Symbol.asyncIterator]()
  const begun: Promise<IteratorResult<R, unknown>>[] = []
  const begin = () => {
    const next = items.next().then(async item => (item.done ? item : { value: await work(item.value) }))
    next.catch(() => undefined) // whoever takes it is told
    begun.push(next)
  }
  try {
    for (;;) {
      if (begun.length === 0) begin()
      const result = await begun.shift()!
      if (result.done) return
      while (begun.length < most) begin()
      yield result.value
    }
  } finally {
    await Promise.allSettled(begun)
    await items.return?.()
  }
}
