import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { heapFlags, mallocSettings } from './memory.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const program = fileURLToPath(new URL('./child.ts', import.meta.url))
const logLimit = 20_000_000

/** A process that serves until it is stopped. `ended` settles with the reason once it is gone. */
export type Child = { name: string; logFile: string; ended: Promise<string>; stop: (within: number) => Promise<void> }

/**
 * Starts a part of Ostoja (`web` or `worker`), its output going to `<dataDir>/logs/<name>.log` (0600).
 * In a process group of its own, so that Ctrl-C reaches it only through us, in the right order.
 */
export const startChild = (name: string, env: NodeJS.ProcessEnv, dataDir: string): Child => {
  const logFile = join(dataDir, 'logs', `${name}.log`)
  const log = openLog(logFile, join(dataDir, 'logs'))
  const child = spawn(process.execPath, [...heapFlags, program, name], {
    cwd: root,
    env: { ...mallocSettings, ...env },
    stdio: ['ignore', log, log, 'ipc'],
    detached: true,
  })
  closeSync(log)
  const ended = new Promise<string>(resolve => {
    child.once('error', fault => resolve(fault.message))
    child.once('exit', (code, signal) => resolve(signal ? `ended by ${signal}` : `ended with code ${code}`))
  })
  return { name, logFile, ended, stop: within => stopChild(child, ended, within) }
}

/** Asks it to close, and no longer asks once `within` milliseconds have passed. */
const stopChild = async (child: ChildProcess, ended: Promise<string>, within: number) => {
  child.kill('SIGTERM')
  const patience = setTimeout(() => child.kill('SIGKILL'), within)
  await ended
  clearTimeout(patience)
}

/** A log never grows for ever: past 20 MB, a start moves it aside as `.1`. */
const openLog = (file: string, folder: string) => {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (existsSync(file) && statSync(file).size > logLimit) renameSync(file, `${file}.1`)
  return openSync(file, 'a', 0o600)
}

/** The last lines of a log, for the person at the terminal. */
export const lastLines = (file: string, count = 8) => {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-count).join('\n')
  } catch {
    return ''
  }
}
