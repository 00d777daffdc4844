import { setTimeout as pause } from 'node:timers/promises'
import { until } from './until.ts'

/**
 * Does something over and over while `work` goes on.
 * @param work gets a function that waits until the other thing was done once more, from beginning to end
 * @returns what went wrong with it
 */
export const whileGoingOn = async (
  work: (again: () => Promise<unknown>) => Promise<unknown>,
  meanwhile: () => Promise<unknown>,
): Promise<string[]> => {
  const ended = { yet: false }
  let times = 0
  const faults: string[] = []
  const going = (async () => {
    while (!ended.yet) {
      await meanwhile().catch((fault: unknown) => faults.push(String(fault)))
      times += 1
      await pause(10)
    }
  })()
  const again = () => {
    const before = times
    // One may be in the middle.
    return until('it was done once more', () => times >= before + 2)
  }
  try {
    await work(again)
  } finally {
    ended.yet = true
    await going
  }
  return faults
}
