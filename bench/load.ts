import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** One kind of request and who sends it: each session in turn, each target in turn. */
export type Load = {
  url: string
  headers: Record<string, string>[]
  targets: { method?: 'GET' | 'POST'; path: string; body?: string }[]
  inFlight: number
  /** Each target once, and then it is over: a form that cannot be sent twice. */
  once?: boolean
  seconds: number
  /** What an answer must be; anything else is a fault of the run. */
  expects: { status: number; text?: string }
}
/** Times in milliseconds. `perCpuSecond`: answers for each second of a core that the answering process used. */
export type Measured = {
  perSecond: number
  p50: number
  p95: number
  p99: number
  requests: number
  perCpuSecond: number
  bytes: number
}

const generator = fileURLToPath(new URL('load-generator.ts', import.meta.url))

/** Runs a load from another process. @param pid of the process that answers */
export const measure = async (load: Load, pid: number): Promise<Measured> => {
  const child = fork(generator, { serialization: 'advanced' })
  const before = cpuSecondsOf(pid)
  child.send(load)
  const [answer] = (await once(child, 'message')) as [
    { latencies: Float64Array; seconds: number; bytes: number; fault?: string },
  ]
  const cpu = cpuSecondsOf(pid) - before
  child.kill()
  if (answer.fault) throw new Error(answer.fault)
  const sorted = answer.latencies.sort()
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]!
  const requests = sorted.length
  return {
    perSecond: requests / answer.seconds,
    p50: at(0.5),
    p95: at(0.95),
    p99: at(0.99),
    requests,
    perCpuSecond: requests / cpu,
    bytes: answer.bytes,
  }
}

/** The one in the middle, by throughput. */
export const median = (measured: Measured[]): Measured =>
  measured.toSorted((one, other) => one.perSecond - other.perSecond)[Math.floor(measured.length / 2)]!

const ticks = 100
/** CPU seconds of a process since it began: Linux keeps them in /proc, in hundredths. */
export const cpuSecondsOf = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
  return (Number(fields[11]) + Number(fields[12])) / ticks
}

/** Memory of a process in MB, as the machine sees it. */
export const memoryOf = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024

/** Begins anew to watch what a process holds at most. */
export const forgetPeak = (pid: number) => writeFileSync(`/proc/${pid}/clear_refs`, '5')

/** The most that a process has held since, in MB. */
export const peakOf = (pid: number): number =>
  Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
