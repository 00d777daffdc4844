import { execFile, spawn, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { patienceMs } from './until.ts'

/** Never called: by these imports `bin/test --changed` knows what tests of whole programs depend on. */
const _programs = {
  start: () => [import('../../src/start.ts'), import('../../src/main.ts')],
  ostoja: () => import('../../src/cli.ts'),
}

export const root = fileURLToPath(new URL('../../', import.meta.url))

/** Where Node keeps what it has compiled: most of what a short command costs is reading the sources. */
const compiled = { NODE_COMPILE_CACHE: `${root}.cache/node` }

/** The environment of a person who has set nothing of Ostoja's: what bin/test set for the tests is taken out. */
export const plainEnvironment = (set: Record<string, string>): NodeJS.ProcessEnv => {
  const ours = /(_URL|^PG_BIN|^DATA_DIR|^PORT|^HOST|^NODE_ENV|^VITEST.*|^TLS_.*)$/
  const theirs = Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.test(name)))
  return { ...theirs, ...compiled, ...set }
}

export type Ended = { code: number; output: string; complaint: string }

/** Runs one of bin/* to its end, with `typed` at its standard input. A failure is an answer here, not an exception. */
export const runProgram = (program: string, args: string[], set: Record<string, string>, typed = '') =>
  new Promise<Ended>(resolve => {
    const child = execFile(
      `${root}bin/${program}`,
      args,
      { env: plainEnvironment(set), timeout: 2 * patienceMs },
      (fault, output, complaint) => resolve({ code: fault ? Number(fault.code ?? 1) : 0, output, complaint }),
    )
    child.stdin?.end(typed)
  })

export type LongRunning = {
  pid: number
  output: () => string
  /** Waits for a text in the output; fails with everything printed when the program ends or `within` ms pass first. */
  says: (text: string, within?: number) => Promise<void>
  /** Sends a signal and waits for the end. Returns its exit code and how many milliseconds it took. */
  end: (signal: NodeJS.Signals) => Promise<{ code: number | null; took: number }>
  ended: Promise<number | null>
}

/** Starts one of bin/* that goes on until it is told to stop. */
export const startProgram = (program: keyof typeof _programs, set: Record<string, string>): LongRunning =>
  follow(spawn(`${root}bin/${program}`, [], { env: plainEnvironment(set), stdio: ['ignore', 'pipe', 'pipe'] }))

/** Listens to a process from its start on. */
export const follow = (child: ChildProcessByStdio<null, Readable, Readable>): LongRunning => {
  let output = ''
  const listeners = new Set<() => void>()
  const hear = (chunk: Buffer) => {
    output += chunk.toString()
    for (const listener of listeners) listener()
  }
  child.stdout.on('data', hear)
  child.stderr.on('data', hear)
  const ended = once(child, 'exit').then(([code]) => code as number | null)

  return {
    pid: child.pid!,
    output: () => output,
    says: async (text, within = patienceMs) => {
      let timer: NodeJS.Timeout | undefined
      let listen: () => void = () => undefined
      const said = new Promise<boolean>(resolve => {
        listen = () => output.includes(text) && resolve(true)
        listeners.add(listen)
        listen()
        timer = setTimeout(() => resolve(false), within)
        // The pipes may still hold what it said last.
        child.once('close', () => resolve(output.includes(text)))
      })
      const came = await said
      clearTimeout(timer)
      listeners.delete(listen)
      if (!came) throw new Error(`never said "${text}"; it printed:\n${output}`)
    },
    end: async signal => {
      const from = performance.now()
      child.kill(signal)
      return { code: await ended, took: performance.now() - from }
    },
    ended,
  }
}

type Process = { pid: number; parent: number; command: string }

/** Every living process of the machine; the dead whom nobody has buried yet do not count. */
const processes = async (): Promise<Process[]> => (existsSync('/proc/self') ? fromProc() : fromPs())

/** A minimal Debian has no ps. */
const fromProc = async () => {
  const pids = (await readdir('/proc')).filter(name => /^\d+$/.test(name))
  const found = await Promise.all(
    pids.map(async pid => {
      try {
        const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ').trim()
        const status = await readFile(`/proc/${pid}/status`, 'utf8')
        return [{ pid: Number(pid), parent: Number(/^PPid:\s*(\d+)/m.exec(status)?.[1]), command }]
      } catch {
        return [] // gone meanwhile
      }
    }),
  )
  return found.flat().filter(({ command }) => command !== '')
}

const fromPs = () =>
  new Promise<Process[]>(resolve => {
    execFile('ps', ['-eo', 'pid=,ppid=,stat=,command='], { maxBuffer: 10_000_000 }, (_fault, output) => {
      const lines = output.split('\n').flatMap(line => {
        const [, pid, parent, state, command] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? []
        return state && !state.startsWith('Z')
          ? [{ pid: Number(pid), parent: Number(parent), command: command ?? '' }]
          : []
      })
      resolve(lines)
    })
  })

/** Command lines of the processes that mention a text, such as a data folder. */
export const processesNaming = async (text: string) =>
  (await processes()).map(({ command }) => command).filter(command => command.includes(text))

/** The direct children of a process. */
export const childrenOf = async (pid: number) => (await processes()).filter(({ parent }) => parent === pid)

/** Those of some process numbers that still live. */
export const stillLiving = async (pids: number[]) =>
  (await processes()).filter(({ pid }) => pids.includes(pid)).map(({ command }) => command)
