import { TooBusy } from './errors.ts'

/**
 * Lets so many pieces of work run at once; the others wait in line.
 * @param most how many run at once
 * @param mostInLine how many wait; more are refused with TooBusy
 * @param busySeconds when whoever was refused should come again
 */
export const createTurns = (most: number, mostInLine = Infinity, busySeconds = 5) => {
  let busy = 0
  const waiting: (() => void)[] = []
  const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
    if (busy < most) busy++
    else if (waiting.length < mostInLine) await new Promise<void>(resolve => waiting.push(resolve))
    else throw new TooBusy(busySeconds)
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else busy--
    }
  }
  return Object.assign(inTurn, { load: () => ({ running: busy, waiting: waiting.length }) })
}
