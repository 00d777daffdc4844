import { execFile, spawn, type ChildProcess, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../../', import.meta.url))

/** The environment of a person who has set nothing of Ostoja's: what bin/test set for the tests is taken out. */
export const plainEnvironment = (set: Record<string, string>): NodeJS.ProcessEnv => {
  const ours = /(_URL|^PG_BIN|^DATA_DIR|^PORT|^HOST|^NODE_ENV|^VITEST.*|^TLS_.*)$/
  return { ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.test(name))), ...set }
}

export type Ended = { code: number; output: string; complaint: string }

/** Runs one of bin/* to its end, with `typed` at its standard input. A failure is an answer here, not an exception. */
export const runProgram = (program: string, args: string[], set: Record<string, string>, typed = '') =>
  new Promise<Ended>(resolve => {
    const child = execFile(
      `${root}bin/${program}`,
      args,
      { env: plainEnvironment(set), timeout: 240_000 },
      (fault, output, complaint) => resolve({ code: fault ? Number(fault.code ?? 1) : 0, output, complaint }),
    )
    child.stdin?.end(typed)
  })

export type LongRunning = {
  pid: number
  output: () => string
  /** Waits for a text in the output; fails with everything printed when the program ends or `within` ms pass first. */
  says: (text: string, within: number) => Promise<void>
  /** Sends a signal and waits for the end. Returns its exit code and how many milliseconds it took. */
  end: (signal: NodeJS.Signals) => Promise<{ code: number | null; took: number }>
  ended: Promise<number | null>
}

/** Starts one of bin/* that goes on until it is told to stop. */
export const startProgram = (program: string, set: Record<string, string>): LongRunning =>
  follow(spawn(`${root}bin/${program}`, [], { env: plainEnvironment(set), stdio: ['ignore', 'pipe', 'pipe'] }))

/** Listens to a process from its start on. */
export const follow = (child: ChildProcessByStdio<null, Readable, Readable>): LongRunning => {
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const ended = once(child, 'exit').then(([code]) => code as number | null)

  return {
    pid: child.pid!,
    output: () => output,
    says: (text, within) => saying(child, () => output, text, within),
    end: async signal => {
      const from = Date.now()
      child.kill(signal)
      return { code: await ended, took: Date.now() - from }
    },
    ended,
  }
}

const saying = async (child: ChildProcess, output: () => string, text: string, within: number) => {
  const end = Date.now() + within
  while (!output().includes(text)) {
    const gone = child.exitCode !== null || child.signalCode !== null
    if (gone || Date.now() > end) throw new Error(`never said "${text}"; it printed:\n${output()}`)
    await new Promise(resolve => setTimeout(resolve, 50))
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
