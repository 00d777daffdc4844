import { parentPort } from 'node:worker_threads'
import { BackupFault } from '../faults.ts'
import type { DumpCall, DumpNews } from './start-dump-thread.ts'
import { writeSealedDump, type DumpOrder } from './sealed-dump.ts'

const stopped = new AbortController()
const say = (news: DumpNews) => parentPort?.postMessage(news)

/** Whoever watches sees no difference, and each word costs as much as sealing two chunks. */
const tellEveryMs = 100
let told = 0
const tell = (plainBytes: number) => {
  const now = performance.now()
  if (now - told < tellEveryMs) return
  told = now
  say({ plainBytes })
}

const carryOut = async (order: DumpOrder) => {
  try {
    const file = await writeSealedDump(order, tell, stopped.signal)
    say({ file })
  } catch (fault) {
    say(fault instanceof BackupFault ? { problem: fault.problem, detail: fault.detail } : { fault: fault as Error })
  }
}

parentPort?.on('message', (call: DumpCall) => {
  if (call === 'stop') stopped.abort()
  else void carryOut(call.order)
})
