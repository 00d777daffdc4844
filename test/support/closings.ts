import { expect } from 'vitest'
import type { Ostoja, TestAccount } from './ostoja.ts'
import { soak } from './rounds.ts'
import type { watchSessions } from './session-watch.ts'
import { until } from './until.ts'

/** Ends browsers and holds what the server makes of it to its limits: the account free after 5 s, the session over before 10 s. */
export const watchClosings = (ostoja: Ostoja, watch: ReturnType<typeof watchSessions>) => {
  const measured = new Map<string, { free: number; over: number }[]>()
  const now = () => ostoja.platform.clock().getTime()

  return {
    /** @param slowMs how long something took at this moment that takes a second on a machine that does nothing else */
    expectClosed: async (way: string, account: TestAccount, slowMs: number, close: () => Promise<unknown>) => {
      const from = now()
      await close()
      await until(`the server heard of ${way}`, async () => (await watch.held(account)).closing)
      expect(await watch.isLive(account)).toBe(true) // not at once: it may have been a reload
      const { closing, away } = await watch.held(account)
      const [freeAt, overAt] = [Number(away ?? closing), Number(closing)]
      measured.set(way, [...(measured.get(way) ?? []), { free: freeAt - from, over: overAt - from }])
      expect(freeAt - from).toBeLessThan(6000 + slowMs)
      expect(overAt - from).toBeLessThan(10_000 + slowMs)

      ostoja.skip(Math.max(0, freeAt - now()))
      expect(await watch.isLive(account)).toBe(false)
      const key = { tenantId: watch.tenantId, accountId: account.id }
      const { session = '' } = await watch.held(account)
      ostoja.skip(Math.max(0, overAt - now()))
      expect(await ostoja.features.sessions.touch(key, session, { active: true })).toMatchObject({ live: false })
      await ostoja.visitor().signIn(account)
    },
    /** Prints, of the full numbers, how many seconds it took: median and most. */
    report: () => {
      if (!soak) return
      for (const [way, times] of measured)
        for (const what of ['free', 'over'] as const) {
          const sorted = times.map(time => time[what] / 1000).sort((one, other) => one - other)
          const [median = 0, most = 0] = [sorted[Math.floor(sorted.length / 2)], sorted.at(-1)]
          console.log(`${way}: ${what} after ${median.toFixed(1)} s, at most ${most.toFixed(1)} s, of ${sorted.length}`)
        }
    },
  }
}
