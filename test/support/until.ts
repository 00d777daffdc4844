import { setTimeout as pause } from 'node:timers/promises'

/** Long enough that only something that never happens takes longer, however busy the machine is. */
export const patienceMs = 120_000
const intervalMs = 20

/**
 * Waits for an event that can only be asked for.
 * @param what the event, for the message: "it took too long until …"
 * @param ask answers something truthy once the event has happened
 * @returns the answer
 * @throws Error when `patienceMs` have passed
 */
export const until = async <T>(what: string, ask: () => T | Promise<T>): Promise<Exclude<NonNullable<T>, false>> => {
  const end = performance.now() + patienceMs
  for (;;) {
    const answer = await ask()
    if (answer) return answer as Exclude<NonNullable<T>, false>
    if (performance.now() > end) throw new Error(`it took too long until ${what}`)
    await pause(intervalMs)
  }
}
