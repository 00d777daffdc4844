/**
 * Does `work` for each of `items`, several at once.
 * @returns what it answered, in the order of `items`
 */
export const severalAtOnce = async <Item, Answer>(
  items: readonly Item[],
  work: (item: Item) => PromiseLike<Answer>,
  most = 8,
): Promise<Answer[]> => {
  const answers: Answer[] = []
  const left = items.entries()
  const goOn = async () => {
    for (const [index, item] of left) answers[index] = await work(item)
  }
  await Promise.all(Array.from({ length: most }, goOn))
  return answers
}
