import { Worker } from 'node:worker_threads'
import { BackupFault, type Problem } from '../faults.ts'
import type { DumpFile, DumpOrder } from './sealed-dump.ts'

export type DumpCall = { order: DumpOrder } | 'stop'
export type DumpNews =
  { plainBytes: number } | { file: DumpFile } | { problem: Problem; detail: string | null } | { fault: Error }

/** In MB. The bytes themselves lie outside the heap. */
const resourceLimits = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 4 }

/**
 * A thread to write a sealed dump in. Whatever goes by has node look through all that a thread keeps alive, which is little
 * there and a whole worker in the main one (docs/performance.md); and the worker stays free for its other jobs. It takes a while to
 * start, so it is started before there is something to write.
 */
export const startDumpThread = () => {
  const thread = new Worker(new URL('./dump-thread.ts', import.meta.url), { resourceLimits })
  const call = (what: DumpCall) => thread.postMessage(what)
  const heard: { file?: DumpFile; fault?: Error } = {}
  thread.on('error', (fault: Error) => (heard.fault = fault))
  const ended = new Promise(resolve => thread.once('exit', resolve))

  /** Once. @throws BackupFault, or the signal's reason */
  const write = async (
    order: DumpOrder,
    tell: (plainBytes: number) => void,
    signal: AbortSignal,
  ): Promise<DumpFile> => {
    thread.on('message', (news: DumpNews) => {
      if ('plainBytes' in news) tell(news.plainBytes)
      else if ('file' in news) heard.file = news.file
      else heard.fault = 'fault' in news ? news.fault : new BackupFault(news.problem, news.detail)
    })
    const stop = () => call('stop')
    signal.addEventListener('abort', stop)
    try {
      call({ order })
      if (signal.aborted) stop()
      await ended
    } finally {
      signal.removeEventListener('abort', stop)
    }
    signal.throwIfAborted()
    if (heard.file) return heard.file
    throw heard.fault ?? new BackupFault('fault', 'the thread that dumps ended')
  }
  return { write, end: () => thread.terminate() }
}
