import { Worker } from 'node:worker_threads'
import type { Options } from '@node-rs/argon2'

export type Argon2Task =
  { verb: 'hash'; secret: string; cost: Options } | { verb: 'verify'; secret: string; kept: string }
export type Argon2Answer = { value: string | boolean } | { fault: string }

/** In MB. What is hashed lies outside the heap, and little else passes through it. */
const resourceLimits = { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 4 }

/** A thread that nobody signed in by for so long goes, and 11 MB with it; another takes 40 ms to start. */
const idleMs = 10_000

type Thread = { worker: Worker; settle: ((answer: Argon2Answer) => void) | null; rest: NodeJS.Timeout | null }

/**
 * Argon2id in threads of its own, each of low priority: while many sign in at once, whoever works with a page goes
 * first. A thread starts with its first task, ends when it has had none for ten seconds, and keeps no process alive.
 * Whoever calls gives a thread no second task before it has done the first.
 */
export const createArgon2Threads = () => {
  const idle: Thread[] = []
  const all = new Set<Thread>()

  const start = (): Thread => {
    const worker = new Worker(new URL('./argon2-thread.ts', import.meta.url), { resourceLimits })
    const thread: Thread = { worker, settle: null, rest: null }
    const end = (fault: string) => {
      if (thread.rest) clearTimeout(thread.rest)
      all.delete(thread)
      if (idle.includes(thread)) idle.splice(idle.indexOf(thread), 1)
      thread.settle?.({ fault })
      thread.settle = null
    }
    worker.on('message', (answer: Argon2Answer) => {
      thread.settle?.(answer)
      thread.settle = null
    })
    worker.on('error', fault => end(String(fault)))
    worker.on('exit', () => end('the thread ended'))
    all.add(thread)
    return thread
  }

  const rest = (thread: Thread) => {
    idle.push(thread)
    thread.rest = setTimeout(() => {
      idle.splice(idle.indexOf(thread), 1)
      void thread.worker.terminate()
    }, idleMs).unref()
  }

  const run = async (task: Argon2Task): Promise<string | boolean> => {
    const thread = idle.pop() ?? start()
    if (thread.rest) clearTimeout(thread.rest)
    thread.worker.ref()
    const answer = await new Promise<Argon2Answer>(resolve => {
      thread.settle = resolve
      thread.worker.postMessage(task)
    })
    thread.worker.unref()
    if (all.has(thread)) rest(thread)
    if ('fault' in answer) throw new Error(`Argon2id: ${answer.fault}`)
    return answer.value
  }

  return {
    hash: async (secret: string, cost: Options) => (await run({ verb: 'hash', secret, cost })) as string,
    verify: async (kept: string, secret: string) => (await run({ verb: 'verify', secret, kept })) as boolean,
    /** Ends the threads; what they are at fails. */
    close: async () => {
      await Promise.all([...all].map(({ worker }) => worker.terminate()))
    },
  }
}
