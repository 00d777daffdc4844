import type { Clock } from './clock.ts'

/** For so long what was read is not read again; and a reader waits for so long rather than take what was known before. */
const freshMs = 3000
const patienceMs = 500

/**
 * Something small that every page asks for. It is read again only after a while; while it cannot be read, a page is shown with what
 * was known before, rather than late or not at all.
 * @param known what is given until it has been read; without it the first reader waits, and fails where reading fails
 */
export const keepFresh = <Value>(clock: Clock, read: (freshMs: number) => Promise<Value>, known?: Value) => {
  let last = known
  let asking: { until: number; value: Promise<Value> } | undefined

  const ask = async (): Promise<Value> => {
    try {
      last = await read(freshMs)
    } catch (fault) {
      asking = undefined // the next reader asks again
      if (last === undefined) throw fault
    }
    return last
  }

  return {
    get: async (): Promise<Value> => {
      const now = clock().getTime()
      if (!asking || asking.until < now) asking = { until: now + freshMs, value: ask() }
      const { value } = asking
      if (last === undefined) return value
      const before = last
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<Value>(resolve => {
        timer = setTimeout(() => resolve(before), patienceMs)
      })
      return Promise.race([value, late]).finally(() => clearTimeout(timer))
    },
    /** It has changed: the next reader reads it again. */
    forget: () => {
      asking = undefined
    },
  }
}
