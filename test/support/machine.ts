import { Worker } from 'node:worker_threads'

const cores = 2
const cpuMs = 200

/** Runs in a thread: how much longer than its CPU time some work takes. */
const work = `
const { parentPort } = require('node:worker_threads')
const from = performance.now()
while (process.threadCpuUsage().user < ${cpuMs * 1000}) for (let n = 0; n < 1e5; n++);
parentPort.postMessage((performance.now() - from) / ${cpuMs})
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
          new Worker(work, { eval: true }).once('message', resolve).once('error', reject)
        }),
    ),
  )
  return Math.max(1, ...ratios)
}
