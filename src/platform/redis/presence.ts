import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'

/** A process of this installation that is alive. */
export type Present = { role: string; version: string; node: string; since: number }

const everyMs = 10_000
const goneAfterMs = 35_000

/** Who is alive: each process shows it in Redis while it lives, so that the others notice when one is not there any more. */
export const createPresence = (redis: Redis, version: string) => ({
  /** Shows this process until the returned function is called. @param role what it does: web, worker */
  announce: async (role: string): Promise<() => Promise<void>> => {
    const key = `process:${randomUUID()}`
    const text = JSON.stringify({ role, version, node: process.version, since: Date.now() } satisfies Present)
    const show = () => redis.set(key, text, 'PX', goneAfterMs)
    // A Redis that is away for a moment is told again soon; who cannot be seen counts as gone, which is then true enough.
    const timer = setInterval(() => void show().catch(() => undefined), everyMs)
    timer.unref()
    await show()
    return async () => {
      clearInterval(timer)
      await redis.del(key).catch(() => undefined)
    }
  },

  /** Those that were seen within the last half minute. */
  list: async (): Promise<Present[]> => {
    const found: Present[] = []
    for await (const keys of redis.scanStream({ match: 'process:*', count: 500 }) as AsyncIterable<string[]>)
      for (const text of keys.length > 0 ? await redis.mget(keys) : [])
        if (text) found.push(JSON.parse(text) as Present)
    return found.sort((one, other) => one.role.localeCompare(other.role) || one.since - other.since)
  },
})
export type Presence = ReturnType<typeof createPresence>
