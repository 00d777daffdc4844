import { createEngine, type Engine, type Progress } from './engine.ts'
import { problemOf, Unopened, type Problem } from './file/verdict.ts'

type Verb = keyof Engine
type Ask = { id: number; verb: Verb; values: unknown[] }
type Answer = { id: number } & ({ value: unknown } | { problem: Problem } | { progress: Progress })

/** Answers the page's questions from inside a worker. */
export const serveEngine = () => {
  const engine = createEngine()
  const post = (answer: Answer) => self.postMessage(answer)
  self.addEventListener('message', (event: MessageEvent<Ask>) => {
    const { id, verb, values } = event.data
    const onProgress = (progress: Progress) => post({ id, progress })
    const run = engine[verb] as (...given: unknown[]) => Promise<unknown>
    run(...values, onProgress).then(
      value => post({ id, value }),
      (error: unknown) => post({ id, problem: problemOf(error) }),
    )
  })
}

/**
 * An engine in a worker made from `script` (the text of this very viewer); where the browser allows none, as some do
 * for pages opened from a file, an engine in the page itself.
 */
export const connectEngine = async (script: string): Promise<Engine> => {
  const worker = await startWorker(script)
  return worker ? throughWorker(worker) : createEngine()
}

const startWorker = (script: string) =>
  new Promise<Worker | null>(resolve => {
    const giveUp = setTimeout(() => resolve(null), 3000)
    const settle = (worker: Worker | null) => {
      clearTimeout(giveUp)
      resolve(worker)
    }
    try {
      const address = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }))
      const worker = new Worker(address)
      worker.addEventListener('error', () => settle(null), { once: true })
      worker.addEventListener('message', () => settle(worker), { once: true })
      // The first answer, whatever it is, proves that the worker runs.
      worker.postMessage({ id: 0, verb: 'lock', values: [] } satisfies Ask)
    } catch {
      settle(null)
    }
  })

const throughWorker = (worker: Worker): Engine => {
  type Waiting = {
    resolve: (value: never) => void
    reject: (error: Error) => void
    onProgress?: ((p: Progress) => void) | undefined
  }
  const waiting = new Map<number, Waiting>()
  let last = 0

  const ask = <T>(verb: Verb, values: unknown[], onProgress?: (progress: Progress) => void) =>
    new Promise<T>((resolve, reject) => {
      waiting.set(++last, { resolve, reject, onProgress })
      worker.postMessage({ id: last, verb, values } satisfies Ask)
    })

  worker.addEventListener('message', ({ data }: MessageEvent<Answer>) => {
    const asked = waiting.get(data.id)
    if ('progress' in data) return asked?.onProgress?.(data.progress)
    waiting.delete(data.id)
    if ('problem' in data) asked?.reject(new Unopened(data.problem))
    else asked?.resolve(data.value as never)
  })
  worker.addEventListener('error', () => {
    for (const { reject } of waiting.values()) reject(new Unopened('failed'))
    waiting.clear()
  })

  return {
    check: (text, marker, headers) => ask('check', [text, marker, headers]),
    open: (given, onProgress) => ask('open', [given], onProgress),
    search: (query, limit) => ask('search', [query, limit]),
    clients: (query, from, limit) => ask('clients', [query, from, limit]),
    client: at => ask('client', [at]),
    lock: () => ask('lock', []),
  }
}
