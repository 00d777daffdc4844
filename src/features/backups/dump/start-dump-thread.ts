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
  const outcome = Promise.withResolvers<DumpFile>()
  outcome.promise.catch(() => undefined) // told to whoever has it write, if anybody
  let hear: (plainBytes: number) => void = () => undefined

  thread.on('message', (news: DumpNews) => {
    if ('plainBytes' in news) hear(news.plainBytes)
    else if ('file' in news) {
      hear(news.file.plainSize)
      outcome.resolve(news.file)
    } else outcome.reject('fault' in news ? news.fault : new BackupFault(news.problem, news.detail))
  })
  thread.once('error', outcome.reject)
  thread.once('exit', () => outcome.reject(new BackupFault('fault', 'the thread that dumps ended')))

  return {
    /** Once. @throws BackupFault, or the signal's reason */
    write: async (order: DumpOrder, tell: (plainBytes: number) => void, signal: AbortSignal): Promise<DumpFile> => {
      hear = tell
      const stop = () => call('stop')
      signal.addEventListener('abort', stop)
      try {
        call({ order })
        if (signal.aborted) stop()
        return await outcome.promise
      } catch (fault) {
        signal.throwIfAborted()
        throw fault
      } finally {
        signal.removeEventListener('abort', stop)
      }
    },
    end: () => thread.terminate(),
  }
}
