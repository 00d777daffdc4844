/** Does something over and over while `work` goes on. @returns what went wrong with it */
export const whileGoingOn = async (
  work: () => Promise<unknown>,
  meanwhile: () => Promise<unknown>,
): Promise<string[]> => {
  const ended = { yet: false }
  const faults: string[] = []
  const going = (async () => {
    while (!ended.yet) {
      await meanwhile().catch((fault: unknown) => faults.push(String(fault)))
      await new Promise(resolve => setTimeout(resolve, 10))
    }
  })()
  await work()
  ended.yet = true
  await going
  return faults
}
