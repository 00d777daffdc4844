import { Worker } from 'node:worker_threads'

const cores = 2
const cpuMs = 200
const everyMs = 5000

/** What a thread does: some work, once or every 5 s, and tells how much longer than its CPU time it took. */
const script = (workMs: number, then: 'once' | 'again') => `
const { parentPort } = require('node:worker_threads')
const measure = () => {
  const from = performance.now()
  const cpuFrom = process.threadCpuUsage().user
  while (process.threadCpuUsage().user - cpuFrom < ${workMs * 1000}) for (let n = 0; n < 1e5; n++);
  parentPort.postMessage((performance.now() - from) / ${workMs})
  ${then === 'again' ? `setTimeout(measure, ${everyMs})` : ''}
}
measure()
`

/**
 * How much slower this machine is at the moment than when nothing else runs on it: the time that work of two cores takes,
 * divided by the CPU time that it is given.
 * @returns 1 on a machine that does nothing else; about 1.5 when another program keeps one of two cores busy
 */
export const slowdown = async (): Promise<number> => {
  const ratios = await Promise.all(
    Array.from(
      { length: cores },
      () =>
        new Promise<number>((resolve, reject) => {
          new Worker(script(cpuMs, 'once'), { eval: true }).once('message', resolve).once('error', reject)
        }),
    ),
  )
  return Math.max(1, ...ratios)
}

/** Measures how many programs want the cores of this machine, as long as it runs; takes a fiftieth of one core. */
export const watchContention = () => {
  const samples: { at: number; ratio: number }[] = []
  const worker = new Worker(script(cpuMs / 2, 'again'), { eval: true })
  worker.on('message', (ratio: number) => samples.push({ at: Date.now(), ratio }))
  return {
    /**
     * @param from @param to milliseconds as Date.now() gives them
     * @returns how much longer than its CPU time work took on average then: 1 where nothing else wanted the core. The tests
     *   themselves are among what wants it.
     */
    between: (from: number, to: number): number => {
      const near = samples.filter(({ at }) => at >= from && at <= to + everyMs)
      return near.length === 0 ? 1 : near.reduce((sum, { ratio }) => sum + ratio, 0) / near.length
    },
    stop: () => worker.terminate(),
  }
}
