import { afterAll, beforeAll, expect } from 'vitest'
import { startOstoja, type Ostoja, type TestAccount } from './ostoja.ts'
import { soak } from './rounds.ts'
import { openScreen, type Screen } from './screen.ts'
import { watchSessions } from './session-watch.ts'
import { until } from './until.ts'

type Watch = ReturnType<typeof watchSessions>
type Closings = { ostoja: Ostoja; screen: Screen; watch: Watch; closings: ReturnType<typeof watchClosings> }

/**
 * Gives a file the product, a screen for browsers with windows, and what measures how they end; closes all of it after its tests.
 * @param endBrowsers ends those that a failed test left
 */
export const setUpClosings = (endBrowsers: () => Promise<unknown>): Closings => {
  const made = {} as Closings
  beforeAll(async () => {
    const [ostoja, screen] = await Promise.all([startOstoja(), openScreen()])
    const watch = watchSessions(ostoja, await ostoja.newTenant())
    Object.assign(made, { ostoja, screen, watch, closings: watchClosings(ostoja, watch) })
  })
  afterAll(async () => {
    made.closings.report()
    await endBrowsers()
    await made.screen.close()
    await made.ostoja.close()
  })
  return made
}

/** Ends browsers and holds what the server makes of it to its limits: the account free after 5 s, the session over before 10 s. */
const watchClosings = (ostoja: Ostoja, watch: Watch) => {
  const measured = new Map<string, { free: number; over: number }[]>()
  const now = () => ostoja.platform.clock().getTime()

  return {
    /** @param slowMs how long something took at this moment that takes a second on a machine that does nothing else */
    expectClosed: async (way: string, account: TestAccount, slowMs: number, close: () => Promise<unknown>) => {
      const from = now()
      await close()
      await until(`the server heard of ${way}`, async () => (await watch.held(account)).closing)
      expect(await watch.isLive(account)).toBe(true) // not at once: it may have been a reload
      // What the page said last may come after the break of its stream, and change when it ends.
      const passUntil = (what: string, end: 'away' | 'closing', over: () => Promise<boolean>) =>
        until(what, async () => {
          const held = await watch.held(account)
          ostoja.skip(Math.max(0, Number(held[end] ?? held.closing ?? 0) - now()))
          return over()
        })
      const { session = '' } = await watch.held(account)
      await passUntil('the account was free', 'away', async () => !(await watch.isLive(account)))
      const freeAt = now()
      const key = { tenantId: watch.tenantId, accountId: account.id }
      await passUntil(
        'the session was over',
        'closing',
        async () => !(await ostoja.features.sessions.touch(key, session, { active: true })).live,
      )
      const overAt = now()
      measured.set(way, [...(measured.get(way) ?? []), { free: freeAt - from, over: overAt - from }])
      expect(freeAt - from).toBeLessThan(6000 + slowMs)
      expect(overAt - from).toBeLessThan(10_000 + slowMs)
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
