import { execFileSync } from 'node:child_process'
import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { OperatorFault } from '../platform/errors.ts'

/**
 * Holds the data folder for this process, so that two never serve it at once. A lock left by a process that died is taken over.
 * @returns the release
 * @throws OperatorFault when a living process holds it
 */
export const holdDataDir = (dataDir: string): (() => void) => {
  const lock = join(dataDir, 'start.lock')
  const mine = `${lock}.${process.pid}`
  writeFileSync(mine, `${process.pid}\n`, { mode: 0o600 })
  try {
    for (let tries = 0; tries < 3; tries++) {
      try {
        linkSync(mine, lock) // fails when it exists, and appears with its content in one step
        return () => rmSync(lock, { force: true })
      } catch (fault) {
        if ((fault as NodeJS.ErrnoException).code !== 'EEXIST') throw fault
      }
      const holder = holderOf(lock)
      if (holder && isStart(holder)) {
        throw new OperatorFault(
          `Ostoja already runs on ${dataDir} (process ${holder}): use that one, end it with "kill ${holder}", or set DATA_DIR to another folder.`,
        )
      }
      rmSync(lock, { force: true })
    }
    throw new OperatorFault(
      `Another Ostoja is just starting on ${dataDir}: use that one, or set DATA_DIR to another folder.`,
    )
  } finally {
    rmSync(mine, { force: true })
  }
}

const holderOf = (lock: string) => {
  try {
    return Number(readFileSync(lock, 'utf8')) || null
  } catch {
    return null // released in between
  }
}

/** Numbers of processes are reused, so being alive is not enough. A minimal Debian has no ps, a Mac has no /proc. */
const isStart = (pid: number) => {
  try {
    const command = existsSync('/proc/self')
      ? readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      : execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' })
    return command.includes('src/start.ts')
  } catch {
    return false // no such process
  }
}
